"""Rules, every change of them, what they found, and how a comment arrived."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.accounts.models import User
from service.core import clock
from service.core.db import Base, stored_enum
from service.moderation.rules.judge import Effect, Kind, Rule


class RuleRow(Base):
    """One rule of a site; one of each shipped kind once somebody has changed it. Never deleted, only switched off."""

    __tablename__ = "rules"
    __table_args__ = (UniqueConstraint("site_id", "kind", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    kind: Mapped[Kind] = mapped_column(stored_enum(Kind))
    text: Mapped[str] = mapped_column(String(300), default="")
    number: Mapped[int] = mapped_column(Integer, default=0)
    effect: Mapped[Effect] = mapped_column(stored_enum(Effect))
    is_on: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def value(self) -> Rule:
        """The rule as it is judged by."""
        return Rule(self.kind, self.text, self.number, self.effect, self.is_on, self.id)


class Subject(enum.StrEnum):
    """What was changed on the page of rules."""

    RULE = "rule"
    LIMIT = "limit"
    WORRY = "worry"


class RuleChange(Base):
    """One change by one member of staff; never deleted, undone by another row.

    `before` and `after` are the values that changed, `before` is empty for what had none. `name` is that of a limit.
    """

    __tablename__ = "rule_changes"
    __table_args__ = (Index("ix_rule_changes_log", "site_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    subject: Mapped[Subject] = mapped_column(stored_enum(Subject))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("rules.id"), index=True)
    name: Mapped[str] = mapped_column(String(40), default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(500), default="")
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("rule_changes.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(lazy="joined")
    rule: Mapped[RuleRow | None] = relationship(lazy="joined")


class RuleHit(Base):
    """What one rule found in one revision, and what was done with the comment for it.

    `found` is the phrase or the number, or where a link leads; `rule_id` is None for a rule that is as shipped.
    """

    __tablename__ = "rule_hits"
    __table_args__ = (Index("ix_rule_hits_count", "site_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id", ondelete="CASCADE"), index=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("rules.id"), index=True)
    kind: Mapped[Kind] = mapped_column(stored_enum(Kind))
    found: Mapped[str] = mapped_column(String(300), default="")
    effect: Mapped[Effect] = mapped_column(stored_enum(Effect))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Arrival(Base):
    """How a comment arrived: whether the trap was filled in, how soon it was sent, and what its words compare by.

    Kept for as long as a dry run looks back. `seconds` is None where no stamp came with it.
    """

    __tablename__ = "arrivals"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    trap: Mapped[bool] = mapped_column(default=False)
    seconds: Mapped[int | None] = mapped_column(Integer)
    fingerprint: Mapped[str | None] = mapped_column(String(32), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
