"""Decisions: what staff did with a comment; and their notes."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import User
from service.comments.models import Comment, Status
from service.core import clock
from service.core.db import Base, stored_enum
from service.triage.levels import Level


class Act(enum.StrEnum):
    """What a member of staff can do with a comment, or with the case of who wrote it."""

    APPROVE = "approve"
    HIDE = "hide"
    SPAM = "spam"
    RESTORE = "restore"
    REPLY = "reply"
    PRIVATE_REPLY = "private reply"
    DISMISS = "dismiss"
    FEEDBACK = "feedback"
    MASK = "mask"
    ASK_EDIT = "ask to edit"
    SNOOZE = "snooze"
    HAND_OVER = "hand over"
    ESCALATE = "escalate"
    NOTE = "note"
    UNDO = "undo"
    SETTLE = "settle reports"


# After these somebody has done with a comment; the others say something of it.
ENDING = (Act.APPROVE, Act.HIDE, Act.SPAM, Act.RESTORE, Act.REPLY, Act.PRIVATE_REPLY, Act.DISMISS)


# What leaves comment and page as they are: it makes nobody's open page stale.
BESIDE = frozenset({Act.FEEDBACK, Act.SNOOZE, Act.HAND_OVER, Act.ESCALATE, Act.NOTE})


class Verdict(enum.StrEnum):
    """What a person says of a scan: was it right that somebody should answer?"""

    NEEDED = "needed"
    NOT_NEEDED = "not needed"
    MISSED = "missed"


class Decision(Base):
    """One act of one member of staff; never deleted, and undone by another one, whose `undoes_id` is this one's id.

    `changes` holds what it changed, each value as it was and as it became, so that it can be undone; `details` what an
    act has beside its reason: to whom, until when, which words. `bulk_id` is the act on many that it is a part of.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_log", "site_id", "created_at", "id"),
        Index("ix_decisions_bulk", "bulk_id", "act", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), index=True)
    comment_version: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    act: Mapped[Act] = mapped_column(stored_enum(Act))
    reason: Mapped[str] = mapped_column(String(500), default="")
    status_before: Mapped[Status] = mapped_column(stored_enum(Status))
    status_after: Mapped[Status] = mapped_column(stored_enum(Status))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scans.id", ondelete="SET NULL"), index=True)
    verdict: Mapped[Verdict | None] = mapped_column(stored_enum(Verdict))
    level: Mapped[Level | None] = mapped_column(stored_enum(Level))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), index=True, unique=True)
    bulk_id: Mapped[int | None] = mapped_column(ForeignKey("bulks.id"))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined")
    comment: Mapped[Comment] = relationship(foreign_keys=[comment_id])
    answer: Mapped[Comment | None] = relationship(foreign_keys=[answer_id])


class Note(Base):
    """A note of staff for staff, about a comment or about the person who wrote it; it goes away on its date."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    commenter_id: Mapped[int | None] = mapped_column(ForeignKey("commenters.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    text: Mapped[str] = mapped_column(String(1000))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined")
