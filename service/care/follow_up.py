"""Follow-up: when somebody who was answered is looked after once more, and when their silence itself is told (pure)."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from service.core.errors import N_, Invalid
from service.triage.levels import Level

SILENCE = timedelta(days=3)  # so long without a sign after a crisis is told, whether or not anybody planned a check-in
FURTHEST = timedelta(days=365)


@dataclass(frozen=True)
class FollowUp:
    """The day on which staff want to check in, and from when on the person counts as silent; None: not at all."""

    check_in_on: date | None = None
    silent_at: datetime | None = None

    def surfaces_at(self, zone: tzinfo) -> datetime | None:
        """Return when the case comes back into the queue: on the morning of the day, or once they have been silent."""
        morning = datetime.combine(self.check_in_on, time(), zone) if self.check_in_on is not None else None
        return min((moment for moment in (morning, self.silent_at) if moment is not None), default=None)


def after_answer(level: Level, moment: datetime, zone: tzinfo, days: Mapping[Level, int]) -> FollowUp:
    """Return what follows an answer to a case of this level; `days` are those of the site, 0 for no check-in."""
    wanted = days.get(level, 0)
    day = moment.astimezone(zone).date() + timedelta(days=wanted) if wanted else None
    return FollowUp(day, moment + SILENCE if level is Level.CRISIS else None)


def checked_day(day: date, today: date) -> date:
    """Return a day on which a check-in can be. Raises Invalid for one that is over, or more than a year ahead."""
    if day < today:
        raise Invalid(N_("That day is over. Please choose today or a later day."), field="check_in")
    if day > today + FURTHEST:
        raise Invalid(N_("Please choose a day within the next year."), field="check_in")
    return day


class Planned(enum.StrEnum):
    """When the check-in is, seen from today."""

    NOT = "not planned"
    LATER = "later"
    TODAY = "today"
    PAST = "past"


@dataclass(frozen=True)
class Told:
    """What staff are told of somebody who was answered so many whole days ago, and perhaps was heard of since."""

    planned: Planned
    due: bool
    days: int
    heard: bool


def told_of(
    follow_up: FollowUp, answered_at: datetime, heard_at: datetime | None, moment: datetime, zone: tzinfo
) -> Told:
    """Return what staff are told at this moment, where days begin as they do in this zone."""
    surfaces, today = follow_up.surfaces_at(zone), moment.astimezone(zone).date()
    day = follow_up.check_in_on
    if day is None:
        planned = Planned.NOT
    elif day == today:
        planned = Planned.TODAY
    else:
        planned = Planned.LATER if day > today else Planned.PAST
    due = surfaces is not None and surfaces <= moment
    return Told(planned, due, (moment - answered_at) // timedelta(days=1), heard_at is not None)
