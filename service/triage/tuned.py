"""The lexicon as a site has changed it: the packs as they are, and on top of them what people added and took away.

The automaton of the packs is shared, so a change costs milliseconds, and two versions can be compared in one process.
What the packs find in any other text is untouched by a change.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import structlog

from service.triage import patterns
from service.triage.automaton import Automaton
from service.triage.context import EXCEPT
from service.triage.lexicon import Cue, Entry, Hit, Lexicon, lexicon
from service.triage.phrases.phrase import Phrase
from service.triage.words import UNKNOWN, Stream, is_link

Listed = tuple[patterns.Sequence, Entry | Cue]
NOTHING = Cue("nothing")  # the meaning of a phrase that is switched off

log = structlog.get_logger(__name__)


class Extra:
    """Patterns beside those of the packs, over the same words and those of their own."""

    def __init__(self, base: Lexicon, listed: Sequence[Listed]) -> None:
        self.base = base
        self._meanings = [meaning for _, meaning in listed]
        new = {word for sequence, _ in listed for word in patterns.words_of(sequence)} - base.numbers.keys()
        self._new = {word: number for number, word in enumerate(sorted(new), max(base.numbers.values(), default=1) + 1)}
        self._automaton, numbers = Automaton(), base.numbers | self._new
        for which, (sequence, _) in enumerate(listed):
            self._automaton.add(sequence, numbers, which)
        self._automaton.seal()
        self._firsts = self._automaton.first_words()
        self.numbers_of = lru_cache(maxsize=16384)(self._numbers_of) if new else base.numbers_of
        self.join = base.join

    def beside(self, stream: Stream) -> list[Hit]:
        """Return where these patterns stand in a stream that was read by `numbers_of`."""
        if self._firsts.isdisjoint(stream.numbers):
            return []
        return self.base.hits(self._automaton, self._meanings, stream.numbers)

    def number_of(self, word: str) -> int:
        """Return the number of a word of a pattern, as it was read by the lexicon."""
        return self.base.numbers.get(word) or self._new.get(word, UNKNOWN)

    def _numbers_of(self, written: str) -> tuple[int, ...]:
        if is_link(written):
            return ()
        known, new = self.base.numbers, self._new
        return tuple(known.get(word) or new.get(word, UNKNOWN) for word in self.base.speller.read(written))


class Tuned(Extra):
    """A lexicon with changes; `number` is the row of the newest one, and `version` says both."""

    def __init__(self, base: Lexicon, phrases: Iterable[Phrase], number: int) -> None:
        self.number, self.version = number, f"{base.version}+{number}"
        self.phrases = {phrase.key: phrase for phrase in phrases}
        super().__init__(base, list(added(base, self.phrases.values())))
        self._overridden = [self._override(meaning) for meaning in base.meanings]
        self._silences = NOTHING in self._overridden

    def find(self, stream: Stream) -> list[Hit]:
        """Return every phrase and cue in the stream, in the order of their last word."""
        found = self.base.hits(self.base.automaton, self._overridden, stream.numbers)
        if self._silences:
            found = [hit for hit in found if hit.meaning is not NOTHING]
        more = self.beside(stream)
        return sorted([*found, *more], key=lambda hit: hit.last) if more else found

    def _override(self, meaning: Entry | Cue) -> Entry | Cue:
        changed = self.phrases.get(meaning.key) if isinstance(meaning, Entry) else None
        if changed is None or isinstance(meaning, Cue):
            return meaning
        if not changed.now.is_on:
            return NOTHING
        return meaning.counting(changed.now.level, changed.now.weight)


Words = Lexicon | Tuned


def added(base: Lexicon, phrases: Iterable[Phrase]) -> Iterable[Listed]:
    """Yield what changed phrases bring beside the packs: the site's own, and the exceptions of any."""
    for phrase in phrases:
        if not phrase.now.is_on:
            continue
        if phrase.is_own:
            yield from _read(base, phrase, phrase.pattern, entry_of(phrase))
        for exception in phrase.now.exceptions:
            yield from _read(base, phrase, exception, Cue(EXCEPT + phrase.key))


def entry_of(phrase: Phrase) -> Entry:
    """Return what a phrase of the site's own means."""
    return Entry(
        family=phrase.family,
        level=phrase.now.level,
        weight=phrase.now.weight,
        negatable=True,
        person="any",
        harm=phrase.harm,
        language=phrase.language,
        key=phrase.key,
        chosen=True,
    )


def _read(base: Lexicon, phrase: Phrase, pattern: str, meaning: Entry | Cue) -> Iterable[Listed]:
    """Yield a pattern in words; one that cannot be read any more is warned of and never stops a scan."""
    try:
        yield base.sequence(pattern, phrase.language), meaning
    except ValueError:
        log.warning("triage.phrase_unreadable", phrase=phrase.key)


_IN_USE: list[Tuned] = []


def in_use() -> Words:
    """Return the lexicon that this process scans with: as the site has changed it, or as it is shipped."""
    return _IN_USE[-1] if _IN_USE else lexicon()


def use(tuned: Tuned | None) -> None:
    """Let this process scan with a changed lexicon from now on; None: as it is shipped."""
    _IN_USE[:] = [tuned] if tuned is not None else []


def number_in_use() -> int:
    """Return the row of the newest change that this process knows, 0 for none."""
    return _IN_USE[-1].number if _IN_USE else 0
