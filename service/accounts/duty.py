"""Who is on duty, and when nobody is (pure): a rota of weekly shifts, absences, and those who stand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

DAY = timedelta(days=1)
LONGEST_SHIFT_DAYS = 2  # one that begins at 23:00 ends at the latest at 23:00 of the next day


@dataclass(frozen=True)
class Shift:
    """Every week from an hour of a weekday (0 is Monday) to an hour; one not later than its begin is the next day's."""

    user_id: int
    weekday: int
    from_hour: int
    until_hour: int


Turn = tuple[Shift, datetime, datetime]  # a shift, and when it begins and ends on one day


@dataclass(frozen=True)
class Away:
    """One absence, from one moment until before another, with who stands in."""

    user_id: int
    begins: datetime
    ends: datetime
    deputy_id: int | None = None

    def covers(self, moment: datetime) -> bool:
        """True while the absence lasts."""
        return self.begins <= moment < self.ends


@dataclass(frozen=True)
class Rota:
    """The shifts of a site, read in its time zone."""

    zone: tzinfo
    shifts: Sequence[Shift] = ()


@dataclass(frozen=True)
class Stretch:
    """A length of time in which the same people are on duty, or nobody is."""

    begins: datetime
    ends: datetime
    users: tuple[int, ...] = ()


def away(user_id: int, first: date, last: date, zone: tzinfo, deputy_id: int | None = None) -> Away:
    """Return the absence that lasts from a day up to and including another, as `zone` counts days."""
    return Away(user_id, at(first, 0, zone), at(last + DAY, 0, zone), deputy_id)


def is_away(user_id: int, absences: Sequence[Away], moment: datetime) -> bool:
    """True while this person is absent."""
    return any(absence.user_id == user_id and absence.covers(moment) for absence in absences)


def stand_in(user_id: int, absences: Sequence[Away], moment: datetime) -> int | None:
    """Return who is there for this person: themselves, else their deputy or the deputy's deputy; None when nobody."""
    asked: set[int] = set()
    here: int | None = user_id
    while here is not None and is_away(here, absences, moment):
        asked.add(here)
        deputies = (a.deputy_id for a in absences if a.user_id == here and a.covers(moment))
        here = next((deputy for deputy in deputies if deputy is not None and deputy not in asked), None)
    return here


def on_duty(rota: Rota, absences: Sequence[Away], moment: datetime) -> list[int]:
    """Return who is on duty at a moment, each absent person replaced by their deputy where that one is there."""
    day = moment.astimezone(rota.zone).date()
    return _present(_turns(rota, day - LONGEST_SHIFT_DAYS * DAY, day), absences, moment)


def stretches(rota: Rota, absences: Sequence[Away], begins: datetime, ends: datetime) -> list[Stretch]:
    """Return who is on duty from one moment until another, in order; neighbours differ in their people."""
    found: list[Stretch] = []
    first, last = (moment.astimezone(rota.zone).date() for moment in (begins, ends))
    turns = _turns(rota, first - LONGEST_SHIFT_DAYS * DAY, last)
    for start, end in pairwise(_edges(turns, absences, begins, ends)):
        users = tuple(_present(turns, absences, start))
        if found and found[-1].users == users:
            start = found.pop().begins
        found.append(Stretch(start, end, users))
    return found


def gaps(rota: Rota, absences: Sequence[Away], begins: datetime, ends: datetime) -> list[Stretch]:
    """Return when nobody is on duty between two moments. A rota without shifts plans nothing, so it has no gaps."""
    if not rota.shifts:
        return []
    return [stretch for stretch in stretches(rota, absences, begins, ends) if not stretch.users]


def at(day: date, hour: int, zone: tzinfo) -> datetime:
    """Return the moment, in UTC, at which an hour of a day begins in `zone`; hours from 24 on are the next day's.

    An hour that the clocks skip begins when they have been put forward; one that comes twice begins the first time.
    """
    local = datetime.combine(day + (hour // 24) * DAY, time(hour % 24), zone)
    return local.astimezone(UTC)


def _present(turns: Sequence[Turn], absences: Sequence[Away], moment: datetime) -> list[int]:
    planned = {shift.user_id for shift, begins, ends in turns if begins <= moment < ends}
    present = (stand_in(user_id, absences, moment) for user_id in planned)
    return sorted({user_id for user_id in present if user_id is not None})


def _edges(turns: Sequence[Turn], absences: Sequence[Away], begins: datetime, ends: datetime) -> list[datetime]:
    moments = {begins, ends}
    for _shift, start, end in turns:
        moments |= {start, end}
    for absence in absences:
        moments |= {absence.begins, absence.ends}
    return sorted(moment for moment in moments if begins <= moment <= ends)


def _turns(rota: Rota, first: date, last: date) -> list[Turn]:
    """Return each time that a shift begins on one of these days."""
    days = (first + number * DAY for number in range((last - first).days + 1))
    return [
        (shift, at(day, shift.from_hour, rota.zone), at(day, _end_hour(shift), rota.zone))
        for day in days
        for shift in rota.shifts
        if shift.weekday == day.weekday()
    ]


def _end_hour(shift: Shift) -> int:
    return shift.until_hour if shift.until_hour > shift.from_hour else shift.until_hour + 24
