"""The ladder: who is told next of somebody who waits, when, and in which order the queue shows them (pure)."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.triage.levels import Level


class Step(enum.IntEnum):
    """Who is told, one after the other; `AGAIN` and every number after it tells all of them once more."""

    AUTHOR = 1
    DEPUTY = 2
    MODERATORS = 3
    ON_CALL = 4
    AGAIN = 5


Waits = Mapping[tuple[Level, Step], timedelta]

_MINUTES = {
    Level.SUPPORT: {Step.DEPUTY: 4 * 60, Step.MODERATORS: 12 * 60, Step.ON_CALL: 24 * 60, Step.AGAIN: 24 * 60},
    Level.URGENT: {Step.DEPUTY: 30, Step.MODERATORS: 30, Step.ON_CALL: 60, Step.AGAIN: 4 * 60},
    Level.CRISIS: {Step.DEPUTY: 3, Step.MODERATORS: 3, Step.ON_CALL: 4, Step.AGAIN: 15},
}
# How long a step is given before the next one is told. A crisis has been through all of them after ten minutes of its
# thirty; `support` begins with a reminder four hours before it falls due, and the deputy hears of it when it does.
WAITS: Waits = {
    (level, step): timedelta(minutes=minutes) for level, steps in _MINUTES.items() for step, minutes in steps.items()
}
# Told again and again, it doubles the wait each time up to this: what rings too often is not heard any more. `support`
# stands in the digest of each morning besides.
LONGEST_AGAIN = {Level.SUPPORT: timedelta(days=7), Level.URGENT: timedelta(days=1), Level.CRISIS: timedelta(hours=2)}
# A crisis of which all have been told so often, which takes a day, is told three times a day from then on.
OFTEN_AGAIN = 14
LATER_AGAIN = {**LONGEST_AGAIN, Level.CRISIS: timedelta(hours=8)}
MAILED_AT_ONCE = frozenset({Level.URGENT, Level.CRISIS})
REMINDER_SHARE = 6  # the reminder comes when a sixth of the time is left: four hours of twenty-four
CRISIS_PAUSE = timedelta(minutes=15)
# What somebody gets who takes up a case that is already overdue, or nearly.
SHORTEST_PAUSE = {Level.SUPPORT: timedelta(hours=4), Level.URGENT: timedelta(hours=1)}
# How long an answer in private may stay unseen before staff hear of it, and then before the next step hears of it.
PATIENCE = {
    Level.SUPPORT: timedelta(days=3),
    Level.URGENT: timedelta(hours=12),
    Level.CRISIS: timedelta(hours=2),
}
# By how much a case stands in the queue as if it were due earlier. Nobody waits for ever behind others who came later:
# `support` that is overdue for a week goes before a new crisis, for a day before something urgent.
HEAD_START = {Level.SUPPORT: timedelta(0), Level.URGENT: timedelta(days=1), Level.CRISIS: timedelta(days=7)}


@dataclass(frozen=True)
class People:
    """Who stands on which step at one moment; those who are absent stand on none."""

    author: int | None = None
    deputy: int | None = None
    moderators: tuple[int, ...] = ()
    on_call: tuple[int, ...] = ()

    def on(self, step: int) -> tuple[int, ...]:
        """Return whom a step tells; empty where nobody stands on it."""
        by_step = {
            Step.AUTHOR: _some(self.author),
            Step.DEPUTY: _some(self.deputy),
            Step.MODERATORS: self.moderators,
            Step.ON_CALL: self.on_call,
        }
        if step < Step.AGAIN:
            return by_step[Step(step)]
        return tuple(dict.fromkeys(person for group in by_step.values() for person in group))

    def first_step(self) -> Step:
        """Return the first step on which somebody stands: an absent author costs nobody a minute."""
        return next((step for step in Step if self.on(step)), Step.ON_CALL)


def begins_at_once(level: Level) -> bool:
    """True where the first step is told by mail when the ladder begins."""
    return level in MAILED_AT_ONCE


def begins_at(level: Level, since: datetime, due: datetime) -> datetime:
    """Return when the first step is told by mail: at once, or for `support` shortly before an answer is due."""
    return since if level in MAILED_AT_ONCE else due - (due - since) / REMINDER_SHARE


def wait_before(waits: Waits, level: Level, step: int) -> timedelta:
    """Return how long the ladder waits before a step (2 and above), counted from when the one before was told."""
    if step < Step.AGAIN:
        return waits[level, Step(step)]
    first, repeats = waits[level, Step.AGAIN], step - Step.AGAIN
    longest = (LONGEST_AGAIN if repeats < OFTEN_AGAIN else LATER_AGAIN)[level]
    return max(first, min(first * (1 << min(repeats, 16)), longest))


def paused_until(level: Level, due: datetime, moment: datetime) -> datetime:
    """Return until when somebody who takes a case up at `moment` keeps the ladder still.

    Fifteen minutes for a crisis; else until an answer is due, and never less than an hour or four.
    """
    if level is Level.CRISIS:
        return moment + CRISIS_PAUSE
    return max(due, moment + SHORTEST_PAUSE[level])


def turn_at(level: Level, due: datetime) -> datetime:
    """Return a case's place in the queue; the earlier comes first.

    All cases age alike, so their order never changes while they wait, and a page of the queue can end at any of them.
    """
    return due - HEAD_START[level]


def _some(person: int | None) -> tuple[int, ...]:
    return () if person is None else (person,)
