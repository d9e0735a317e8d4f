"""A small linear model over words and pairs of words: it lifts `none` to `support` and orders, never more.

It knows no pronouns and no counts of them: how often somebody writes "I" says who they are, not what they need.
"""

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights.tsv"
# How much the model may move the sum of phrase weights, where 1 is what makes `support`.
SHARE = 0.2
MOST_UP, MOST_DOWN = 0.8, -0.6
_STEM = 5
# Words of grammar and persons: alone or with each other they are no feature.
PLAIN = frozenset(
    (
        "a about after again all am an and any are as at be been before being but by can can't cant could did didn't "
        "didnt do does doesn't done don't dont down for from had has have he he's her here him his how i i'd i'll i'm "
        "if im in into is it it's its i've ive just me mine more most must my myself no not of off on or our out over "
        "really s she she's should so some such t than that that's the their them then there these they they're this "
        "those to too up us very was we we're were what when where which who why will with won't wont would you "
        "you're your yours"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Model:
    """Weights as small whole numbers, times `scale`; explained by listing the words that moved the sum most."""

    bias: float = 0.0
    scale: float = 0.0
    weights: dict[str, int] = field(default_factory=dict)

    def push(self, words: Sequence[str]) -> float:
        """Return how far the words of a comment move it up or down, between MOST_DOWN and MOST_UP."""
        if not self.weights or not words:
            return 0.0
        known = features(words)
        weigh = self.weights.get
        total = sum(weigh(each, 0) for each in known)
        return max(MOST_DOWN, min(MOST_UP, SHARE * (self.bias + self.scale * total / math.sqrt(len(known) or 1))))

    def strongest(self, words: Sequence[str], most: int, direction: int = 1) -> list[tuple[int, int, int]]:
        """Return (first word, last word, weight) of the words and pairs that push most, without overlaps.

        `direction` is 1 for those that push up and -1 for those that push down; the weight is positive either way.
        """
        weighed = []
        for at, word in enumerate(words):
            weighed.append((direction * self._own_weight(word), at, at))
            if at + 1 < len(words):
                weighed.append((direction * self.weights.get(f"{word} {words[at + 1]}", 0), at, at + 1))
        kept: list[tuple[int, int, int]] = []
        for weight, first, last in sorted(weighed, reverse=True):
            if weight > 0 and len(kept) < most and all(last < other[0] or other[1] < first for other in kept):
                kept.append((first, last, weight))
        return sorted(kept)

    def _own_weight(self, word: str) -> int:
        if word in PLAIN:
            return 0
        return self.weights.get(word, 0) + (self.weights.get(word[:_STEM] + "~", 0) if len(word) > _STEM else 0)


def features(words: Sequence[str]) -> set[str]:
    """Return words, beginnings of long words, and pairs of words, without those that are grammar alone."""
    known = {word for word in words if word not in PLAIN}
    known.update([word[:_STEM] + "~" for word in known if len(word) > _STEM])
    before = ""
    for word in words:
        if before and not (before in PLAIN and word in PLAIN):
            known.add(f"{before} {word}")
        before = word
    return known


@functools.cache
def shipped() -> Model:
    """Return the model that comes with this release, read once; one without weights when there is no file."""
    return load(WEIGHTS) if WEIGHTS.exists() else Model()


def load(path: Path) -> Model:
    """Read a model: first line bias and scale, then one feature and its weight a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    bias, scale = map(float, lines[0].split("\t"))
    pairs = (line.rsplit("\t", 1) for line in lines[1:])
    return Model(bias, scale, {feature: int(weight) for feature, weight in pairs})


def save(model: Model, path: Path) -> None:
    """Write a model as text that people can read and compare."""
    lines: Iterable[str] = (f"{feature}\t{weight}" for feature, weight in sorted(model.weights.items()))
    path.write_text("\n".join([f"{model.bias:.5f}\t{model.scale:.6f}", *lines]) + "\n", encoding="utf-8")
