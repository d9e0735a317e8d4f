"""Scales of charts: lines at round times and round numbers (pure)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

MINUTE, HOUR, DAY = 60, 3_600, 86_400
# Steps between the lines of a scale of time, in seconds; after the last, whole multiples of it.
TIME_STEPS = (
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
)
MOST_TICKS = 5


@dataclass(frozen=True)
class Scale:
    """Values from 0 to `top` over a length of the drawing, with a line at each tick."""

    top: float
    ticks: Sequence[tuple[float, str]] = field(default=())

    def at(self, value: float, start: float, end: float) -> float:
        """Return where a value stands between two points."""
        return round(start + (end - start) * value / self.top, 1)


def time_scale(longest: float) -> Scale:
    """Return a scale for seconds up to `longest`: at most MOST_TICKS lines at round times."""
    step = next((step for step in TIME_STEPS if longest <= step * MOST_TICKS), 0)
    if not step:
        step = TIME_STEPS[-1] * math.ceil(longest / (TIME_STEPS[-1] * MOST_TICKS))
    count = max(1, math.ceil(longest / step))
    return Scale(step * count, [(step * number, hours_words(step * number)) for number in range(count + 1)])


def count_scale(most: float) -> Scale:
    """Return a scale for whole numbers up to `most`: at most MOST_TICKS lines, 1, 2 or 5 and their tens apart."""
    step = next(m * 10**power for power in range(12) for m in (1, 2, 5) if most <= m * 10**power * MOST_TICKS)
    count = max(1, math.ceil(most / step))
    return Scale(step * count, [(step * number, f"{step * number:,}") for number in range(count + 1)])


def hours_words(seconds: float) -> str:
    """Return a round time as a scale says it: "30 min", "6 h", "2 d"."""
    if seconds == 0:
        return "0"
    if seconds % DAY == 0 and seconds > DAY:
        return f"{seconds // DAY:.0f} d"
    return f"{seconds // HOUR:.0f} h" if seconds % HOUR == 0 else f"{seconds / MINUTE:.0f} min"
