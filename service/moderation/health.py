"""Whether the machine does its part, read from rows; what is wrong with it, and since when (the second part pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from service.care.check_ins import is_due, is_silent
from service.care.models import Case
from service.comments.models import Comment
from service.core.db import db
from service.core.leases import last_beat, last_beats
from service.moderation.screening import oldest_waiting
from service.notifications.models import Kind

WORKER_SILENT = timedelta(seconds=60)
UNSCANNED_LATE = timedelta(minutes=2)
SWEEP_SILENT = timedelta(minutes=3)  # a sweep goes on for 45 s at most, and comes again ten seconds later
AHEAD = timedelta(seconds=30)  # by which the clocks of two machines may differ
SWEEP = "sweep"  # the kind of a chore's heartbeat
SWEEPS = ("sweep screenings", "give up screenings", "sweep notifications", "climb")


@dataclass(frozen=True)
class Health:
    """The last signs of life, and who has waited longest for the machine."""

    worker_seen: datetime | None
    sweeps_seen: Mapping[str, datetime]
    oldest_unscanned: datetime | None


@dataclass(frozen=True)
class Lane:
    """How many wait for a person in one lane, and since when the first of them."""

    number: int
    oldest: datetime | None


def read_health() -> Health:
    """Read how the machine does."""
    beats = last_beats(SWEEP)
    return Health(
        worker_seen=last_beat("worker"),
        sweeps_seen={name: beats[name] for name in SWEEPS if name in beats},
        oldest_unscanned=oldest_waiting(),
    )


def lanes() -> dict[str, Lane]:
    """Return what waits for a person in each lane, on all pages together."""
    care = select(func.count(), func.min(Case.waiting_since)).where(Case.closed_at.is_(None))
    held = select(func.count(), func.min(Comment.held_at)).where(Comment.held_at.is_not(None))
    return {name: Lane(*db.session.execute(query).one()) for name, query in (("care", care), ("held", held))}


def check_ins(moment: datetime) -> tuple[int, int]:
    """Return with how many people to check in now, and how many of them have been silent since their answer."""
    due, silent = (select(func.count()).where(which(moment)).scalar_subquery() for which in (is_due, is_silent))
    number, of_them = db.session.execute(select(due, silent)).one()
    return number, of_them


def troubles(health: Health, moment: datetime, begun: datetime) -> dict[Kind, datetime]:
    """Return what is wrong, and since when; nothing counts before `begun`, when the one who asks began to look.

    A worker that is silent explains whatever else stands still, so that is all that is said then.
    """
    worker = _last(health.worker_seen, begun, moment)
    if moment - worker > WORKER_SILENT:
        return {Kind.NO_WORKER: worker}
    found = {}
    sweep = min(_last(health.sweeps_seen.get(name), begun, moment) for name in SWEEPS)
    if moment - sweep > SWEEP_SILENT:
        found[Kind.SWEEP_SILENT] = sweep
    if health.oldest_unscanned is not None:
        unscanned = _last(health.oldest_unscanned, begun, moment)
        if moment - unscanned > UNSCANNED_LATE:
            found[Kind.BEHIND] = unscanned
    return found


def _last(seen: datetime | None, begun: datetime, moment: datetime) -> datetime:
    """Return since when something is silent; a sign of life that is yet to come is of a clock that was set back."""
    return max(seen, begun) if seen is not None and seen <= moment + AHEAD else begun
