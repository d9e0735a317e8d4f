"""Who has looked at what, or changed who may: a line for each, read by owners."""

import enum
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, select
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base, db, stored_enum

SHOWN = 100


class Deed(enum.StrEnum):
    """What somebody did."""

    LOOKED = "looked at"
    INVITED = "invited"
    SENT_LINK = "sent a link to"
    CHANGED_ROLE = "changed the role of"
    LET_GO = "let go"
    HAD_BACK = "had back"
    TOOK_BACK = "took back invitation"
    EXPORTED = "exported"
    ERASED = "erased"
    OPENED_LINKS = "opened links to"


class AuditRow(Base):
    """One line: who (a number of users, None for nobody of the staff), what, with which row (`subject`), and when."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_site", "site_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    what: Mapped[Deed] = mapped_column(stored_enum(Deed))
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


def note(site_id: int, user_id: int | None, what: Deed, subject: str, subject_id: int) -> None:
    """Write a line; no user: it was the person themselves, or the command line. The caller commits."""
    db.session.add(AuditRow(site_id=site_id, user_id=user_id, what=what, subject=subject, subject_id=subject_id))
    db.session.flush()


def lines(
    site_id: int, before: int | None = None, *, user_id: int | None = None, what: Deed | None = None
) -> Sequence[AuditRow]:
    """Return the newest lines of a site, at most `SHOWN`; `before`: only those older than this one's id.

    Of one user, or of one kind, where these are given.
    """
    query = select(AuditRow).where(AuditRow.site_id == site_id)
    if user_id is not None:
        query = query.where(AuditRow.user_id == user_id)
    if what is not None:
        query = query.where(AuditRow.what == what)
    if before is not None:
        query = query.where(AuditRow.id < before)
    return db.session.scalars(query.order_by(AuditRow.id.desc()).limit(SHOWN)).all()
