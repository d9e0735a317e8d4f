"""Scan one text: fold, find phrases, read them in context, decide. No settings, no database, no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.triage.context import Scene, remarks
from service.triage.decision import Weighed, decide, weigh
from service.triage.fold import Folded, fold
from service.triage.levels import Level
from service.triage.lexicon import Cue, Entry, Hit, lexicon, lexicon_version
from service.triage.words import Stream, read

MOST_MATCHES = 60
MOST_READ = 600


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found; `start` and `end` are code points of the scanned text, `context` is what changed its reading."""

    phrase: str
    family: str
    level: Level
    start: int
    end: int
    context: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one scan found. `score` (0 to 1) orders comments of one level; it is not a probability."""

    level: Level
    score: float
    harm: tuple[str, ...]
    matches: tuple[Match, ...]
    version: str

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as it is written in JSON."""
        return {
            "level": str(self.level),
            "score": self.score,
            "harm": list(self.harm),
            "matches": [
                {
                    "phrase": match.phrase,
                    "family": match.family,
                    "level": str(match.level),
                    "start": match.start,
                    "end": match.end,
                    "context": list(match.context),
                }
                for match in self.matches
            ],
        }


def scan(text: str) -> Finding:
    """Return what `text` (a comment's Markdown source) says of its writer's need; pure and linear in its length."""
    words = lexicon()
    folded = fold(text)
    stream = read(folded, words.numbers_of, words.join)
    hits = words.find(stream)
    found = [hit for hit in hits if isinstance(hit.meaning, Entry)]
    if not found:
        return Finding(Level.NONE, *_quiet(stream), (), (), lexicon_version())
    return _finding(text, folded, stream, hits, found)


def _quiet(stream: Stream) -> tuple[float]:
    return (decide((), frozenset(), len(stream.numbers), 0.0)[1],)


def _finding(text: str, folded: Folded, stream: Stream, hits: list[Hit], found: list[Hit]) -> Finding:
    scene = Scene(stream, hits, lambda index: _written(text, folded, stream, index, index), _quoted(folded, stream))
    read_hits = [(hit, weighed) for hit in _longest(found) if _applies(hit, weighed := _weighed(hit, scene))]
    needs = [weighed for hit, weighed in read_hits if not _harm_of(hit)]
    now = frozenset(
        scene.sentence_of[hit.first] for hit in hits if isinstance(hit.meaning, Cue) and hit.meaning.kind == "now"
    )
    level, score = decide(needs, now, len(stream.numbers), 0.0)
    harm = {_harm_of(hit) for hit, weighed in read_hits if _harm_of(hit) and weighed.weight >= 0.5}
    read_hits.sort(key=lambda pair: (-pair[1].level.rank, -pair[1].weight, pair[0].first))
    kept = sorted(read_hits[:MOST_MATCHES], key=lambda pair: pair[0].first)
    matches = tuple(_match(text, folded, stream, hit, weighed) for hit, weighed in kept)
    return Finding(level, score, tuple(sorted(harm)), matches, lexicon_version())


def _longest(found: Sequence[Hit]) -> list[Hit]:
    """Drop phrases that lie inside a longer one of the same family: one thing said counts once.

    Of a text that repeats itself without end only the gravest phrases are read, so that the work stays bounded.
    """
    if len(found) > MOST_READ:
        found = sorted(found, key=lambda each: (-_entry(each).level.rank, each.first))[:MOST_READ]
    kept: list[Hit] = []
    reach: dict[str, int] = {}
    for hit in sorted(found, key=lambda each: (each.first, -each.last)):
        family = _entry(hit).family
        if hit.last > reach.get(family, -1):
            kept.append(hit)
            reach[family] = hit.last
    return kept


def _applies(hit: Hit, weighed: Weighed) -> bool:
    """Tell whether a phrase that is only about a certain person is about that person here; others are always shown."""
    return weighed.weight > 0 or _entry(hit).person not in ("first", "other")


def _weighed(hit: Hit, scene: Scene) -> Weighed:
    entry = _entry(hit)
    said = remarks(hit, entry, scene)
    return weigh(entry.family, entry.level, entry.weight, scene.sentence_of[hit.first], said, entry.person != "other")


def _entry(hit: Hit) -> Entry:
    if not isinstance(hit.meaning, Entry):
        raise TypeError("a cue is no phrase")
    return hit.meaning


def _harm_of(hit: Hit) -> str:
    return _entry(hit).harm


def _quoted(folded: Folded, stream: Stream) -> "Quoted":
    return Quoted(folded, stream)


@dataclass(frozen=True, slots=True)
class Quoted:
    """Tells whether a word of the stream stands in a quoted line or block."""

    folded: Folded
    stream: Stream

    def __call__(self, index: int) -> bool:
        if not self.folded.quoted:
            return False
        at = self.folded.origin(self.stream.spans[index][0])
        return any(start <= at < end for start, end in self.folded.quoted)


def _match(text: str, folded: Folded, stream: Stream, hit: Hit, weighed: Weighed) -> Match:
    start, end = _place(folded, stream, hit.first, hit.last)
    return Match(text[start:end], weighed.family, weighed.level, start, end, weighed.words)


def _written(text: str, folded: Folded, stream: Stream, first: int, last: int) -> str:
    start, end = _place(folded, stream, first, last)
    return text[start:end]


def _place(folded: Folded, stream: Stream, first: int, last: int) -> tuple[int, int]:
    """Return where the words stand in the original: from the first letter to just behind the last one."""
    return folded.origin(stream.spans[first][0]), folded.origin(stream.spans[last][1] - 1) + 1
