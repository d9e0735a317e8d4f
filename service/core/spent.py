"""Links that are good once: the hash of each that was used, kept until it would have expired."""

from datetime import datetime

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base, db, insert
from service.core.signing import token_hash


class SpentLink(Base):
    """One link that was used."""

    __tablename__ = "spent_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


def spend(token: str, expires_at: datetime) -> bool:
    """Use a link up; True for the first who does, False for everybody after. The caller commits."""
    used = insert(SpentLink).values(token_hash=token_hash(token), expires_at=expires_at).on_conflict_do_nothing()
    return db.session.execute(used.returning(SpentLink.token_hash)).scalar_one_or_none() is not None


def forget_expired() -> None:
    """Delete what has expired, and is refused by its signature. The caller commits."""
    db.session.execute(delete(SpentLink).where(SpentLink.expires_at < clock.now()))
