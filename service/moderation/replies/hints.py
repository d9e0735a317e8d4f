"""What a reply to somebody in distress had better not say, found while it is being written (pure).

Whole words of the folded text are compared with the phrases of `hint_rules`, so that "strong" in "strong smell" says
nothing; the work grows with the length of the text alone. A hint is a thought and forbids nothing. The three that
ask for a second look are marked `hold`.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from service.core.errors import N_
from service.moderation.replies.hint_rules import RULES, Rule
from service.triage.fold import fold
from service.triage.levels import Level
from service.triage.patterns import examples, parse

WORDS_IN_CRISIS = 120
WORDS_BESIDE_A_LINK = 20
WORDS_OF_ONES_OWN = 3
DIGITS_OF_A_NUMBER = 5  # shorter ones count where words such as "call" stand before them
MOST_SHOWN = 3
_MOST_WAYS = 20_000

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[.!?;:\n]")
_STOPS = frozenset(".!?;:\n")
_BLANK = re.compile(r"\{\s{0,3}([^\W\d_]\w{0,60})\s{0,3}\}")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]]+", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w+{/.-])\+?\d(?:[ ().\-\u00a0]{0,2}\d){2,18}(?![\w}])")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[.-] ?\d{1,2}[.-] ?\d{2,4}|(?:19|20)\d\d|\d{1,2}\.\d\d")
_DIALLING = frozenset("call calling dial ring phone text texting number line".split())
_QUESTION = re.compile(r"\?+")
_SENTENCE = re.compile(r"(?<=[.!?\n])\s+")


@dataclass(frozen=True)
class Hint:
    """One thought about a reply: what it is about (as written), why, and kinder words where there are any."""

    key: str
    phrase: str
    why: str
    kinder: str = ""
    hold: bool = False


def hints(
    text: str,
    level: Level,
    *,
    numbers: Collection[str] = (),
    help_link: str = "",
    templates: Iterable[str] = (),
) -> list[Hint]:
    """Return what there is to think about before this reply goes out, second looks first, each thought once.

    `level` is that of the comment that is answered, `numbers` the numbers of the checked help lines (digits alone),
    `help_link` the address of their page, `templates` the texts that a reply may begin with.
    """
    if not text.strip():
        return []
    found = [*_phrases(text, level), *_whole(text, level, numbers, help_link, templates)]
    return sorted(found, key=lambda hint: not hint.hold)


def holds(text: str, level: Level) -> list[Hint]:
    """Return only what asks for a second look."""
    return [hint for hint in _phrases(text, level) if hint.hold]


def blanks(text: str) -> list[str]:
    """Return the names of the placeholders that are still to be filled, each once, in the order of the text."""
    return list(dict.fromkeys(_BLANK.findall(text)))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, folded, without white space around them."""
    return [piece.strip() for piece in _SENTENCE.split(fold(text).text) if piece.strip()]


def _phrases(text: str, level: Level) -> Iterator[Hint]:
    """What single phrases give to think about; a phrase within another one that was found says nothing new."""
    folded = fold(text)
    places = [match.span() for match in _WORD.finditer(folded.text)]
    words = tuple(folded.text[start:end] for start, end in places)
    spared, seen, covered = _spared(words), set[str](), 0
    for at, length, rule in _book().find(words):
        last = at + length
        if rule.key in seen or last <= covered or (rule.above is not None and level.rank <= rule.above.rank):
            continue
        if spared[rule.key].issuperset(range(at, last)):
            continue
        seen.add(rule.key)
        covered = last
        phrase = text[folded.origin(places[at][0]) : folded.origin(places[last - 1][1] - 1) + 1]
        yield Hint(rule.key, phrase, rule.why, rule.kinder, rule.hold)


def _spared(words: tuple[str, ...]) -> Mapping[str, set[int]]:
    """Return, for each rule, which words stand in a phrase that does no harm."""
    harmless: dict[str, set[int]] = defaultdict(set)
    for at, length, rule in _book(spared=True).find(words):
        harmless[rule.key].update(range(at, at + length))
    return harmless


