"""Where a budget draws its line, and whom it would have had stand back (pure)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.triage.levels import Level
from service.triage.phrases.phrase import Phrase

DAYS = 30
# With less past than this nobody knows what a usual day is, and nobody stands back.
LEAST_DAYS = 7


@dataclass(frozen=True)
class Past:
    """A comment that sounded very low: when, how strongly, whether it may stand back, and what people decided."""

    at: datetime
    score: float
    may_stand_back: bool
    needed: bool | None = None


@dataclass(frozen=True)
class Outlook:
    """What a budget would have done in the last days; `judged` and `needed` are of those who would stand back."""

    days: int
    all: int
    front: int
    back: int
    judged: int
    needed: int
    bar: float | None


def bar_for(number: int | None, past: Sequence[Past], now: datetime) -> float | None:
    """Return the score under which a new one stands back so that about `number` a day are left; None for nobody.

    Those who may not stand back take their places first.
    """
    days = days_of(past, now)
    if number is None or days < LEAST_DAYS:
        return None
    scores = sorted((each.score for each in past if each.may_stand_back), reverse=True)
    places = max(0, number * days - (len(past) - len(scores)))
    if len(scores) <= places:
        return None
    return scores[places - 1] if places else scores[0]


def outlook(number: int | None, past: Sequence[Past], now: datetime) -> Outlook:
    """Return what a budget would have done with these."""
    bar = bar_for(number, past, now)
    back = [each for each in past if bar is not None and each.may_stand_back and each.score < bar]
    return Outlook(
        days=days_of(past, now),
        all=len(past),
        front=len(past) - len(back),
        back=len(back),
        judged=sum(each.needed is not None for each in back),
        needed=sum(each.needed is True for each in back),
        bar=bar,
    )


def days_of(past: Sequence[Past], now: datetime) -> int:
    """Return how many whole days the past reaches back, up to 30."""
    return min(DAYS, max(((now - each.at) // timedelta(days=1) for each in past), default=0))


def may_stand_back(
    level: Level, harm: Collection[str], found: Sequence[tuple[str, str]], book: Mapping[str, Phrase]
) -> bool:
    """Tell whether a finding may stand back at all, by family and key of each phrase in it: weak words alone may.

    Never what is more than `support`, hurts others, rests on what somebody wrote before or answered to a question, or
    holds a grave phrase, whatever stood around it, or a phrase that people of the site have added.
    """
    if level is not Level.SUPPORT or harm or any(family in ("history", "answer") for family, _ in found):
        return False
    phrases = [book[key] for _, key in found if key in book]
    if any(key and key not in book for _, key in found):
        return False
    return not any(phrase.is_own or _grave(phrase) for phrase in phrases)


def _grave(phrase: Phrase) -> bool:
    counts = [phrase.now, *([phrase.shipped] if phrase.shipped is not None else [])]
    return any(each.level.rank >= Level.URGENT.rank for each in counts)
