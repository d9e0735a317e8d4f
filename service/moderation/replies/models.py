"""Help with a reply: the site's own wordings of templates, and what somebody has begun to write."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import User
from service.core import clock
from service.core.db import Base, stored_enum
from service.moderation.replies.situations import Situation


class TemplateVersion(Base):
    """One wording of a template; never changed. An empty `body` switches the template off from then on."""

    __tablename__ = "template_versions"
    __table_args__ = (UniqueConstraint("site_id", "situation", "language", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    situation: Mapped[Situation] = mapped_column(stored_enum(Situation))
    language: Mapped[str] = mapped_column(String(12))
    number: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text, default="")
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined")


class ReplyDraft(Base):
    """What a member of staff has begun to answer to a comment; gone once it is sent, or after a month."""

    __tablename__ = "reply_drafts"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True, index=True)
    body: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(String(20), default="")
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
