"""One phrase: what it says, how it counts, and what a change makes of it (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.core.errors import N_, Invalid
from service.triage import patterns
from service.triage.fold import fold_word
from service.triage.labels import FAMILIES, HARMS
from service.triage.levels import Level
from service.triage.lexicon import Lexicon, key_of
from service.triage.model import PLAIN

LONGEST = 200
MOST_EXCEPTIONS = 20
MOST_WAYS = 10_000
WEIGHTS = (0.1, 2.0)
LANGUAGES = ("en", "es", "mul")
# These families are found otherwise: by an answer to a question, by the past, by the model.
OWN_FAMILIES = tuple(family for family in FAMILIES if family not in ("answer", "history", "model"))


@dataclass(frozen=True, slots=True)
class Counting:
    """How a phrase counts: the level that it reaches alone, its weight, and in which words it does not count."""

    level: Level
    weight: float
    is_on: bool = True
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a pack or of the site, as it counts now; `shipped` is how its pack has it, None for one's own."""

    key: str
    language: str
    family: str
    pattern: str
    now: Counting
    shipped: Counting | None

    @property
    def is_own(self) -> bool:
        """True for a phrase that somebody of the site has added."""
        return self.shipped is None

    @property
    def is_changed(self) -> bool:
        """True where the site has it otherwise than the pack, or the pack does not have it."""
        return self.now != self.shipped

    @property
    def harm(self) -> str:
        """The harm that it tells of; '' for the words of somebody's need."""
        return self.family if self.family in HARMS else ""

    def values(self) -> dict[str, Any]:
        """Return the phrase as it is kept in a change; nothing for one that is as shipped."""
        if not self.is_changed:
            return {}
        return {
            "language": self.language,
            "family": self.family,
            "pattern": self.pattern,
            "own": self.is_own,
            "level": str(self.now.level),
            "weight": self.now.weight,
            "is_on": self.now.is_on,
            "exceptions": list(self.now.exceptions),
        }


def counting(values: Mapping[str, Any]) -> Counting:
    """Return how a phrase counts by the values of a change. Raises ValueError or KeyError for what is none."""
    return Counting(
        Level(values["level"]), float(values["weight"]), bool(values["is_on"]), tuple(map(str, values["exceptions"]))
    )


def own_phrase(language: str, family: str, pattern: str, now: Counting) -> Phrase:
    """Return a phrase of the site's own; what differs only in blanks and capitals is one phrase."""
    tidy = " ".join(pattern.casefold().split())
    return Phrase(key_of(language, family, tidy), language, family, tidy, now, None)


def check(phrase: Phrase, words: Lexicon) -> None:
    """Raise Invalid, with the field, for a phrase or an exception that cannot be looked for."""
    if phrase.is_own:
        if phrase.family not in OWN_FAMILIES or phrase.language not in LANGUAGES:
            raise Invalid(N_("Please choose a family and a language."), field="family")
        _check_words(phrase.pattern, phrase.language, words, field="pattern")
    least = phrase.shipped.level if phrase.shipped is not None else Level.NONE if phrase.harm else Level.SUPPORT
    if phrase.now.level.rank < least.rank and (phrase.is_own or phrase.now.level is Level.NONE):
        raise Invalid(N_("Please say what it counts as. What should not count is switched off."), field="level")
    if phrase.harm and phrase.now.level is not Level.NONE:
        raise Invalid(N_("Words that hurt readers stand beside the levels and have none."), field="level")
    if len(phrase.now.exceptions) > MOST_EXCEPTIONS:
        raise Invalid(N_("A phrase can have %(limit)s exceptions at most."), field="exceptions", limit=MOST_EXCEPTIONS)
    for exception in phrase.now.exceptions:
        _check_words(exception, phrase.language, words, field="exceptions")
    if not WEIGHTS[0] <= phrase.now.weight <= WEIGHTS[1]:
        raise Invalid(
            N_("A weight is a number from %(lowest)s to %(highest)s."),
            field="weight",
            lowest=WEIGHTS[0],
            highest=WEIGHTS[1],
        )


def _check_words(pattern: str, language: str, words: Lexicon, *, field: str) -> None:
    if not pattern.strip():
        raise Invalid(N_("Please write the words to look for."), field=field)
    if len(pattern) > LONGEST:
        raise Invalid(N_("That is longer than %(limit)s characters."), field=field, limit=LONGEST)
    try:
        sequence = words.sequence(pattern, language)
    except ValueError:
        raise Invalid(
            N_("These words cannot be looked for. A bracket needs its pair: (tired|worn out)."), field=field
        ) from None
    if ways(sequence) > MOST_WAYS:
        raise Invalid(N_("There are too many choices in it. Please make two phrases of it."), field=field)
    if all(said <= PLAIN for said in map(frozenset, map(str.split, patterns.examples(sequence, MOST_WAYS)))):
        raise Invalid(N_("These words stand in nearly every comment. Please add what makes them matter."), field=field)


def ways(sequence: patterns.Sequence) -> int:
    """Return how many ways to say something a pattern stands for."""
    number = 1
    for part in sequence:
        if not isinstance(part, str):
            number *= sum(map(ways, part.ways))
    return number


def heading(phrase: Phrase, words: Lexicon) -> tuple[str, int]:
    """Return one way in which a phrase is said, and how many more it stands for."""
    if phrase.is_own:
        return phrase.pattern, 0
    sequence = patterns.parse(phrase.pattern, words.slots.get(phrase.language, {}))
    return next(patterns.examples(sequence, 1)), ways(sequence) - 1


def searched(text: str) -> str:
    """Return what somebody looks for, folded as phrases are."""
    return fold_word(" ".join(text.split()))
