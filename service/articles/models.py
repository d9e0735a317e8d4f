"""Articles: pages that can be commented on."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base, stored_enum
from service.core.text import plain_text

FIRST_WORDS = 10_000  # characters of HTML that hold what a summary can say: an article may have millions


class Mode(enum.StrEnum):
    """Which comments are held for a person before they show."""

    OPEN = "open"
    KNOWN = "known"
    MODERATED = "moderated"
    CLOSED = "closed"


class Article(Base):
    """A page that can be commented on, known by its slug; `canonical_url`: it is a page of another site."""

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("site_id", "slug"),
        UniqueConstraint("site_id", "canonical_url"),
        UniqueConstraint("site_id", "import_key"),
        Index("ix_articles_front", "site_id", "published_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    slug: Mapped[str] = mapped_column(String(80))
    canonical_url: Mapped[str | None] = mapped_column(String(2000))
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    author_name: Mapped[str] = mapped_column(String(80), default="")
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    sanitizer_version: Mapped[int] = mapped_column(Integer)
    content_note: Mapped[str] = mapped_column(String(300), default="")
    mode: Mapped[Mode] = mapped_column(stored_enum(Mode), default=Mode.KNOWN)
    closes_at: Mapped[datetime | None]
    published_at: Mapped[datetime]
    modified_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    import_key: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, default=1)
    thread_version: Mapped[int] = mapped_column(Integer, default=1)
    comment_count: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def standfirst(self) -> str:
        """What stands below the title: the summary, unless it only says the first words of the text."""
        words = " ".join(plain_text(self.html[:FIRST_WORDS]).split())
        return "" if words.startswith(self.summary.removesuffix("…")) else self.summary

    def takes_comments(self, moment: datetime) -> bool:
        """True while readers may write."""
        return self.mode is not Mode.CLOSED and (self.closes_at is None or moment < self.closes_at)
