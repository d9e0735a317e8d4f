"""The list of phrases as somebody narrows it down."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from service.moderation.phrases.tallies import Tally, tallies
from service.triage.fold import fold
from service.triage.lexicon import Entry, lexicon
from service.triage.phrases.phrase import Phrase, heading, searched
from service.triage.phrases.queries import book
from service.triage.tuned import in_use
from service.triage.words import read

PAGE = 50
STATES = ("changed", "own", "off")


@dataclass(frozen=True)
class Narrowed:
    """What somebody looks for; an empty string is all."""

    words: str = ""
    family: str = ""
    language: str = ""
    state: str = ""
    page: int = 1

    @property
    def is_all(self) -> bool:
        """True where nothing is left out."""
        return not (self.words or self.family or self.language or self.state)


@dataclass(frozen=True)
class Row:
    """One phrase of the list: how it is said, how many other ways it stands for, and how often it was right."""

    phrase: Phrase
    said: str
    more: int
    tally: Tally


@dataclass(frozen=True)
class Listing:
    """One page of the list, of so many phrases in all."""

    rows: list[Row]
    number: int
    pages: int


def listing(narrowed: Narrowed) -> Listing:
    """Return the phrases that somebody looks for, those found most often first."""
    counted = tallies()
    found = [phrase for phrase in _matching(narrowed) if _fits(phrase, narrowed)]
    none = Tally()
    found.sort(key=lambda phrase: -counted.get(phrase.key, none).found)
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(narrowed.page, 1), pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    return Listing([row(phrase, counted) for phrase in shown], len(found), pages)


def row(phrase: Phrase, counted: Mapping[str, Tally]) -> Row:
    """Return a phrase as the list shows it."""
    said, more = said_as(phrase)
    return Row(phrase, said, more, counted.get(phrase.key, Tally()))


@lru_cache(maxsize=4096)
def said_as(phrase: Phrase) -> tuple[str, int]:
    """Return one way in which a phrase is said, and how many more it stands for."""
    return heading(phrase, lexicon())


def _matching(narrowed: Narrowed) -> list[Phrase]:
    """Return the phrases that stand in these words, and those that have these words in them."""
    known = book()
    if not narrowed.words:
        return list(known.values())
    words, wanted = in_use(), searched(narrowed.words)
    hits = words.find(read(fold(narrowed.words), words.numbers_of, words.join))
    keys = {hit.meaning.key for hit in hits if isinstance(hit.meaning, Entry)}
    return [phrase for phrase in known.values() if phrase.key in keys or wanted in phrase.pattern]


def _fits(phrase: Phrase, narrowed: Narrowed) -> bool:
    if narrowed.family not in ("", phrase.family) or narrowed.language not in ("", phrase.language):
        return False
    if narrowed.state == "off":
        return not phrase.now.is_on
    if narrowed.state == "own":
        return phrase.is_own
    return narrowed.state != "changed" or phrase.is_changed
