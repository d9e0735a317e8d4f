"""Each change of a commenter's standing: who, when, and why."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import Standing, User
from service.core import clock
from service.core.db import Base, stored_enum


class StandingChange(Base):
    """One change of one commenter's standing by one member of staff; never deleted, undone by another row.

    `until_*` are the moments at which a pause ends, None for every other standing.
    """

    __tablename__ = "standing_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    commenter_id: Mapped[int] = mapped_column(ForeignKey("commenters.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    before: Mapped[Standing] = mapped_column(stored_enum(Standing))
    after: Mapped[Standing] = mapped_column(stored_enum(Standing))
    until_before: Mapped[datetime | None]
    until_after: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("standing_changes.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined")
