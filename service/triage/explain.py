"""Say of some words what triage makes of them, the model's part among it (pure)."""

from dataclasses import dataclass

from service.triage.fold import fold
from service.triage.model import current
from service.triage.scanner import Finding, place, scan
from service.triage.tuned import in_use
from service.triage.words import read

MOST_WORDS = 5


@dataclass(frozen=True)
class Push:
    """A word or two that move the model, and how much: positive either way."""

    words: str
    weight: int


@dataclass(frozen=True)
class Explained:
    """A finding, and what the model alone makes of the words: how far it moves their sum, and by which of them."""

    finding: Finding
    push: float
    up: tuple[Push, ...]
    down: tuple[Push, ...]


def explain(text: str) -> Explained:
    """Scan some words by the lexicon in use, and say what moves the model."""
    words, model, folded = in_use(), current(), fold(text)
    stream = read(folded, words.numbers_of, words.join)

    def pushes(direction: int) -> tuple[Push, ...]:
        found = []
        for first, last, weight in model.strongest(stream.written, MOST_WORDS, direction):
            start, end = place(folded, stream.places[first], stream.places[last])
            found.append(Push(text[start:end], weight))
        return tuple(sorted(found, key=lambda each: -each.weight))

    return Explained(scan(text, words), model.push(stream.written), pushes(1), pushes(-1))
