"""When a comment that waits for a person is usually read: from duty and from what was done before (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from service.accounts.duty import Stretch

HISTORY = timedelta(days=30)
ENOUGH = 5  # fewer answers than these say nothing about the next one
LOOK_AHEAD = timedelta(days=14)
# What people call a length of time; the next longer one is said, so that most are served sooner than they were told.
STEPS = tuple(timedelta(minutes=m) for m in (15, 30, 60, 120, 180, 240, 360, 480, 720)) + tuple(
    timedelta(days=d) for d in (1, 2, 3, 5, 7, 14)
)


@dataclass(frozen=True)
class Wait:
    """One comment that waited for a person, and when it no longer did."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Expected:
    """What a reader can be told.

    `often` and `usually` are spans within which half and nine in ten are read, counted from now and rounded up; None
    without enough history. `next_duty` is when somebody comes back on duty; None while somebody is, or nobody will.
    """

    often: timedelta | None
    usually: timedelta | None
    next_duty: datetime | None


@dataclass(frozen=True)
class Away:
    """Nobody is on duty; `until` somebody is again, None where nobody will be for two weeks."""

    until: datetime | None


def away(ahead: Sequence[Stretch], moment: datetime) -> Away | None:
    """Return until when nobody is on duty; None while somebody is."""
    if _is_on_duty(ahead, moment):
        return None
    return Away(next((s.begins for s in ahead if s.users and s.begins > moment), None))


def expect(waits: Sequence[Wait], past: Sequence[Stretch], ahead: Sequence[Stretch], moment: datetime) -> Expected:
    """Return what to expect of a comment that begins to wait at `moment`.

    Waits are counted in time on duty: a night in which nobody is there delays what is written in the evening, and says
    nothing about how long people take. `past` and `ahead` are who was, and will be, on duty before and after `moment`.
    """
    gone = away(ahead, moment)
    next_duty = gone.until if gone is not None else None
    if len(waits) < ENOUGH:
        return Expected(None, None, next_duty)
    spans = sorted(time_on_duty(past, wait.begins, wait.ends) for wait in waits)
    often, usually = (rounded_up(_after(ahead, moment, share_of(spans, share)) - moment) for share in (0.5, 0.9))
    return Expected(often, usually, next_duty)


def share_of(spans: Sequence[timedelta], share: float) -> timedelta:
    """Return the span within which this share of sorted spans lies (nearest rank)."""
    return spans[max(0, ceil(share * len(spans)) - 1)]


def rounded_up(span: timedelta) -> timedelta:
    """Return the next longer length of time that people have a word for."""
    return next((step for step in STEPS if span <= step), STEPS[-1])


def time_on_duty(stretches: Sequence[Stretch], begins: datetime, ends: datetime) -> timedelta:
    """Return how much of the time between two moments somebody was on duty."""
    shares = (min(s.ends, ends) - max(s.begins, begins) for s in stretches if s.users)
    return sum((share for share in shares if share > timedelta(0)), timedelta(0))


def _after(ahead: Sequence[Stretch], moment: datetime, span: timedelta) -> datetime:
    """Return when so much time on duty will have passed; at the earliest when somebody is there at all."""
    left, reached = span, moment
    for stretch in ahead:
        if not stretch.users or stretch.ends <= moment:
            continue
        begins = max(stretch.begins, moment)
        if begins + left <= stretch.ends:
            return begins + left
        left -= stretch.ends - begins
        reached = stretch.ends
    return max(reached, moment) + left


def _is_on_duty(ahead: Sequence[Stretch], moment: datetime) -> bool:
    return any(s.users and s.begins <= moment < s.ends for s in ahead)
