"""Targets and how they have fared."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base, stored_enum


class Asks(enum.StrEnum):
    """What a target is told."""

    ON_CALL = "on call"
    EVERYTHING = "everything"


class Target(Base):
    """One webhook of a site: where to, with which secret, for what; the user who set it up answers for it.

    `failures` counts attempts that failed one after the other; a target that was paused for them takes nothing until
    a person has it tried again. The secret that it had before signs beside the present one until `former_until`.
    """

    __tablename__ = "targets"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(80))
    url_encrypted: Mapped[str] = mapped_column(Text)
    secret_encrypted: Mapped[str] = mapped_column(String(500))
    former_secret_encrypted: Mapped[str | None] = mapped_column(String(500))
    former_until: Mapped[datetime | None]
    asks: Mapped[Asks] = mapped_column(stored_enum(Asks))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str] = mapped_column(String(200), default="")
    last_taken_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
