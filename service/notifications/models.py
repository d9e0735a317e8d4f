"""Notifications and the attempts to deliver them: the row is the work."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base, stored_enum


class Channel(enum.StrEnum):
    """The way a message takes."""

    IN_APP = "in-app"
    EMAIL = "email"
    WEBHOOK = "webhook"


class NotificationState(enum.StrEnum):
    """Where a message stands; withdrawn and dead are ends, dead is alarmed.

    A `merged` one goes out with its summary, a `paused` one when its target is tried again.
    """

    WAITING = "waiting"
    MERGED = "merged"
    PAUSED = "paused"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    DEAD = "dead"


class Kind(enum.StrEnum):
    """What it tells."""

    CASE = "case"
    UNSCANNED = "unscanned"
    NO_WORKER = "no worker"
    BEHIND = "behind"
    SWEEP_SILENT = "sweep silent"
    DEAD_DELIVERY = "dead delivery"
    TARGET_PAUSED = "target paused"
    SUMMARY = "summary"
    NEW_COMMENT = "new comment"
    GAP = "gap"
    TEST = "test"
    UNSEEN = "unseen answer"
    DIGEST = "digest"
    HELD_DUE = "held due"
    HANDED_OVER = "handed over"
    INVITATION = "invitation"
    NEW_PASSWORD = "new password"  # noqa: S105
    CONFIRM = "confirm address"
    ANSWER = "answer"
    PRIVATE_ANSWER = "private answer"
    LETTER = "letter"
    LINK = "link to comment"
    DATA = "link to data"
    ABOUT_WORDS = "about their words"


class Notification(Base):
    """One message to one person for one cause and step through one channel: to a member of staff or to a commenter.

    `details` holds what its words need beside kind and level: numbers, moments (ISO) and names of staff. The recipient
    of a webhook is who answers for its target. `summary_id` is the message that a merged one goes out with; `gathers`
    says what a summary takes in, for as long as it does.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("site_id", "cause", "recipient_id", "step", "channel"),
        UniqueConstraint("site_id", "cause", "commenter_id", "step", "channel"),
        CheckConstraint("(recipient_id IS NULL) != (commenter_id IS NULL)", name="one_recipient"),
        Index(
            "ix_notifications_due",
            "state",
            "not_before",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_notifications_dead",
            "site_id",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
        Index("ix_notifications_bell", "recipient_id", "channel", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    cause: Mapped[str] = mapped_column(String(120), index=True)
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    commenter_id: Mapped[int | None] = mapped_column(ForeignKey("commenters.id", ondelete="CASCADE"), index=True)
    step: Mapped[int] = mapped_column(Integer, default=1)
    channel: Mapped[Channel] = mapped_column(stored_enum(Channel))
    kind: Mapped[Kind] = mapped_column(stored_enum(Kind))
    level: Mapped[str] = mapped_column(String(20), default="")
    path: Mapped[str] = mapped_column(String(300))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[NotificationState] = mapped_column(stored_enum(NotificationState), default=NotificationState.WAITING)
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_token: Mapped[str | None] = mapped_column(String(64))
    target_id: Mapped[int | None] = mapped_column(ForeignKey("targets.id"), index=True)
    summary_id: Mapped[int | None] = mapped_column(ForeignKey("notifications.id"), index=True)
    gathers: Mapped[str | None] = mapped_column(String(60), index=True, unique=True)
    last_error: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class Delivery(Base):
    """One attempt to deliver one notification."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notifications.id", ondelete="CASCADE"), index=True)
    attempt: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(200), default="")
