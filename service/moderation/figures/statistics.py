"""What the figures are made of: nearest-rank percentiles, Wilson's margin, and waits by week (pure)."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

DAY, WEEK = timedelta(days=1), timedelta(days=7)
Z_95 = 1.959964  # how many standard deviations hold 95 in 100


class Waited(NamedTuple):
    """One wait: when it came in (in seconds since 1970), the seconds until a person acted, and whether it was in time.

    `took` is None for somebody who still waits and is overdue: longer than everybody who does not.
    """

    came_in: int
    took: int | None
    in_time: bool
    level: str = ""


def percentiles(waits: Sequence[Waited], *shares: float) -> list[timedelta | None]:
    """Return the nearest-rank percentiles: the smallest wait such that at least that share of all are no longer.

    None where there is no wait, and where that rank falls among those who still wait: then nobody knows it yet.
    """
    known = sorted(wait.took for wait in waits if wait.took is not None)
    return [_nearest(known, len(waits), share) for share in shares]


def wilson(hits: int, number: int) -> tuple[float, float]:
    """Return the 95 % margin of a share by Wilson's score, from 0 to 1; all that is possible where nothing is known.

    It stays honest for few: 0 of 5 comes to 0 to .43, never to a certain 0.
    """
    if number == 0:
        return 0.0, 1.0
    share, spread = hits / number, Z_95**2 / number
    middle = (share + spread / 2) / (1 + spread)
    reach = Z_95 * math.sqrt(share * (1 - share) / number + spread / (4 * number)) / (1 + spread)
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return (0.0 if hits == 0 else low), (1.0 if hits == number else high)


def monday(day: date) -> date:
    """Return the first day of a day's week."""
    return day - day.weekday() * DAY


def mondays(first: date, last: date) -> list[date]:
    """Return the Monday of each week that has one of these days, in order."""
    begin = monday(first)
    return [begin + number * WEEK for number in range((last - begin).days // 7 + 1)]


def by_week(waits: Iterable[Waited], weeks: Sequence[date], zone: tzinfo) -> dict[date, list[Waited]]:
    """Return the waits that came in within each of these weeks, which follow one another, as `zone` counts days.

    What came in before the first of them or after the last is left out.
    """
    found: dict[date, list[Waited]] = {week: [] for week in weeks}
    edges = [datetime.combine(day, time(), zone).timestamp() for day in (*weeks, weeks[-1] + WEEK)]
    lists = [None, *found.values(), None]
    for wait in waits:
        fitting = lists[bisect_right(edges, wait.came_in)]
        if fitting is not None:
            fitting.append(wait)
    return found


def _nearest(known: Sequence[int], number: int, share: float) -> timedelta | None:
    rank = max(1, math.ceil(round(share * number, 9)))  # .9 of 10 is the ninth, whatever floats make of it
    return timedelta(seconds=known[rank - 1]) if rank <= len(known) else None
