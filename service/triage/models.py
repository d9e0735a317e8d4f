"""What triage found in one revision."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base, stored_enum
from service.triage.levels import Level


class Scan(Base):
    """One reading of one revision by one version of the lexicon."""

    __tablename__ = "scans"
    __table_args__ = (
        Index(
            "ix_scans_distress",
            "level",
            "comment_id",
            sqlite_where=text("level != 'none'"),
            postgresql_where=text("level != 'none'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id", ondelete="CASCADE"), index=True)
    level: Mapped[Level] = mapped_column(stored_enum(Level))
    score: Mapped[float] = mapped_column(Float)
    harm: Mapped[list[str]] = mapped_column(JSON)
    matches: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    version: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def grave_families(self) -> set[str]:
        """The families of the phrases that are urgent or more."""
        return {match["family"] for match in self.matches if Level(match["level"]).rank >= Level.URGENT.rank}

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """The phrases that a person should see: those that counted, and those whose reading the context changed."""
        return [match for match in self.matches if match["level"] != Level.NONE or match["context"]]
