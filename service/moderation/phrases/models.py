"""Work on past comments that a change of phrases asks for: a dry run before it, a new reading after it."""

import enum
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import User
from service.core import clock
from service.core.db import Base, stored_enum


class Task(enum.StrEnum):
    """What is done with past comments."""

    DRY_RUN = "dry run"
    RESCAN = "rescan"


class RunState(enum.StrEnum):
    """How far it has come; what waits may be under way by whoever holds the lease."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"


class PhraseRun(Base):
    """One dry run, or one reading again of open comments; goes on from `cursor` whoever died in the middle.

    `changes` are the proposed ones, on top of change number `version`, and `seen` the newest change of each phrase that
    the person had seen. `cursor` is the last comment that was looked at, from the newest to the oldest. `share` is the
    part of the comments that is looked at, below 1 for a sample. `counts` and `samples` are what was found so far.
    """

    __tablename__ = "phrase_runs"
    __table_args__ = (
        Index(
            "ix_phrase_runs_waiting",
            "not_before",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    task: Mapped[Task] = mapped_column(stored_enum(Task))
    state: Mapped[RunState] = mapped_column(stored_enum(RunState), default=RunState.WAITING)
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    seen: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(Integer)
    days: Mapped[int] = mapped_column(Integer)
    share: Mapped[float] = mapped_column(Float, default=1.0)
    total: Mapped[int | None] = mapped_column(Integer)
    looked_at: Mapped[int] = mapped_column(Integer, default=0)
    cursor: Mapped[int | None] = mapped_column(Integer)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    samples: Mapped[dict[str, list[Any]]] = mapped_column(JSON, default=dict)
    lease_token: Mapped[str | None] = mapped_column(String(64))
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    saved: Mapped[int | None] = mapped_column(ForeignKey("phrase_changes.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()

    @property
    def is_over(self) -> bool:
        """True once nothing more is looked at."""
        return self.state is not RunState.WAITING

    @property
    def since(self) -> datetime:
        """From when on comments are looked at."""
        return self.created_at - timedelta(days=self.days)
