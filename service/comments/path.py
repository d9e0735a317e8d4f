"""The place of a comment in its thread as one sortable string (pure)."""

import string
from datetime import datetime

DIGITS = string.digits + string.ascii_uppercase
TIME_WIDTH, ID_WIDTH = 9, 7
SEGMENT = TIME_WIDTH + ID_WIDTH
MAX_DEPTH = 50


def child_path(parent_path: str, created_at: datetime, comment_id: int) -> str:
    """Return the path of a comment below `parent_path` ('' for a root).

    A segment is the time in milliseconds and the id, both in base 36 of fixed width, so that plain
    byte order is reading order, also for older comments that an import brings later. Below depth 50
    an answer stands beside its parent instead of under it.
    """
    kept = parent_path[: (MAX_DEPTH - 1) * SEGMENT]
    milliseconds = max(0, int(created_at.timestamp() * 1000))
    return kept + _base36(milliseconds, TIME_WIDTH) + _base36(comment_id, ID_WIDTH)


def depth_of(path: str) -> int:
    """Return how many ancestors a path has: 0 for a root."""
    return len(path) // SEGMENT - 1


def _base36(number: int, width: int) -> str:
    digits = []
    while number:
        number, rest = divmod(number, 36)
        digits.append(DIGITS[rest])
    text = "".join(reversed(digits)).rjust(width, "0")
    if len(text) > width:
        raise ValueError(f"a number does not fit into {width} digits of base 36")
    return text
