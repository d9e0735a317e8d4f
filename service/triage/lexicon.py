"""Load the lexicon packs, one YAML file per language and part, into one automaton that finds every phrase at once."""

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from service.triage import patterns
from service.triage.automaton import Automaton
from service.triage.fold import fold_word
from service.triage.levels import Level
from service.triage.patterns import Choice
from service.triage.spelling import Speller
from service.triage.words import UNKNOWN, Stream, is_link, raw_words

PACKS = Path(__file__).parent / "lexicon"
# Raise it when the rules in code change what a scan finds, so that old scans can be told from new ones.
RULES = "5"
KEY_LENGTH = 12
_FIRST_NUMBER = 2  # after UNKNOWN and STOP


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase means: family, level that it can reach alone, weight and conditions.

    `most_words` is how long a comment may be for the phrase to count, 0 for any length: "help" says most where it
    stands alone. `key` is the phrase's name. `chosen` where people of the site say how it counts: calm words do not
    outweigh it.
    """

    family: str
    level: Level
    weight: float
    negatable: bool
    person: str
    harm: str
    language: str
    most_words: int = 0
    key: str = field(default="", compare=False)
    chosen: bool = False

    def counting(self, level: Level, weight: float) -> "Entry":
        """Return the same phrase with the level and weight that people chose."""
        return replace(self, level=level, weight=weight, chosen=True)


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that says nothing of need but changes how the phrases beside it are read."""

    kind: str
    language: str = field(default="", compare=False)


class Hit(NamedTuple):
    """A phrase or cue in the stream, from word `first` up to and including word `last`."""

    first: int
    last: int
    meaning: Entry | Cue
    own_voice: bool = False


# Long texts have tens of thousands; a named tuple made through its own name takes twice as long.
_hit: Callable[[tuple[int, int, Entry | Cue, bool]], Hit] = functools.partial(tuple.__new__, Hit)


class Lexicon:
    """All packs together; `find` is linear in the number of words and hits.

    `shipped` are the phrases as they are written in the packs, `numbers` gives each known word its number.
    """

    def __init__(self, packs: dict[str, dict[str, Any]], version: str = "") -> None:
        self.version = version
        self.slots = _slots(packs)
        spellings = _merged(packs, "spellings")
        fillers = _words(packs, "fillers")
        meant = [found for pack in packs.values() for found in _meanings(pack)]
        self.shipped = [(pattern, meaning) for pattern, meaning in meant if isinstance(meaning, Entry)]
        plain = functools.cache(Speller((), spellings, fillers, ()).read)
        listed = [(self._sequence(pattern, meaning.language, plain), meaning) for pattern, meaning in meant]
        keys = _words(packs, "keys")
        words = {word for sequence, _ in listed for word in patterns.words_of(sequence)}
        known = sorted(words | keys | _words(packs, "common"))
        self.speller = Speller(known, spellings, fillers, keys)
        self.numbers = {word: number for number, word in enumerate(known, _FIRST_NUMBER)}
        self._own = frozenset(self.numbers[word] for word in _words(packs, "own_voice") if word in self.numbers)
        self.meanings: list[Entry | Cue] = [meaning for _, meaning in listed]
        self.automaton = Automaton()
        for which, (sequence, _) in enumerate(listed):
            self.automaton.add(sequence, self.numbers, which)
        self.automaton.seal()
        self.numbers_of = functools.lru_cache(maxsize=16384)(self._numbers_of)

    def _numbers_of(self, written: str) -> tuple[int, ...]:
        """Return the numbers of the words that a written word stands for, 0 for unknown ones."""
        return () if is_link(written) else self._numbered(self.speller.read(written))

    def _numbered(self, words: Iterable[str]) -> tuple[int, ...]:
        return tuple(self.numbers.get(word, UNKNOWN) for word in words)

    def join(self, letters: str) -> tuple[int, ...] | None:
        """Return the numbers of the words in letters written apart, None when they are no words."""
        words = self.speller.join(letters)
        return None if words is None else self._numbered(words)

    def entries(self) -> set[Entry]:
        """Return what the phrases of the packs can mean."""
        return {meaning for meaning in self.meanings if isinstance(meaning, Entry)}

    def sequence(self, pattern: str, language: str) -> patterns.Sequence:
        """Return a pattern of somebody's own in the words by which readers' words are read. Raises ValueError."""
        return self._sequence(pattern, language, self.speller.read)

    def find(self, stream: Stream) -> list[Hit]:
        """Return every phrase and cue in the stream, in the order of their last word."""
        return self.hits(self.automaton, self.meanings, stream.numbers)

    def hits(self, automaton: Automaton, meanings: Sequence[Entry | Cue], numbers: Sequence[int]) -> list[Hit]:
        """Return what an automaton finds in numbered words, with the meaning of each of its patterns."""
        own, before = self._own, -1
        spoken = [before := at if number in own else before for at, number in enumerate(numbers)]
        return [
            _hit((first := last - length + 1, last, meanings[which], spoken[last] >= first))
            for last, which, length in automaton.find(numbers)
        ]

    def _sequence(self, pattern: str, language: str, read: Callable[[str], tuple[str, ...]]) -> patterns.Sequence:
        sequence = _cut(patterns.parse(pattern, self.slots.get(language, {})), read)
        if not sequence:
            raise ValueError(f"nothing is left of {pattern!r} without fillers")
        return sequence


