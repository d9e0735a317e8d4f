"""Rate limits as rows, so that no shape needs a store that could fall mute: one upsert for each window."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, String, delete
from sqlalchemy.orm import Mapped, mapped_column

from service.core import clock
from service.core.db import Base, db, insert
from service.core.errors import N_, TooFast


class Rate(Base):
    """How often something was done by somebody in one window of time."""

    __tablename__ = "rates"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer, default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LimitRow(Base):
    """The numbers of a limit where the owner has changed them; else those in the code count."""

    __tablename__ = "limits"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    times: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[int] = mapped_column(Integer)


@dataclass(frozen=True)
class Limit:
    """At most `times` in each window of `seconds`, for the action `name`."""

    name: str
    times: int
    seconds: int


def as_set(limit: Limit) -> Limit:
    """Return a limit with the numbers that count: the owner's where there are any."""
    row = db.session.get(LimitRow, limit.name)
    return limit if row is None else Limit(limit.name, row.times, row.seconds)


def set_limit(limit: Limit) -> None:
    """Have these numbers count from now on."""
    db.session.merge(LimitRow(name=limit.name, times=limit.times, seconds=limit.seconds))


def count(limit: Limit, who: str) -> None:
    """Count one act of `who` (an opaque key, never an address in clear). Raises TooFast beyond the limit."""
    limit = as_set(limit)
    start, end = _window(limit)
    if _increment(f"{limit.name}:{who}", start, end) > limit.times:
        raise _too_fast(end)


def refuse_spent(limit: Limit, who: str) -> None:
    """Raise TooFast where the next act of `who` would be beyond the limit; counts nothing, and only reads.

    For what would be dear to do before it is counted.
    """
    limit = as_set(limit)
    start, end = _window(limit)
    row = db.session.get(Rate, (f"{limit.name}:{who}", start))
    if row is not None and row.count >= limit.times:
        raise _too_fast(end)


def within(limit: Limit, who: str) -> bool:
    """Count one act of `who` as `count` does; False, in place of an error, beyond the limit."""
    try:
        count(limit, who)
    except TooFast:
        return False
    return True


def forget_expired() -> None:
    """Delete windows that are over. The caller commits."""
    db.session.execute(delete(Rate).where(Rate.expires_at < clock.now()))


def _window(limit: Limit) -> tuple[datetime, datetime]:
    moment = clock.now()
    start = datetime.fromtimestamp(moment.timestamp() // limit.seconds * limit.seconds, tz=moment.tzinfo)
    return start, start + timedelta(seconds=limit.seconds)


def _too_fast(end: datetime) -> TooFast:
    wait = max(1, math.ceil((end - clock.now()).total_seconds()))
    return TooFast(N_("That was very fast. Please wait a moment and send it again."), retry_after=wait)


def _increment(key: str, start: datetime, end: datetime) -> int:
    first = insert(Rate).values(key=key, window=start, count=1, expires_at=end)
    again = first.on_conflict_do_update(index_elements=[Rate.key, Rate.window], set_={"count": Rate.count + 1})
    return db.session.scalars(again.returning(Rate.count)).one()
