"""Care cases and what happened to them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.care.transitions import CaseEvent, CaseState
from service.core import clock
from service.core.db import Base, stored_enum
from service.triage.levels import Level


class Case(Base):
    """The duty to answer one commenter in one conversation; one row, re-opened with a new opening number."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("commenter_id", "root_id"),
        Index("ix_cases_queue", "site_id", "state", "level_rank", "due_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    commenter_id: Mapped[int] = mapped_column(ForeignKey("commenters.id"))
    root_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    state: Mapped[CaseState] = mapped_column(stored_enum(CaseState), default=CaseState.OPEN)
    level: Mapped[Level] = mapped_column(stored_enum(Level))
    level_rank: Mapped[int] = mapped_column(Integer)
    opening: Mapped[int] = mapped_column(Integer, default=1)
    waiting_since: Mapped[datetime]
    last_written_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class CaseEventRow(Base):
    """One thing that happened to a case; never changed, never deleted before the case is."""

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    event: Mapped[CaseEvent] = mapped_column(stored_enum(CaseEvent))
    level: Mapped[Level] = mapped_column(stored_enum(Level))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
