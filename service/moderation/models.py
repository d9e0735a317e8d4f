"""Decisions: what staff did with a comment."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import User
from service.comments.models import Comment, Status
from service.core import clock
from service.core.db import Base, stored_enum
from service.triage.levels import Level


class Act(enum.StrEnum):
    """What a member of staff can do with a comment."""

    APPROVE = "approve"
    HIDE = "hide"
    SPAM = "spam"
    RESTORE = "restore"
    REPLY = "reply"
    DISMISS = "dismiss"
    FEEDBACK = "feedback"


class Verdict(enum.StrEnum):
    """What a person says of a scan: was it right that somebody should answer?"""

    NEEDED = "needed"
    NOT_NEEDED = "not needed"
    MISSED = "missed"


class Decision(Base):
    """One act of one member of staff; never deleted."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_log", "site_id", "created_at", "id"),)

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
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined")
    comment: Mapped[Comment] = relationship()
