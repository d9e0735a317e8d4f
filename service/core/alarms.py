"""What is wrong with the machine, as rows: from when, until when; at most one of a kind at a time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base, db, insert


class Alarm(Base):
    """One time that something was wrong; `sounding` is its kind until it is over, and unique."""

    __tablename__ = "alarms"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    sounding: Mapped[str | None] = mapped_column(String(20), index=True, unique=True)
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def sound(kind: str, since: datetime) -> int | None:
    """Record that something has been wrong since a moment; the new alarm's id, None while one of its kind sounds."""
    new = insert(Alarm).values(kind=kind, sounding=kind, since=since).on_conflict_do_nothing().returning(Alarm.id)
    number = db.session.execute(new).scalar_one_or_none()
    return int(number) if number is not None else None


def end(kind: str) -> int | None:
    """Record that it is over; the id of the alarm that ended, None where none sounded."""
    over = update(Alarm).where(Alarm.sounding == kind).values(sounding=None, ended_at=clock.now())
    return db.session.scalar(over.returning(Alarm.id))


def sounding() -> Sequence[Alarm]:
    """Return the alarms that sound now."""
    return db.session.scalars(select(Alarm).where(Alarm.sounding.is_not(None)).order_by(Alarm.id)).all()
