"""The nights on which it was looked for what is over, and how much was deleted."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base


class RetentionRun(Base):
    """One day's run on a site; `counts` says how many of each step, `ended_at` is None until it is through."""

    __tablename__ = "retention_runs"
    __table_args__ = (UniqueConstraint("site_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    day: Mapped[date] = mapped_column(Date)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    began_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
