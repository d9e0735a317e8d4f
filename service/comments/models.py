"""Comments and their revisions."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import Commenter
from service.articles.models import Article
from service.core import clock
from service.core.db import Base, stored_enum


class Status(enum.StrEnum):
    """Where a comment stands; changes only through service/comments/status.py."""

    PENDING = "pending"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    SPAM = "spam"
    WITHDRAWN = "withdrawn"


class Audience(enum.StrEnum):
    """For whose eyes it was written."""

    EVERYONE = "everyone"
    AUTHOR = "author"
    WRITER = "writer"


class Voice(enum.StrEnum):
    """As whom it was written."""

    READER = "reader"
    AUTHOR = "author"
    STAFF = "staff"


class Screening(enum.StrEnum):
    """How far the screening of a revision has come; `failed` is what people see as *unscanned*."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class Wish(enum.StrEnum):
    """Whether its writer wants a comment shown that somebody who is unsafe for them may read."""

    NOT_ASKED = "not asked"
    OPEN = "open"  # asked, and not answered yet
    SHOW = "show"
    KEEP = "keep"
    WAIVED = "waived"  # staff go on without an answer


class Comment(Base):
    """What a person wrote, in revisions; the public sees `public_revision_id`, the last admitted one.

    `change_asked` is what staff have asked its writer to change, until they have; `snoozed_until` is when it comes back
    into the lanes of the queue; since `purged_at` its words are gone for ever. Its writer `wants_answers` told by mail,
    once their address is confirmed. `language` is that of the page on which it was written, never a guess about its
    words; empty where nobody noted it.
    """

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("site_id", "idempotency_key"),
        UniqueConstraint("article_id", "import_key"),
        Index("ix_comments_thread", "root_id", "path"),
        Index(
            "ix_comments_roots",
            "article_id",
            "created_at",
            "id",
            sqlite_where=text("parent_id IS NULL"),
            postgresql_where=text("parent_id IS NULL"),
        ),
        Index("ix_comments_status", "site_id", "status", "created_at", "id"),
        Index(
            "ix_comments_held",
            "site_id",
            "held_at",
            "id",
            sqlite_where=text("held_at IS NOT NULL"),
            postgresql_where=text("held_at IS NOT NULL"),
        ),
        Index(
            "ix_comments_snoozed",
            "snoozed_until",
            sqlite_where=text("snoozed_until IS NOT NULL"),
            postgresql_where=text("snoozed_until IS NOT NULL"),
        ),
        Index("ix_comments_all", "site_id", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"), index=True)
    root_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    path: Mapped[str] = mapped_column(String(800).with_variant(String(800, collation="C"), "postgresql"), default="")
    depth: Mapped[int] = mapped_column(Integer, default=0)
    commenter_id: Mapped[int | None] = mapped_column(ForeignKey("commenters.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    voice: Mapped[Voice] = mapped_column(stored_enum(Voice), default=Voice.READER)
    name: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(12), default="")
    status: Mapped[Status] = mapped_column(stored_enum(Status), default=Status.PENDING)
    audience: Mapped[Audience] = mapped_column(stored_enum(Audience), default=Audience.EVERYONE)
    public_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id", use_alter=True))
    latest_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id", use_alter=True))
    repeat_key: Mapped[str | None] = mapped_column(String(64), index=True)
    idempotency_key: Mapped[str | None] = mapped_column(String(64))
    import_key: Mapped[str | None] = mapped_column(String(64))
    held_at: Mapped[datetime | None]
    held_reason: Mapped[str] = mapped_column(String(200), default="")
    snoozed_until: Mapped[datetime | None]
    change_asked: Mapped[str] = mapped_column(String(500), default="")
    change_asked_at: Mapped[datetime | None]
    wish: Mapped[Wish] = mapped_column(stored_enum(Wish), default=Wish.NOT_ASKED)
    wants_answers: Mapped[bool] = mapped_column(default=False)
    purged_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    edited_at: Mapped[datetime | None]

    article: Mapped[Article] = relationship()
    commenter: Mapped[Commenter | None] = relationship()
    latest: Mapped["Revision"] = relationship(foreign_keys=[latest_revision_id], post_update=True)
    public: Mapped["Revision | None"] = relationship(foreign_keys=[public_revision_id], post_update=True)

    @property
    def written_at(self) -> datetime:
        """When its latest words were written."""
        return self.edited_at or self.created_at

    @property
    def imported(self) -> bool:
        """True when it came from another system."""
        return self.import_key is not None

    @property
    def by_staff(self) -> bool:
        """True when the author or a colleague wrote it."""
        return self.voice is not Voice.READER

    @property
    def awaits_admission(self) -> bool:
        """True when its latest words are neither public nor ended by a decision."""
        undecided = self.status in (Status.PENDING, Status.PUBLISHED)
        return undecided and (self.public_revision_id != self.latest_revision_id or self.status is Status.PENDING)

    @property
    def kept_back(self) -> bool:
        """True while nobody can show it: its writer does not want that, or was asked and has not answered."""
        return self.audience is Audience.EVERYONE and self.wish in (Wish.OPEN, Wish.KEEP)

    @property
    def awaits_wish(self) -> bool:
        """True while its writer can say whether it is shown."""
        return (
            self.wish is not Wish.NOT_ASKED
            and self.audience is Audience.EVERYONE
            and self.held_at is not None
            and self.awaits_admission
        )

    @property
    def change_waits(self) -> bool:
        """True while staff have asked its writer for a change, and it has not come yet."""
        asked_at = self.change_asked_at
        if not self.change_asked or asked_at is None:
            return False
        return self.edited_at is None or self.edited_at < asked_at

    @property
    def shown(self) -> bool:
        """True when everyone may read its admitted revision."""
        return (
            self.status is Status.PUBLISHED
            and self.audience is Audience.EVERYONE
            and self.public_revision_id is not None
        )


class Revision(Base):
    """One wording of a comment, and how far its screening has come: the row is the work.

    One that staff have taken a passage out of names the writer's own words in `masks_id`.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("comment_id", "number"),
        Index(
            "ix_revisions_waiting",
            "screening",
            "not_before",
            sqlite_where=text("screening = 'waiting'"),
            postgresql_where=text("screening = 'waiting'"),
        ),
        Index(
            "ix_revisions_failed",
            "screening",
            "created_at",
            "comment_id",
            sqlite_where=text("screening = 'failed'"),
            postgresql_where=text("screening = 'failed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    sanitizer_version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    screening: Mapped[Screening] = mapped_column(stored_enum(Screening), default=Screening.WAITING)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    lease_token: Mapped[str | None] = mapped_column(String(64))
    screened_at: Mapped[datetime | None]
    masks_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"), index=True)

    comment: Mapped[Comment] = relationship(foreign_keys=[comment_id])


class WishRow(Base):
    """One time that a writer was asked, or said, whether their comment is shown; or that staff went on without it.

    `comment_version` is the comment's version since then; `user_id` and `reason` are those of staff.
    """

    __tablename__ = "wishes"

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    comment_version: Mapped[int] = mapped_column(Integer)
    wish: Mapped[Wish] = mapped_column(stored_enum(Wish))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
