"""Care cases, what happened to them, and the waits of the ladder that an owner has changed."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.care.transitions import ENDED, CaseEvent, CaseState
from service.core import clock
from service.core.db import Base, stored_enum
from service.triage.levels import Level


class Case(Base):
    """The duty to answer one commenter in one conversation; one row, re-opened with a new opening number.

    `step` is the last step of the ladder that was told, 0 before the first; `next_step_at` is when the next one will
    be, None where nobody is to be told. `turn_at` is its place in the queue: due time less the head start of its level.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("commenter_id", "root_id"),
        Index("ix_cases_queue", "site_id", "state", "turn_at", "id"),
        Index("ix_cases_waiting", "site_id", "state", "waiting_since"),
        Index(
            "ix_cases_climb",
            "next_step_at",
            sqlite_where=text("next_step_at IS NOT NULL"),
            postgresql_where=text("next_step_at IS NOT NULL"),
        ),
        Index(
            "ix_cases_follow",
            "site_id",
            "follow_at",
            "id",
            sqlite_where=text("follow_at IS NOT NULL"),
            postgresql_where=text("follow_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    commenter_id: Mapped[int] = mapped_column(ForeignKey("commenters.id"))
    root_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), index=True)
    state: Mapped[CaseState] = mapped_column(stored_enum(CaseState), default=CaseState.OPEN)
    level: Mapped[Level] = mapped_column(stored_enum(Level))
    level_rank: Mapped[int] = mapped_column(Integer)
    opening: Mapped[int] = mapped_column(Integer, default=1)
    waiting_since: Mapped[datetime]
    last_written_at: Mapped[datetime]
    due_at: Mapped[datetime]
    turn_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    step: Mapped[int] = mapped_column(Integer, default=0)
    next_step_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    acknowledged_at: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lease_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lease_token: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    heard_at: Mapped[datetime | None]
    check_in_on: Mapped[date | None]
    silent_at: Mapped[datetime | None]
    follow_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def stands_back(self) -> bool:
        """True of a low score over the site's budget, that stands behind the others in the queue."""
        return self.level is Level.SUPPORT and self.turn_at > self.due_at

    def wrote_again(self, written_at: datetime) -> bool:
        """True of words that came after a person had answered this one, or found that no answer is needed."""
        looked_after_at = self.closed_at if self.state is CaseState.DISMISSED else self.answered_at
        return self.state is not CaseState.OPEN and looked_after_at is not None and written_at > looked_after_at

    @property
    def ended(self) -> bool:
        """True when nobody owes anything: answered (and, in private, seen), or found to need no answer."""
        return self.state in ENDED


class CaseEventRow(Base):
    """One thing that happened to a case; never changed, never deleted before the case is.

    `step` is the step of the ladder that it was about, 0 where it was about none. `waiting_since` and `due_at` are
    those of the case at that moment; None for what came in quietly, of which nobody was told.
    """

    __tablename__ = "case_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    event: Mapped[CaseEvent] = mapped_column(stored_enum(CaseEvent))
    level: Mapped[Level] = mapped_column(stored_enum(Level))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    opening: Mapped[int] = mapped_column(Integer, default=1)
    step: Mapped[int] = mapped_column(Integer, default=0)
    waiting_since: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class LadderWait(Base):
    """How long the ladder waits before a step at one level, where an owner has said so; else `ladder.WAITS` counts."""

    __tablename__ = "ladder_waits"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    level: Mapped[Level] = mapped_column(stored_enum(Level), primary_key=True)
    step: Mapped[int] = mapped_column(Integer, primary_key=True)
    minutes: Mapped[int] = mapped_column(Integer)
