"""What readers tell staff about a comment."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.comments.models import Comment
from service.core import clock
from service.core.db import Base, stored_enum
from service.moderation.models import Decision

OPEN = "decision_id IS NULL AND case_id IS NULL"


class Reason(enum.StrEnum):
    """Why somebody reports a comment; a worry goes to care, all others wait in a lane of their own."""

    WORRIED = "worried"
    HURTFUL = "hurtful"
    PRIVATE = "private"
    UNSAFE = "unsafe"
    SPAM = "spam"
    OTHER = "other"


class Report(Base):
    """What one reader told staff about one comment; open until a decision is made, or a case has taken it up.

    `reporter_key` is an HMAC of their cookie or, without one, of their network: it tells two readers apart for a day
    and leads to nobody. `words` are for staff alone.
    """

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("comment_id", "reporter_key"),
        Index(
            "ix_reports_open",
            "site_id",
            "created_at",
            "id",
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    reason: Mapped[Reason] = mapped_column(stored_enum(Reason))
    words: Mapped[str] = mapped_column(Text, default="")
    reporter_key: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    comment: Mapped[Comment] = relationship()
    decision: Mapped[Decision | None] = relationship()

    @property
    def is_open(self) -> bool:
        """True while nobody has dealt with it."""
        return self.decision_id is None and self.case_id is None
