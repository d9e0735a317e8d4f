"""Decide level and score of a comment from its phrases: the highest level counts, weights add up only so far."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.triage.context import Remark
from service.triage.levels import Level, worst

# Families of which two in neighbouring sentences mean more than each alone: wanting to die, and how or when.
_WANTING = frozenset(("intent", "passive"))
_MEANS = frozenset(("means", "plan", "goodbye"))
_VIOLENCE = frozenset(("abuse", "danger"))
_NEIGHBOURS = 2
_DENIED = 0.1  # what the context rules leave of a phrase that is denied or not meant
_FAREWELL = 3  # so many sentences of leaving are a farewell without the word
_FAMILY_CAP = 1.6
_CAPS = {"undertone": 0.8}  # quiet words help others over the line and never carry a comment alone
_TOTAL_CAP = 6.0
# Weights of this sum make a comment `support`; longer comments need a little more, see `needed`.
_ENOUGH = 1.0
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Weighed:
    """A phrase after the context rules: what is left of its level and weight, and why."""

    family: str
    level: Level
    weight: float
    sentence: int
    first_person: bool
    words: tuple[str, ...]


def weigh(family: str, level: Level, weight: float, sentence: int, remarks: Sequence[Remark], own: bool) -> Weighed:
    """Apply remarks to a phrase: weights multiply, the lowest cap decides the level."""
    caps = [remark.cap for remark in remarks if remark.cap is not None]
    lowest = min([level, *caps], key=lambda each: each.rank)
    for remark in remarks:
        weight *= remark.factor
    return Weighed(family, lowest, weight, sentence, own, tuple(remark.words for remark in remarks))


def decide(weighed: Sequence[Weighed], now: frozenset[int], words: int, push: float) -> tuple[Level, float]:
    """Return level and score (0 to 1) of a comment.

    `now` are the sentences that speak of the present hours, `words` is the length of the comment, `push` what the
    linear model adds: it can lift `none` to `support`, and never more or less.
    """
    sum_ = total(weighed) / needed(words)
    level = worst(each.level for each in weighed if each.level is not Level.SUPPORT)
    if level is Level.NONE and lifted(sum_, push):
        level = Level.SUPPORT
    level = worst((level, together(weighed, now, level)))
    return level, round(_score(level, math.sqrt(sum_) + push), 4)


def lifted(sum_: float, push: float) -> bool:
    """Tell whether the sum of phrase weights, with the model's help where it helps, makes `support`."""
    return sum_ + max(push, 0.0) >= 1.0


def together(weighed: Sequence[Weighed], now: frozenset[int], level: Level) -> Level:
    """Return the level of what stands close together: each phrase alone may mean little.

    Wanting to die beside a means, a place, a farewell or "tonight" is `crisis`, and so is violence that comes closer.
    A place and a means in one breath, or beside low words, are `urgent`.
    """
    wanting = {each.sentence for each in weighed if _first_person(each) and each.family in _WANTING}
    strong = {each.sentence for each in weighed if _first_person(each) and each.family == "intent"}
    means = {each.sentence for each in weighed if each.family in _MEANS and each.weight > _DENIED}
    settings = {each.sentence for each in weighed if each.family == "setting" and each.weight > _DENIED}
    parting = {each.sentence for each in weighed if each.family == "parting" and each.weight > _DENIED}
    violence = {each.sentence for each in weighed if _first_person(each) and each.family in _VIOLENCE}
    closing_in = {each.sentence for each in weighed if each.family == "closing_in" and each.weight > _DENIED}
    if not strong.isdisjoint(now) or _close(wanting, means | settings | parting) or _close(violence, closing_in):
        return Level.CRISIS
    if _close(settings, means | parting) or len(parting) >= _FAREWELL or (settings and level is Level.SUPPORT):
        return Level.URGENT
    return Level.NONE


def _first_person(each: Weighed) -> bool:
    return each.first_person and each.level is Level.URGENT


def _close(some: set[int], others: set[int]) -> bool:
    """Tell whether two kinds of phrases stand in one sentence or in neighbouring ones."""
    return any(sentence + step in others for sentence in some for step in range(-_NEIGHBOURS, _NEIGHBOURS + 1))


def total(weighed: Iterable[Weighed]) -> float:
    """Return the sum of weights, where one family and the whole comment count only so far."""
    sums: dict[str, float] = defaultdict(float)
    for each in weighed:
        sums[each.family] += each.weight
    return min(sum(min(weight, _CAPS.get(family, _FAMILY_CAP)) for family, weight in sums.items()), _TOTAL_CAP)


def needed(words: int) -> float:
    """Return the sum that makes `support`: in a long comment more is said, so a little more is asked."""
    return _ENOUGH if words <= _SHORT else _ENOUGH + 0.25 * math.log2(words / _SHORT)


# The score is one scale for all levels: how much was found counts too, not only the gravest phrase.
_GRAVITY = {Level.NONE: 0.0, Level.SUPPORT: 0.0, Level.URGENT: 0.6, Level.CRISIS: 1.2}


def _score(level: Level, evidence: float) -> float:
    """Return a number between 0 and 1 that rises with level and evidence; it orders and does not measure risk."""
    return 1 / (1 + math.exp(2.0 - 2.0 * (evidence + _GRAVITY[level])))
