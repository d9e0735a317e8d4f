"""The four levels of need, in order."""

import enum
from collections.abc import Iterable


class Level(enum.StrEnum):
    """How soon a person should answer: `none` needs no answer, `crisis` needs one now."""

    NONE = "none"
    SUPPORT = "support"
    URGENT = "urgent"
    CRISIS = "crisis"

    @property
    def rank(self) -> int:
        """0 for none up to 3 for crisis."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


def worst(levels: Iterable[Level]) -> Level:
    """Return the highest of the levels, `none` when there are none."""
    return max(levels, key=lambda level: level.rank, default=Level.NONE)
