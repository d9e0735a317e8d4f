"""Cut folded text into the stream of known words that phrases are looked for in."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from service.triage.fold import Folded

UNKNOWN = 0
STOP = 1  # stands between sentences, so that no phrase reaches over a full stop

# Each alternative begins with another character and repeats only classes that cannot overlap: nothing to back-track.
_TOKEN = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|[\u3040-\u30ff\u3400-\u9fff]"
    r"|[^\W_]+(?:['?!@$*]{1,3}[^\W_]+)*"
    r"|[.!?;:\n,()\"\-]"
    r"|[\U0001f480\U0001f602\U0001f923\U0001f605\U0001f606\U0001f52b\U0001f494\U0001f62d\U0001f614\U0001f622\U0001f61e"
    r"\U0001f97a\U0001f92e\U0001f970\U0001f60a\u2764]"
)
_STOPS = frozenset(".!?;:\n")
_PAUSES = frozenset(",()-")
# A sentence without a full stop ends, for the context rules, after this many words: their work stays linear.
LONGEST_SENTENCE = 60


@dataclass(slots=True)
class Stream:
    """Words of one text: number, place in the folded text, and where clauses and quotation marks stand."""

    numbers: list[int] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    pauses: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)

    def sentences(self) -> list[int]:
        """Return for each word the number of its sentence."""
        numbers, sentence, length = [], 0, 0
        for number in self.numbers:
            if number == STOP or length >= LONGEST_SENTENCE:
                sentence, length = sentence + 1, 0
            numbers.append(sentence)
            length += 1
        return numbers


def raw_words(text: str) -> list[str]:
    """Return the words of folded text as written, without signs and links."""
    return [
        token for token in _TOKEN.findall(text) if token[0] not in _STOPS and token[0] not in _PAUSES and token != '"'
    ]


def read(
    folded: Folded, numbers_of: Callable[[str], tuple[int, ...]], join: Callable[[str], tuple[int, ...] | None]
) -> Stream:
    """Cut the text into words; `numbers_of` reads one written word, `join` letters that were written apart."""
    stream = Stream()
    numbers, spans = stream.numbers, stream.spans
    apart = _Apart(stream, join)
    for found in _TOKEN.finditer(folded.text):
        token = found.group()
        start = found.start()
        if len(token) == 1:
            if token.isalnum():
                apart.add(token, start, folded.text)
                numbers_found = numbers_of(token)
                numbers.extend(numbers_found)
                spans.extend([(start, start + 1)] * len(numbers_found))
                continue
            if apart.letters and start == apart.end and token in ".-":
                apart.held.append((token, start))
                continue
        if apart.letters:
            apart.close()
        if token in _STOPS:
            _stop(stream, start)
        elif token in _PAUSES:
            stream.pauses.append(len(numbers))
        elif token == '"':
            stream.marks.append(len(numbers))
        elif not token.startswith(("http://", "https://", "www.")):
            numbers_found = numbers_of(token)
            numbers.extend(numbers_found)
            spans.extend([(start, start + len(token))] * len(numbers_found))
    if apart.letters:
        apart.close()
    return stream


def _stop(stream: Stream, start: int) -> None:
    stream.numbers.append(STOP)
    stream.spans.append((start, start + 1))


class _Apart:
    """Letters written one by one with the same sign between them, such as `k.i.l.l` or `k i l l`."""

    def __init__(self, stream: Stream, join: Callable[[str], tuple[int, ...] | None]) -> None:
        self._stream, self._join = stream, join
        self.letters: list[str] = []
        self.held: list[tuple[str, int]] = []
        self.start = self.end = self._first = 0
        self._sign = ""

    def add(self, letter: str, start: int, text: str) -> None:
        """Add a letter that stands alone at `start`; begin anew when it does not go on."""
        between = text[self.end : start]
        if self.letters and len(between) == 1 and (len(self.letters) == 1 or between == self._sign):
            self._sign = between
            self.held.clear()
        else:
            self.close()
            self.start, self._first = start, len(self._stream.numbers)
        self.letters.append(letter)
        self.end = start + 1

    def close(self) -> None:
        """Replace the letters by the words that they spell, when they do, and let go of the signs behind them."""
        joined = self._join("".join(self.letters)) if len(self.letters) > 2 else None
        if joined:
            self._stream.numbers[self._first :] = joined
            self._stream.spans[self._first :] = [(self.start, self.end)] * len(joined)
        for sign, start in self.held:
            if sign == ".":
                _stop(self._stream, start)
            else:
                self._stream.pauses.append(len(self._stream.numbers))
        self.held.clear()
        self.letters.clear()