class _Book:
    """Every phrase of some rules, spelled out; looking them up takes a few steps for each word of a text."""

    def __init__(self, phrases: Iterable[tuple[str, Rule]]) -> None:
        self._rules: dict[tuple[str, ...], list[Rule]] = defaultdict(list)
        lengths: dict[str, set[int]] = defaultdict(set)
        for pattern, rule in phrases:
            for phrase in examples(parse(pattern, {}), _MOST_WAYS):
                words = tuple(phrase.split())
                if rule not in self._rules[words]:
                    self._rules[words].append(rule)
                lengths[words[0]].add(len(words))
        self._lengths = {word: sorted(each, reverse=True) for word, each in lengths.items()}

    def find(self, words: tuple[str, ...]) -> Iterator[tuple[int, int, Rule]]:
        """Yield where a phrase begins, how many words it has, and its rule; at one place the longest first."""
        for at, word in enumerate(words):
            for length in (each for each in self._lengths.get(word, ()) if at + each <= len(words)):
                for rule in self._rules.get(words[at : at + length], ()):
                    yield at, length, rule


@cache
def _book(*, spared: bool = False) -> _Book:
    return _Book((pattern, rule) for rule in RULES for pattern in (rule.spared if spared else rule.phrases))


def _whole(
    text: str, level: Level, numbers: Collection[str], help_link: str, templates: Iterable[str]
) -> Iterator[Hint]:
    """What is to be thought about the reply as a whole."""
    words = sum(match.group() not in _STOPS for match in _WORD.finditer(text))
    if level is Level.CRISIS and words > WORDS_IN_CRISIS:
        yield Hint(
            "long", "", N_("This is long for somebody who may be in danger: short and plain is easier to take in.")
        )
    if unknown := _unknown_number(text, numbers):
        yield Hint(
            "number",
            unknown,
            N_("This number is not among the checked help lines. A wrong one does harm."),
            N_("Link to the page of help lines."),
        )
    if link := _bare_link(text, words, help_link):
        yield Hint(
            "link", link, N_("A link instead of an answer can feel like being sent away. Say something of your own.")
        )
    if len(_QUESTION.findall(text)) > 1:
        yield Hint("questions", "", N_("More than one question is a lot to answer. One is enough."))
    if not _has_line_of_ones_own(text, templates):
        yield Hint(
            "own line", "", N_("There is no line of your own yet. One real sentence shows that a person reads here.")
        )


def _unknown_number(text: str, numbers: Collection[str]) -> str:
    for match in _NUMBER.finditer(text):
        written = match.group().strip()
        digits = re.sub(r"\D", "", written)
        if _DATE.fullmatch(written) or (len(digits) < DIGITS_OF_A_NUMBER and not _is_dialled(text, match.start())):
            continue
        if not any(digits == known or (len(known) > 6 and digits.endswith(known.lstrip("0"))) for known in numbers):
            return written
    return ""


def _is_dialled(text: str, start: int) -> bool:
    """Tell whether one of the two words before a short number says that somebody should call it."""
    before = re.findall(r"[^\W\d_]+", text[max(0, start - 40) : start].lower())[-2:]
    return any(word in _DIALLING for word in before)


def _bare_link(text: str, words: int, help_link: str) -> str:
    """Return a link, other than to the page of help lines, beside which hardly anything is said."""
    links = [link for link in _LINK.findall(text) if not (help_link and link.startswith(help_link))]
    inside = sum(len(_WORD.findall(link)) for link in links)
    return links[0] if links and words - inside < WORDS_BESIDE_A_LINK else ""


def _has_line_of_ones_own(text: str, templates: Iterable[str]) -> bool:
    """Tell whether there is a sentence of a few words that comes from no template, however its blanks were filled."""
    shapes = [shape for template in templates for shape in _shapes(template)]
    return any(
        len(sentence.split()) >= WORDS_OF_ONES_OWN and not any(_has_shape(sentence, shape) for shape in shapes)
        for sentence in sentences(_BLANK.sub("", text))
    )


@cache
def _shapes(template: str) -> tuple[tuple[str, ...], ...]:
    """Return for each sentence of a template the pieces that stand between its blanks."""
    marked = _BLANK.sub("\0", template)
    shapes = (tuple(piece.strip() for piece in sentence.split("\0")) for sentence in _cut(marked))
    return tuple(shape for shape in shapes if any(len(piece) > 1 for piece in shape))


def _cut(marked: str) -> list[str]:
    return [piece.strip() for piece in _SENTENCE.split(marked) if piece.strip()]


def _has_shape(sentence: str, shape: Sequence[str]) -> bool:
    """Tell whether the pieces stand in the sentence in their order, the first and last at its ends."""
    first, last = fold(shape[0]).text, fold(shape[-1]).text
    if not (sentence.startswith(first) and sentence.endswith(last)):
        return False
    at = len(first)
    for piece in shape[1:]:
        at = sentence.find(fold(piece).text, at)
        if at < 0:
            return False
    return True
