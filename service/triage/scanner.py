"""Scan one text: fold, find phrases, read them in context, decide. No settings, no database, no network."""

import functools
import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.triage.context import plainly_felt, remarks
from service.triage.decision import Around, Weighed, decide, enough, weigh
from service.triage.fold import Folded, fold
from service.triage.levels import Level
from service.triage.lexicon import Entry, Hit
from service.triage.model import current
from service.triage.scene import ADVISING, Scene, advices
from service.triage.tuned import Words, in_use
from service.triage.words import Stream, read

MOST_MATCHES = 60
MOST_READ = 600
MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found; `start` and `end` are code points of the scanned text, `context` is what changed its reading.

    `key` is the phrase of the lexicon, '' where no phrase but the model, an answer or the past has spoken.
    """

    phrase: str
    family: str
    level: Level
    start: int
    end: int
    context: tuple[str, ...]
    key: str = ""


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


def scan(text: str, words: Words | None = None) -> Finding:
    """Return what `text` (a comment's Markdown source) says of its writer's need; pure and linear in its length.

    `words` is the lexicon to read it by, by default the one that this process uses.
    """
    words = words or in_use()
    folded = fold(text)
    stream = read(folded, words.numbers_of, words.join)
    hits = words.find(stream)
    found = [hit for hit in hits if isinstance(hit.meaning, Entry)]
    scene = Scene(stream, hits, Places(text, folded, stream)) if found else None
    read_hits = _read(found, scene) if scene else []
    needs = [weighed for hit, weighed in read_hits if not _entry(hit).harm]
    around = _around(hits, scene, stream)
    level, score = decide(needs, around)
    matches = _matches(text, folded, stream, read_hits)
    lifted = level is Level.SUPPORT
    if (lifted or level is Level.NONE) and lifted is not enough(needs, around.words):
        matches += _by_model(text, folded, stream, 1 if lifted else -1)
    return Finding(level, score, _harm(read_hits), matches, version(words))


def version(words: Words | None = None) -> str:
    """Return a short hash of packs, rules and model, and the number of the site's newest change of a phrase.

    Scans of the same version can be compared.
    """
    return _version((words or in_use()).version, current().mark)


@functools.cache
def _version(lexicon: str, model: str) -> str:
    packs, _, changes = lexicon.partition("+")
    return hashlib.sha256((packs + model).encode()).hexdigest()[:12] + (f"+{changes}" if changes else "")


def _read(found: Sequence[Hit], scene: Scene) -> list[tuple[Hit, Weighed]]:
    """Read every phrase in its context; one that lies inside graver or heavier ones says nothing new and is dropped.

    Of a text that repeats itself without end only the gravest phrases are read, so that the work stays bounded.
    """
    if len(found) > MOST_READ:
        found = sorted(found, key=lambda hit: (-_entry(hit).level.rank, hit.first))[:MOST_READ]
    read_hits = [(hit, weighed) for hit in found if (weighed := _weighed(hit, scene)) is not None]
    read_hits.sort(key=lambda pair: (-pair[1].level.rank, -pair[1].weight, pair[0].first - pair[0].last))
    kept, covered, harmed = [], set[int](), set[int]()
    for hit, weighed in read_hits:
        words = range(hit.first, hit.last + 1)
        said = harmed if _entry(hit).harm else covered
        if not said.issuperset(words):
            kept.append((hit, weighed))
            said.update(words)
    return [
        (hit, weighed)
        for hit, weighed in kept
        if _entry(hit).harm
        or weighed.level.rank >= Level.URGENT.rank
        or not harmed.issuperset(range(hit.first, hit.last + 1))
    ]


def _around(hits: Sequence[Hit], scene: Scene | None, stream: Stream) -> Around:
    """Return what the comment says beside its phrases; one that gives advice is never lifted by the model."""
    push, advice = current().push(stream.written), scene.advice if scene else advices(hits)
    now = scene.sentences_of("now") if scene else frozenset[int]()
    return Around(now, len(stream.written), min(push, 0.0) if advice >= ADVISING else push, advice)


def _harm(read_hits: Sequence[tuple[Hit, Weighed]]) -> tuple[str, ...]:
    return tuple(sorted({_entry(hit).harm for hit, weighed in read_hits if _entry(hit).harm and weighed.weight >= 0.5}))


def _weighed(hit: Hit, scene: Scene) -> Weighed | None:
    """Read one phrase in its context; None when it is of a certain person who is not meant, or the comment too long."""
    entry = _entry(hit)
    if entry.most_words and scene.words > entry.most_words:
        return None
    said = remarks(hit, entry, scene)
    if any(remark.absent for remark in said):
        return None
    weighed = weigh(
        entry.family, entry.level, entry.weight, scene.sentence_of[hit.first], said, entry.person != "other"
    )
    return replace(weighed, firm=True) if entry.chosen or (not said and _plain(hit, entry, scene)) else weighed


def _plain(hit: Hit, entry: Entry, scene: Scene) -> bool:
    """Tell whether a phrase that no rule touches needs no company: a plain feeling, or all that there is to read."""
    return bool(entry.most_words) or plainly_felt(hit, entry, scene)


def _entry(hit: Hit) -> Entry:
    if not isinstance(hit.meaning, Entry):
        raise TypeError("a cue is no phrase")
    return hit.meaning


@dataclass(frozen=True, slots=True)
class Places:
    """Where the words of the stream stand in the original text."""

    text: str
    folded: Folded
    stream: Stream

    def written(self, index: int) -> str:
        """Return a word as it was written; nothing before the first."""
        if index < 0:
            return ""
        start, end = place(self.folded, self.stream.spans[index], self.stream.spans[index])
        return self.text[start:end]

    def quoted(self, index: int) -> bool:
        """Tell whether a word stands in a quoted line or block."""
        ranges = self.folded.quoted
        if not ranges:
            return False
        at = self.folded.origin(self.stream.spans[index][0])
        before = bisect_right(ranges, (at, len(self.text) + 1))
        return before > 0 and at < ranges[before - 1][1]


def _matches(text: str, folded: Folded, stream: Stream, read_hits: Sequence[tuple[Hit, Weighed]]) -> tuple[Match, ...]:
    """Return the gravest matches in the order of the text."""
    gravest = sorted(read_hits, key=lambda pair: (-pair[1].level.rank, -pair[1].weight, pair[0].first))[:MOST_MATCHES]
    matches = []
    for hit, weighed in sorted(gravest, key=lambda pair: pair[0].first):
        start, end = place(folded, stream.spans[hit.first], stream.spans[hit.last])
        matches.append(
            Match(text[start:end], weighed.family, weighed.level, start, end, weighed.words, _entry(hit).key)
        )
    return tuple(matches)


def _by_model(text: str, folded: Folded, stream: Stream, direction: int) -> tuple[Match, ...]:
    """Return the words that moved the model most where it, and not the phrases alone, has decided."""
    level, pushed = (Level.SUPPORT, "pushed up by") if direction > 0 else (Level.NONE, "pushed down by")
    matches = []
    for first, last, weight in current().strongest(stream.written, MOST_WORDS, direction):
        start, end = place(folded, stream.places[first], stream.places[last])
        matches.append(Match(text[start:end], "model", level, start, end, (f"{pushed} {weight}",)))
    return tuple(matches)


def place(folded: Folded, first: tuple[int, int], last: tuple[int, int]) -> tuple[int, int]:
    """Return where a stretch of folded text stands in the original: from its first letter to behind its last."""
    return folded.origin(first[0]), folded.origin(last[1] - 1) + 1