@functools.cache
def lexicon() -> Lexicon:
    """Return the lexicon as it is shipped, read from its files once."""
    return Lexicon(load_packs(), lexicon_version())


@functools.cache
def lexicon_version() -> str:
    """Return a short hash of the packs and the rules: scans of the same version can be compared."""
    digest = hashlib.sha256(RULES.encode())
    for path in sorted(PACKS.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def key_of(language: str, family: str, pattern: str) -> str:
    """Return the name that a phrase keeps for as long as its words, family and language stay."""
    return hashlib.sha256("\0".join((language, family, pattern)).encode()).hexdigest()[:KEY_LENGTH]


def load_packs(folder: Path = PACKS) -> dict[str, dict[str, Any]]:
    """Read every pack of the folder; the keys are the names of the files."""
    return {path.stem: yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in sorted(folder.glob("*.yaml"))}


def _merged(packs: dict[str, dict[str, Any]], name: str) -> dict[str, str]:
    return {
        fold_word(str(key)): fold_word(value) for pack in packs.values() for key, value in pack.get(name, {}).items()
    }


def _words(packs: dict[str, dict[str, Any]], name: str) -> set[str]:
    return {fold_word(str(word)) for pack in packs.values() for word in pack.get(name, ())}


def _slots(packs: dict[str, dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the slots by language: packs of one language share theirs."""
    slots: dict[str, dict[str, str]] = {}
    for pack in packs.values():
        slots.setdefault(pack["language"], {}).update(pack.get("slots", {}))
    return slots


def _cut(sequence: patterns.Sequence, read: Callable[[str], tuple[str, ...]]) -> patterns.Sequence:
    """Fold and read the words of a sequence as readers' words are read.

    A way that consists of fillers alone could match anything and is dropped; only an empty way means "or nothing".
    """
    cut: list[str | Choice] = []
    for part in sequence:
        if isinstance(part, Choice):
            ways = tuple((way, _cut(way, read)) for way in part.ways)
            cut.append(Choice(tuple(after for before, after in ways if after or not before)))
        else:
            cut.extend(word for written in raw_words(fold_word(part)) for word in read(written))
    return tuple(cut)


def _meanings(pack: dict[str, Any]) -> Iterator[tuple[str, Entry | Cue]]:
    for family, groups in pack.get("families", {}).items():
        for group in groups:
            entry = Entry(
                family=family,
                level=Level(group["level"]),
                weight=float(group.get("weight", 1.0)),
                negatable=group.get("negatable", True),
                person=group.get("person", "any"),
                harm=group.get("harm", ""),
                language=pack["language"],
                most_words=group.get("most_words", 0),
            )
            for pattern in map(str, group["phrases"]):
                yield pattern, replace(entry, key=key_of(entry.language, family, pattern))
    for kind, listed in pack.get("cues", {}).items():
        for pattern in listed:
            yield str(pattern), Cue(kind, pack["language"])
