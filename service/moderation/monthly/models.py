"""What was drawn for each month, and what people made of each comment of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base


class MonthlyDraw(Base):
    """The draw of one month, such as "2026-10": from `population` comments in which nothing was found, `drawn`."""

    __tablename__ = "monthly_draws"
    __table_args__ = (UniqueConstraint("site_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    month: Mapped[str] = mapped_column(String(7))
    population: Mapped[int] = mapped_column(Integer)
    drawn: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class MonthlyPick(Base):
    """One comment of a draw; `decision_id` is the feedback that a person gave on it, and `needed` what they said.

    It counts for as long as that decision stands: one that is undone leaves the comment to be read again.
    """

    __tablename__ = "monthly_picks"

    draw_id: Mapped[int] = mapped_column(ForeignKey("monthly_draws.id"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True, index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), index=True)
    needed: Mapped[bool | None]
