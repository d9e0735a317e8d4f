"""Load the lexicon packs, one YAML file per language and part, into one automaton that finds every phrase at once."""

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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
RULES = "1"
_FIRST_NUMBER = 2  # after UNKNOWN and STOP


@dataclass(frozen=True, slots=True)
class Entry:
    """What one group of phrases means: family, level that it can reach alone, weight and conditions."""

    family: str
    level: Level
    weight: float
    negatable: bool
    person: str
    harm: str
    language: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that says nothing of need but changes how the phrases beside it are read."""

    kind: str


class Hit(NamedTuple):
    """A phrase or cue in the stream, from word `first` up to and including word `last`."""

    first: int
    last: int
    meaning: Entry | Cue
    own_voice: bool = False


class Lexicon:
    """All packs together; `find` is linear in the number of words and hits."""

    def __init__(self, packs: dict[str, dict[str, Any]]) -> None:
        spellings = _merged(packs, "spellings")
        fillers = _words(packs, "fillers")
        listed = list(_patterns(packs, functools.cache(Speller((), spellings, fillers, ()).read)))
        keys = _words(packs, "keys")
        words = {word for sequence, _ in listed for word in _flat(sequence)}
        known = sorted(words | keys | _words(packs, "common"))
        self.speller = Speller(known, spellings, fillers, keys)
        self._numbers = {word: number for number, word in enumerate(known, _FIRST_NUMBER)}
        self._own = frozenset(self._numbers[word] for word in _words(packs, "own_voice") if word in self._numbers)
        self._meanings = [meaning for _, meaning in listed]
        self._automaton = Automaton()
        for which, (sequence, _) in enumerate(listed):
            self._automaton.add(sequence, self._numbers, which)
        self._automaton.seal()
        self.numbers_of = functools.lru_cache(maxsize=16384)(self._numbers_of)

    def _numbers_of(self, written: str) -> tuple[int, ...]:
        """Return the numbers of the words that a written word stands for, 0 for unknown ones."""
        return () if is_link(written) else self._numbered(self.speller.read(written))

    def _numbered(self, words: Iterable[str]) -> tuple[int, ...]:
        return tuple(self._numbers.get(word, UNKNOWN) for word in words)

    def join(self, letters: str) -> tuple[int, ...] | None:
        """Return the numbers of the words in letters written apart, None when they are no words."""
        words = self.speller.join(letters)
        return None if words is None else self._numbered(words)

    def entries(self) -> set[Entry]:
        """Return what the phrases of the packs can mean."""
        return {meaning for meaning in self._meanings if isinstance(meaning, Entry)}

    def find(self, stream: Stream) -> list[Hit]:
        """Return every phrase and cue in the stream, in the order of their last word."""
        numbers, meanings, own = stream.numbers, self._meanings, self._own
        before = -1
        spoken = [before := at if number in own else before for at, number in enumerate(numbers)]
        return [
            Hit(first := last - length + 1, last, meanings[which], spoken[last] >= first)
            for last, which, length in self._automaton.find(numbers)
        ]


@functools.cache
def lexicon() -> Lexicon:
    """Return the lexicon of this process, read from its files once."""
    return Lexicon(load_packs())


@functools.cache
def lexicon_version() -> str:
    """Return a short hash of the packs and the rules: scans of the same version can be compared."""
    digest = hashlib.sha256(RULES.encode())
    for path in sorted(PACKS.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def load_packs(folder: Path = PACKS) -> dict[str, dict[str, Any]]:
    """Read every pack of the folder; the keys are the names of the files."""
    return {path.stem: yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in sorted(folder.glob("*.yaml"))}


def _merged(packs: dict[str, dict[str, Any]], name: str) -> dict[str, str]:
    return {
        fold_word(str(key)): fold_word(value) for pack in packs.values() for key, value in pack.get(name, {}).items()
    }


def _words(packs: dict[str, dict[str, Any]], name: str) -> set[str]:
    return {fold_word(str(word)) for pack in packs.values() for word in pack.get(name, ())}


def _flat(sequence: patterns.Sequence) -> Iterator[str]:
    """Yield every word of a sequence."""
    for part in sequence:
        if isinstance(part, Choice):
            for way in part.ways:
                yield from _flat(way)
        else:
            yield part


def _patterns(
    packs: dict[str, dict[str, Any]], read: Callable[[str], tuple[str, ...]]
) -> Iterator[tuple[patterns.Sequence, Entry | Cue]]:
    """Yield each pattern of the packs with its meaning; slots are shared by the packs of one language."""
    slots: dict[str, dict[str, str]] = {}
    for pack in packs.values():
        slots.setdefault(pack["language"], {}).update(pack.get("slots", {}))
    for pack in packs.values():
        for pattern, meaning in _meanings(pack):
            sequence = _cut(patterns.parse(pattern, slots[pack["language"]]), read)
            if not sequence:
                raise ValueError(f"nothing is left of {pattern!r} without fillers")
            yield sequence, meaning


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
            )
            for pattern in group["phrases"]:
                yield str(pattern), entry
    for kind, listed in pack.get("cues", {}).items():
        for pattern in listed:
            yield str(pattern), Cue(kind)
