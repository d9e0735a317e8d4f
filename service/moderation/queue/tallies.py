"""How many are in each lane, and since when the first of them waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func, literal, select

from service.accounts.models import User
from service.care.models import Case
from service.core.db import db
from service.moderation.queue.lanes import Part, parts_of
from service.moderation.queue.narrow import kept_eyes, parameters
from service.moderation.queue.place import Lane, Place

COUNTED = 1000  # more than this is shown as "999+"


@dataclass(frozen=True)
class LaneTally:
    """How many are in a lane (None: not counted), and since when the first of them waits."""

    lane: Lane
    number: int | None
    oldest: datetime | None = None


def tallies(user: User) -> list[LaneTally]:
    """Return number and oldest wait of each lane, as this person sees them; counts end at COUNTED."""
    found = db.session.execute(_statement(user.moderates), parameters(user)).one()
    waits = [moment for moment in (found.unread_since, found.open_since) if moment is not None]
    return [
        LaneTally(Lane.CARE, found.care, min(waits, default=None)),
        LaneTally(Lane.HELD, found.held, found.held_since),
        LaneTally(Lane.REPORTED, found.reported, found.reported_since),
        LaneTally(Lane.SPAM, found.spam),
        LaneTally(Lane.ALL, None),
        LaneTally(Lane.DONE, found.done),
    ]


def count_of(parts: Sequence[Part]) -> Any:
    """Return how many there are in parts of a lane."""
    numbers = [select(func.count()).select_from(_counted(part).subquery()).scalar_subquery() for part in parts]
    return sum(numbers[1:], start=numbers[0])


@cache
def _statement(moderates: bool) -> Select[Any]:
    """Return the one statement that counts all lanes, built once: that takes longer than to run it."""
    eyes = kept_eyes(moderates)
    care = parts_of(eyes, Place(Lane.CARE))
    held, told, spam, done = (parts_of(eyes, Place(lane)) for lane in (Lane.HELD, Lane.REPORTED, Lane.SPAM, Lane.DONE))
    waiting = care[1].query.with_only_columns(Case.waiting_since).order_by(Case.waiting_since).limit(1)
    return select(
        count_of(care).label("care"),
        count_of(held).label("held"),
        count_of(told).label("reported"),
        count_of(spam).label("spam"),
        count_of(done).label("done"),
        _first(care[0]).label("unread_since"),
        waiting.scalar_subquery().label("open_since"),
        _first(held[0]).label("held_since"),
        _first(told[0]).label("reported_since"),
    )


def _counted(part: Part) -> Select[Any]:
    """Ask in the order of the part where an index has it, for both databases then read that; else sort nothing."""
    query = part.query.with_only_columns(literal(1)).limit(COUNTED)
    return query.order_by(part.moment, part.number) if part.indexed else query


def _first(part: Part) -> Any:
    return part.query.with_only_columns(part.moment).order_by(part.moment, part.number).limit(1).scalar_subquery()
