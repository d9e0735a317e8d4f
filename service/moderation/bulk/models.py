"""An act on many comments: the row that groups them, and a row for each, which says how far it has come."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import User
from service.comments.models import Comment
from service.core import clock
from service.core.db import Base, stored_enum
from service.moderation.bulk.sparing import Spared
from service.moderation.models import Act


class BulkState(enum.StrEnum):
    """How far an act on many comments has come; a draft is what somebody looks at before they confirm it."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


UNDER_WAY = (BulkState.RUNNING, BulkState.UNDOING)
ENDED = (BulkState.STOPPED, BulkState.DONE)


class ItemState(enum.StrEnum):
    """What has become of one of the comments; `kept`: undoing left it, because somebody had acted since."""

    WAITING = "waiting"
    DONE = "done"
    SPARED = "spared"
    UNDONE = "undone"
    KEPT = "kept"


class Bulk(Base):
    """One act on many comments, and the work that is left of it: the row is the truth, a message only a hint.

    `place` is where in the queue they were chosen; `more`: there were more than can be taken at once. Whoever works on
    it holds `lease_token`, and nobody else begins before `not_before`. `undone_by` is who takes it back.
    """

    __tablename__ = "bulks"
    __table_args__ = (
        Index(
            "ix_bulks_under_way",
            "site_id",
            "state",
            sqlite_where=text("state IN ('running', 'undoing')"),
            postgresql_where=text("state IN ('running', 'undoing')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    act: Mapped[Act] = mapped_column(stored_enum(Act))
    reason: Mapped[str] = mapped_column(String(500), default="")
    place: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    more: Mapped[bool] = mapped_column(default=False)
    state: Mapped[BulkState] = mapped_column(stored_enum(BulkState), default=BulkState.DRAFT)
    lease_token: Mapped[str | None] = mapped_column(String(64))
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="joined", foreign_keys=[user_id])


class BulkItem(Base):
    """One of the comments, as it was when it was chosen; with what was done, or why it was passed over."""

    __tablename__ = "bulk_items"
    __table_args__ = (Index("ix_bulk_items_state", "bulk_id", "state", "comment_id"),)

    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulks.id", ondelete="CASCADE"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True, index=True)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[ItemState] = mapped_column(stored_enum(ItemState), default=ItemState.WAITING)
    spared: Mapped[Spared | None] = mapped_column(stored_enum(Spared))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), index=True)

    comment: Mapped[Comment] = relationship()
