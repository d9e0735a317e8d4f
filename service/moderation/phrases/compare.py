"""What a change does to comments: which readings differ, how much that matters, and how sure a sample is (pure)."""

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from service.triage.levels import Level
from service.triage.measure import margin

SHOWN = 20


class Difference(enum.StrEnum):
    """How a comment would be read otherwise."""

    FOUND = "found"  # nothing before, something after
    GRAVER = "graver"
    MILDER = "milder"
    LOST = "lost"  # something before, nothing after
    MISSED = "missed"  # lost, and people had found that it needed an answer


# Of a kind, those in whose comments people had found that an answer was needed.
NEEDED = " needed"


@dataclass(frozen=True)
class Reading:
    """One comment read twice; `needed` is what people had decided, None where nobody has."""

    comment_id: int
    before: Level
    after: Level
    needed: bool | None = None

    @property
    def differences(self) -> list[Difference]:
        """Return how the two readings differ."""
        if self.before is self.after:
            return []
        if self.before is Level.NONE:
            return [Difference.FOUND]
        if self.after is Level.NONE:
            return [Difference.LOST, Difference.MISSED] if self.needed else [Difference.LOST]
        return [Difference.GRAVER if self.after.rank > self.before.rank else Difference.MILDER]


@dataclass
class Account:
    """What was found so far: how many of each kind, and the first of each to look at."""

    counts: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[list[object]]] = field(default_factory=dict)

    @classmethod
    def kept(cls, counts: Mapping[str, int], samples: Mapping[str, list[list[object]]]) -> "Account":
        """Return an account as it was kept in a row."""
        return cls(Counter(counts), {kind: list(lines) for kind, lines in samples.items()})

    def add(self, reading: Reading) -> None:
        """Count one comment that was read twice."""
        for kind in reading.differences:
            self.counts[kind] += 1
            if reading.needed:
                self.counts[kind + NEEDED] += 1
            lines = self.samples.setdefault(kind, [])
            if len(lines) < SHOWN:
                lines.append([reading.comment_id, str(reading.before), str(reading.after)])


@dataclass(frozen=True)
class Estimate:
    """How many comments of all there are of a kind: a count, or what a sample says with its margin of 95 %."""

    number: int
    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        """True where every comment was looked at."""
        return self.low == self.high


def estimate(counted: int, looked_at: int, total: int) -> Estimate:
    """Return how many of `total` comments there are by what was counted in those that were looked at."""
    if looked_at >= total:
        return Estimate(counted, counted, counted)
    low, high = margin(counted, looked_at)
    share = counted / looked_at if looked_at else 0.0
    return Estimate(round(share * total), max(counted, int(low * total)), round(high * total))
