"""Cut folded text into the stream of known words that phrases are looked for in."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from service.triage.fold import Folded

UNKNOWN = 0
STOP = 1  # stands between sentences, so that no phrase reaches over a full stop

# Faces and hearts that lexicons know; however often one is repeated in a row, it is read once.
_FACES = (
    "\U0001f480\U0001f602\U0001f923\U0001f605\U0001f606\U0001f52b\U0001f494\U0001f62d\U0001f614\U0001f622\U0001f61e"
    "\U0001f97a\U0001f92e\U0001f970\U0001f60a\u2764"
)
_FIRST_FACE = min(_FACES)
# Each alternative begins with another character and repeats only classes that cannot overlap: nothing to back-track.
_TOKEN = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|[\u3040-\u30ff\u3400-\u9fff]"
    r"|[$@]?[^\W_]+(?:['?!@$*]{1,3}[^\W_]+)*"
    r"|[.!?;:\n,()\"\-]" + "".join(f"|{face}+" for face in _FACES)
)
_STOPS = frozenset(".!?;:\n")
_PAUSES = frozenset(",()-")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz013457")  # that people write apart
_APART = re.compile("[^a-z0-9]".join(["(?<![a-z0-9])[a-z013457]", "[a-z013457]", "[a-z013457](?![a-z0-9])"]))
_SIGNS = _STOPS | _PAUSES | {'"'}
_ALONE = _SIGNS | _LETTERS
_LINKS = ("http://", "https://", "www.")
# A sentence without a full stop ends, for the context rules, after this many words: their work stays linear.
LONGEST_SENTENCE = 60


Numbers = Callable[[str], tuple[int, ...]]
Join = Callable[[str], tuple[int, ...] | None]


@dataclass(slots=True)
class Stream:
    """Words of one text: numbers as the lexicons read them with their places in the folded text, words as written
    with theirs, and where clauses and quotation marks stand."""

    numbers: list[int] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
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
    return [each for each in _TOKEN.findall(text) if not is_link(each) and each not in _SIGNS]


def written_in(chunk: str) -> list[str]:
    """Return the words and signs of folded text as `read` would have them, which reaches over no white space."""
    return [each[0] if each[0] in _FACES else each for each in _TOKEN.findall(chunk)]


def has_letters_apart(text: str) -> bool:
    """Tell whether letters may be written apart in folded text: true of more than `read` puts together."""
    return _APART.search(text) is not None


def is_link(written: str) -> bool:
    """Tell whether a word is a web address, which says nothing."""
    return written.startswith(_LINKS)


def read(folded: Folded, numbers_of: Numbers, join: Join) -> Stream:
    """Cut the text into words; `numbers_of` reads one written word, `join` letters that were written apart."""
    stream = Stream()
    numbers, spans = stream.numbers, stream.spans
    text, apart = folded.text, _Apart(stream, join)
    for found in _TOKEN.finditer(text):
        written, span = found.group(), found.span()
        start, end = span
        if end - start == 1:
            if written in _ALONE and _lone(written, start, stream, apart, text):
                continue
        elif apart.letters:
            apart.close()
        if written >= _FIRST_FACE and written[0] in _FACES:
            written = written[0]
        stream.written.append(written)
        stream.places.append(span)
        known = numbers_of(written)
        if len(known) == 1:
            numbers.append(known[0])
            spans.append(span)
        else:
            numbers += known
            spans += [span] * len(known)
    if apart.letters:
        apart.close()
    return stream


def _lone(written: str, start: int, stream: Stream, apart: "_Apart", text: str) -> bool:
    """Deal with a sign or a letter that stands alone; false for one that is read like any word."""
    if written in _LETTERS:
        apart.add(written, start, text)
        return False
    if apart.letters:
        if start == apart.end and written in ".-":
            apart.held.append((written, start))
            return True
        apart.close()
    _sign(written, start, stream)
    return True


def _sign(written: str, start: int, stream: Stream) -> None:
    if written in _STOPS:
        stream.numbers.append(STOP)
        stream.spans.append((start, start + 1))
    elif written in _PAUSES:
        stream.pauses.append(len(stream.numbers))
    else:
        stream.marks.append(len(stream.numbers))


class _Apart:
    """Letters written one by one with the same sign between them, such as `k.i.l.l` or `k i l l`."""

    def __init__(self, stream: Stream, join: Join) -> None:
        self._stream, self._join = stream, join
        self.letters: list[str] = []
        self.held: list[tuple[str, int]] = []
        self.start = self.end = self._first = 0
        self._sign = ""

    def add(self, letter: str, start: int, text: str) -> None:
        """Add a letter that stands alone at `start`; begin anew when it does not go on."""
        letters, end = self.letters, self.end
        if letters and start - end == 1 and (len(letters) == 1 or text[end] == self._sign):
            self._sign = text[end]
            if self.held:
                self.held.clear()
        else:
            self.close()
            self.start, self._first = start, len(self._stream.numbers)
        letters.append(letter)
        self.end = start + 1

    def close(self) -> None:
        """Replace the letters by the words that they spell, when they do, and let go of the signs behind them."""
        joined = self._join("".join(self.letters)) if len(self.letters) > 2 else None
        if joined:
            self._stream.numbers[self._first :] = joined
            self._stream.spans[self._first :] = [(self.start, self.end)] * len(joined)
        for sign, start in self.held:
            _sign(sign, start, self._stream)
        self.held.clear()
        self.letters.clear()
