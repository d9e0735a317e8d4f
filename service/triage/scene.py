"""One text as the context rules see it: its sentences and clauses, whoever is named, and what stands in quotation."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

from service.triage.lexicon import Cue, Hit
from service.triage.words import STOP, Stream

PERSONS = ("self", "you", "people", "close", "third")
_NAMED = frozenset(PERSONS)
ADVISING = 2  # so many words of advice make the comment one


class Words(Protocol):
    """What the rules need to know of the original text."""

    def written(self, index: int) -> str:
        """Return a word as it was written."""

    def quoted(self, index: int) -> bool:
        """Tell whether a word stands in a quoted line."""


class Scene:
    """One text as the rules see it: sentences, clauses, cues by sentence, quoted stretches."""

    def __init__(self, stream: Stream, hits: Sequence[Hit], places: Words) -> None:
        sentence_of = self.sentence_of = stream.sentences()
        self.words = len(stream.written)
        self.word_at = places.written
        self.quoted = places.quoted
        self._stream = stream
        cues: dict[tuple[int, str], list[Hit]] = defaultdict(list)
        self._cues = cues
        self._persons: dict[int, list[Hit]] = defaultdict(list)
        turns, self.advice = [], 0
        for hit in hits:
            first, _, meaning, _ = hit
            if isinstance(meaning, Cue):
                kind = meaning.kind
                sentence = sentence_of[first]
                cues[sentence, kind].append(hit)
                if kind in _NAMED:
                    self._persons[sentence].append(hit)
                elif kind == "turn":
                    turns.append(first)
                elif kind == "advice":
                    self.advice += 1
        self.advises = self.advice >= ADVISING
        self.kinds = {kind for _, kind in self._cues}
        stops = [index + 1 for index, number in enumerate(stream.numbers) if number == STOP]
        self._borders = sorted({*stream.pauses, *turns, *stops})

    def cues(self, kind: str, hit: Hit) -> list[Hit]:
        """Return the cues of a kind in the sentence of the phrase."""
        if kind not in self.kinds:
            return []
        return self._cues.get((self.sentence_of[hit.first], kind), [])

    def persons(self, hit: Hit) -> list[Hit]:
        """Return whoever is named in the sentence of the phrase."""
        return self._persons.get(self.sentence_of[hit.first], [])

    def near(self, kind: str, hit: Hit) -> list[Hit]:
        """Return the cues of a kind in the sentence of the phrase and in the two beside it."""
        if kind not in self.kinds:
            return []
        sentence = self.sentence_of[hit.first]
        return [cue for other in (sentence, sentence - 1, sentence + 1) for cue in self._cues.get((other, kind), [])]

    def sentences_of(self, kind: str) -> frozenset[int]:
        """Return the sentences in which a cue of a kind stands."""
        return frozenset(sentence for sentence, named in self._cues if named == kind)

    def elsewhere(self, kind: str, hit: Hit) -> bool:
        """Tell whether a cue of a kind stands in another sentence than the phrase."""
        return any(named == kind and sentence != self.sentence_of[hit.first] for sentence, named in self._cues)

    def clause_start(self, index: int) -> int:
        """Return the first word of the clause that the word at `index` stands in."""
        before = bisect_right(self._borders, index)
        return self._borders[before - 1] if before else 0

    def same_clause(self, cue: Hit, hit: Hit) -> bool:
        """Return whether a cue stands in the clause of a phrase."""
        return bisect_right(self._borders, cue.first) == bisect_right(self._borders, hit.first)

    def between_marks(self, hit: Hit) -> bool:
        """Return whether the phrase stands between two quotation marks."""
        return self.opening_mark(hit) is not None

    def opening_mark(self, hit: Hit) -> int | None:
        """Return the first word behind the quotation mark that opens before the phrase and closes behind it."""
        before = bisect_right(self._stream.marks, hit.first)
        return self._stream.marks[before - 1] if before % 2 == 1 and before < len(self._stream.marks) else None

    def say(self, cue: Hit) -> str:
        """Return the word of a cue as it was written."""
        return (
            self.word_at(cue.first)
            if cue.first == cue.last
            else f"{self.word_at(cue.first)} … {self.word_at(cue.last)}"
        )


def advices(hits: Iterable[Hit]) -> int:
    """Return how often a comment gives advice: it uses the words of distress about its reader."""
    return sum(isinstance(hit.meaning, Cue) and hit.meaning.kind == "advice" for hit in hits)
