"""The budget of a site, each change of it a row; and the suggestions that people did not want."""

import enum
from datetime import datetime

from sqlalchemy import Float, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import User
from service.core import clock
from service.core.db import Base, stored_enum


class Kind(enum.StrEnum):
    """What a suggestion is about."""

    WRONG = "wrong"
    MISSED = "missed"


class SupportBudget(Base):
    """One change of the budget; the newest counts, and none is ever deleted.

    `number` is how many a day stand in front, None for all. `bar` is the score under which a new one stands back, None
    where nobody does; it is worked out anew every day.
    """

    __tablename__ = "support_budgets"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    number: Mapped[int | None] = mapped_column(Integer)
    bar: Mapped[float | None] = mapped_column(Float)
    barred_at: Mapped[datetime] = mapped_column(default=clock.now)
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined")


class DeclinedSuggestion(Base):
    """A suggestion that somebody does not want: `subject` is the key of a phrase that was wrong, or missed words."""

    __tablename__ = "declined_suggestions"
    __table_args__ = (UniqueConstraint("site_id", "kind", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    kind: Mapped[Kind] = mapped_column(stored_enum(Kind))
    subject: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined")
