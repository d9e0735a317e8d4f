"""Every change of a phrase, where phrases were found, and how often they were right."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import User
from service.core import clock
from service.core.db import Base
from service.triage.lexicon import KEY_LENGTH


class PhraseChange(Base):
    """One change of one phrase by one member of staff; never deleted, and undone by another one.

    The newest change of each phrase counts, so the ids number the versions of the whole. `before` and `after` hold the
    phrase as `Phrase.values` gives it; nothing stands for one that is as shipped, or is not there.
    """

    __tablename__ = "phrase_changes"
    __table_args__ = (Index("ix_phrase_changes_newest", "site_id", "phrase", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    phrase: Mapped[str] = mapped_column(String(KEY_LENGTH))
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined")


class PhraseHit(Base):
    """A phrase that counted in one reading of a comment; holds no words, and goes with the comment's words."""

    __tablename__ = "phrase_hits"
    __table_args__ = (Index("ix_phrase_hits_phrase", "phrase", "written_at", "comment_id"),)

    scan_id: Mapped[int] = mapped_column(ForeignKey("scans.id", ondelete="CASCADE"), primary_key=True)
    phrase: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    written_at: Mapped[datetime]


class PhraseTally(Base):
    """In how many comments of the last 90 days a phrase was found, and what people decided there.

    Counted anew every few minutes, so that a page need not count.
    """

    __tablename__ = "phrase_tallies"

    phrase: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    found: Mapped[int] = mapped_column(Integer)
    right: Mapped[int] = mapped_column(Integer)
    wrong: Mapped[int] = mapped_column(Integer)
    counted_at: Mapped[datetime]
