"""Rows that processes agree by: leases on periodic work, and heartbeats."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Integer, String, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from service.core import clock
from service.core.db import Base, db, rows_changed
from service.core.signing import new_token

# Who has waited for a row read the clock before whoever got it: the other's lease seems to last longer by the wait.
LONGEST_WAIT = timedelta(seconds=10)


class Lease(Base):
    """The right of one process to do one chore until a moment."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    token: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]


class Heartbeat(Base):
    """The last sign of life of one process."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    pid: Mapped[int] = mapped_column(Integer)
    seen_at: Mapped[datetime]


def take_lease(name: str, seconds: float, token: str | None = None) -> str | None:
    """Take the lease `name` if it is free or has run out; returns its token, or None. The caller commits.

    Who brings the `token` of an earlier turn goes on with it: a turn that ended with the database could not give its
    lease back.
    """
    token, moment = token or new_token(), clock.now()
    until = moment + timedelta(seconds=seconds)
    ours_or_free = or_(is_free(Lease.until, moment, timedelta(seconds=seconds)), Lease.token == token)
    free = update(Lease).where(Lease.name == name, ours_or_free)
    if rows_changed(free.values(token=token, until=until)):
        return token
    if db.session.get(Lease, name) is not None:
        return None
    try:
        with db.session.begin_nested():
            db.session.add(Lease(name=name, token=token, until=until))
    except IntegrityError:
        return None
    return token


def is_free(until: InstrumentedAttribute[datetime], moment: datetime, length: timedelta) -> ColumnElement[bool]:
    """True of what nobody has leased for `length`; a lease that would last too long is of a clock that was set back."""
    return or_(until <= moment, until > moment + length + LONGEST_WAIT)


def release_lease(name: str, token: str) -> None:
    """Give the lease back if it is still ours. The caller commits."""
    db.session.execute(update(Lease).where(Lease.name == name, Lease.token == token).values(until=clock.now()))


def beat(name: str, kind: str, pid: int) -> None:
    """Record a sign of life of a process. The caller commits."""
    values = {"kind": kind, "pid": pid, "seen_at": clock.now()}
    if not rows_changed(update(Heartbeat).where(Heartbeat.name == name).values(**values)):
        db.session.add(Heartbeat(name=name, **values))


def last_beats(kind: str) -> dict[str, datetime]:
    """Return when each process or chore of this kind last gave a sign of life, by its name."""
    return {row.name: row.seen_at for row in db.session.scalars(select(Heartbeat).where(Heartbeat.kind == kind))}


def last_beat(kind: str) -> datetime | None:
    """Return when any process of this kind last gave a sign of life."""
    return db.session.scalar(
        select(Heartbeat.seen_at).where(Heartbeat.kind == kind).order_by(Heartbeat.seen_at.desc()).limit(1)
    )
