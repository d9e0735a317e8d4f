"""What triage would make of some words that staff try; nothing is written by it."""

from dataclasses import dataclass

from service.core.text import COMMENT_LIMIT, clean_source
from service.moderation.marks import Piece, pieces
from service.triage.explain import Explained, explain
from service.triage.levels import Level
from service.triage.phrases.phrase import Phrase
from service.triage.phrases.queries import book, refresh
from service.triage.scanner import Match


@dataclass(frozen=True)
class Reason:
    """A phrase that was found in the words, with what the context made of it; `phrase` is None for the model."""

    number: int
    match: Match
    phrase: Phrase | None

    @property
    def counts(self) -> bool:
        """True where the phrase counts for the level."""
        return self.match.level is not Level.NONE


@dataclass(frozen=True)
class Trial:
    """The words in lines of pieces, what was found in them, and why."""

    explained: Explained
    lines: list[list[Piece]]
    reasons: list[Reason]

    @property
    def level(self) -> Level:
        """The level that a comment of these words would have."""
        return self.explained.finding.level


def try_words(body: str) -> Trial:
    """Try some words as a comment of somebody new who answers nobody. Raises Invalid."""
    source = clean_source(body, limit=COMMENT_LIMIT)
    refresh()
    explained = explain(source)
    found, known = explained.finding, book()
    reasons = [Reason(number, match, known.get(match.key)) for number, match in enumerate(found.matches, 1)]
    return Trial(explained, pieces(source, found.as_dict()["matches"]), reasons)
