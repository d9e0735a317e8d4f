"""Read a short answer by the question it answers: "no" means much behind "are you safe?" and nothing elsewhere."""

from dataclasses import replace

from service.triage.fold import fold
from service.triage.levels import Level, worst
from service.triage.lexicon import Cue
from service.triage.scanner import Finding, Match, scan
from service.triage.tuned import Words, in_use
from service.triage.words import read

# A longer answer speaks for itself.
LONGEST_ANSWER = 12
_QUESTIONS = frozenset(("asks_danger", "asks_safety"))


def scan_answer(text: str, question: str, words: Words | None = None) -> Finding:
    """Scan `text` as the answer to the comment `question` ('' for none); the result is never below `scan(text)`."""
    words = words or in_use()
    finding = scan(text, words)
    length = len(text.split())
    if not question or not length or length > LONGEST_ANSWER:
        return finding
    asked = _kinds(question, words) & _QUESTIONS
    if not asked:
        return finding
    said = _kinds(text, words)
    grave = ("asks_danger" in asked and "says_yes" in said and "says_no" not in said) or (
        "asks_safety" in asked and "says_no" in said
    )
    if not grave:
        return finding
    level = Level.CRISIS if "now" in said else Level.URGENT
    match = Match(text, "answer", level, 0, len(text), ("answers a question about safety",))
    raised = worst((finding.level, level))
    return replace(finding, level=raised, score=max(finding.score, 0.8), matches=(*finding.matches, match))


def _kinds(text: str, words: Words) -> set[str]:
    """Return the kinds of cues in a text."""
    hits = words.find(read(fold(text), words.numbers_of, words.join))
    return {hit.meaning.kind for hit in hits if isinstance(hit.meaning, Cue)}
