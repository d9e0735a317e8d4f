"""Decide level and score of a comment from its phrases: the highest level counts, weights add up only so far."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

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
# What happens to people; in the order of comments it counts less than how they say that they feel.
_CIRCUMSTANCES = frozenset(
    ("abuse", "addiction", "attempt", "carer", "life_trouble", "perinatal_low", "setting", "trauma")
)
_TOLD = 0.6
# Weights of this sum make a comment `support`; longer comments need a little more, see `needed`.
_ENOUGH = 1.0
_SHORT = 60
_LINE = 0.8
# One phrase alone may be a manner of speaking; advice speaks of its reader's pain.
_LONE, _FULL = 0.1, 0.35
_ADVICE, _MOST_ADVICE = 0.1, 2


@dataclass(frozen=True, slots=True)
class Weighed:
    """A phrase after the context rules: what is left of its level and weight, and why.

    `firm` is what calm words around it do not outweigh: grave before the rules, chosen by the site's own people, or
    a plain word of how the writer feels.
    """

    family: str
    level: Level
    weight: float
    sentence: int
    first_person: bool
    words: tuple[str, ...]
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What a comment says beside its phrases.

    `now` are the sentences that speak of the present hours, `words` is the length of the comment, `push` what the
    linear model adds or takes, `advice` how often the comment gives advice.
    """

    now: frozenset[int]
    words: int
    push: float
    advice: int


def weigh(family: str, level: Level, weight: float, sentence: int, remarks: Sequence[Remark], own: bool) -> Weighed:
    """Apply remarks to a phrase: weights multiply, the lowest cap decides the level."""
    caps = [remark.cap for remark in remarks if remark.cap is not None]
    lowest = min([level, *caps], key=lambda each: each.rank)
    for remark in remarks:
        weight *= remark.factor
    said = tuple(remark.words for remark in remarks)
    return Weighed(family, lowest, weight, sentence, own, said, firm=level.rank >= Level.URGENT.rank)


def decide(weighed: Sequence[Weighed], around: Around) -> tuple[Level, float]:
    """Return level and score (0 to 1) of a comment."""
    found = evidence(weighed, around)
    level = worst(each.level for each in weighed if each.level is not Level.SUPPORT)
    if any(map(_spared, weighed)):
        found = max(found, _LINE)
    if level is Level.NONE and found >= _LINE:
        level = Level.SUPPORT
    level = worst((level, together(weighed, around.now, level)))
    return level, round(_score(level, found), 4)


def _spared(each: Weighed) -> bool:
    """Tell whether a firm phrase stands at `support`: calm words around it never take that from it."""
    return each.firm and each.level is Level.SUPPORT and each.weight >= _ENOUGH


def enough(weighed: Iterable[Weighed], words: int) -> bool:
    """Tell whether the phrases alone make `support`, as far as the words around them do not outweigh them."""
    weighed = list(weighed)
    return total(weighed) >= needed(words) or any(map(_spared, weighed))


def evidence(weighed: Sequence[Weighed], around: Around) -> float:
    """Return how much speaks for `support`: phrases first, then what the model and the tone of advice add or take."""
    told = [replace(each, weight=each.weight * _TOLD) if each.family in _CIRCUMSTANCES else each for each in weighed]
    full = sum(each.weight >= _FULL and each.family not in _CAPS for each in weighed)
    alone = _LONE if full == 1 else 0.0
    advice = _ADVICE * min(around.advice, _MOST_ADVICE)
    return math.sqrt(total(told) / needed(around.words)) + around.push - alone - advice


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
