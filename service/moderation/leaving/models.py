"""Notes for whoever comes next, and who has read them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import User
from service.core import clock
from service.core.db import Base


class PassingNote(Base):
    """A note of one member of staff for a colleague, or for every moderator (`to_id` is None); gone on its date."""

    __tablename__ = "passing_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    text: Mapped[str] = mapped_column(String(1000))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined", foreign_keys=[user_id])


class PassingNoteRead(Base):
    """One person who has read one note."""

    __tablename__ = "passing_note_reads"

    note_id: Mapped[int] = mapped_column(ForeignKey("passing_notes.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
