"""The small language of lexicon phrases: `<slot>` stands for a list, `(a|b|)` for one of these or nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways to go on, each a sequence of words and choices."""

    ways: tuple["Sequence", ...]


Sequence = tuple[str | Choice, ...]


def parse(pattern: str, slots: Mapping[str, str]) -> Sequence:
    """Return the words and choices of a pattern; ValueError for an unknown slot or a bracket without its pair."""
    sequence, rest = _sequence(_tokens(pattern), slots, 0, closed_by="")
    if rest:
        raise ValueError(f"bracket closed but not opened: {pattern!r}")
    return sequence[0]


def words_of(sequence: Sequence) -> Iterator[str]:
    """Yield every word of a sequence."""
    for part in sequence:
        if isinstance(part, Choice):
            for way in part.ways:
                yield from words_of(way)
        else:
            yield part


def needed_words(sequence: Sequence) -> list[frozenset[str]]:
    """Return words of which a text must hold one each, so that a sequence can stand in it at all."""
    return [frozenset(words_of((part,))) for part in sequence if not _may_be_nothing(part)]


def examples(sequence: Sequence, most: int) -> Iterator[str]:
    """Yield up to `most` phrases that a sequence stands for, for tests and for people who read the lexicon."""
    for number, words in enumerate(_phrases(sequence)):
        if number >= most:
            return
        yield " ".join(words)


def _may_be_nothing(part: str | Choice) -> bool:
    return isinstance(part, Choice) and any(all(map(_may_be_nothing, way)) for way in part.ways)


def _phrases(sequence: Sequence) -> Iterator[tuple[str, ...]]:
    if not sequence:
        yield ()
        return
    first, rest = sequence[0], sequence[1:]
    ways: Iterator[tuple[str, ...]] = (
        iter(((first,),)) if isinstance(first, str) else (words for way in first.ways for words in _phrases(way))
    )
    for words in ways:
        for tail in _phrases(rest):
            yield words + tail


def _tokens(pattern: str) -> list[str]:
    """Cut a pattern into words, brackets, bars and slots; the list is reversed, so that it can be popped."""
    for sign in "()|":
        pattern = pattern.replace(sign, f" {sign} ")
    return pattern.replace("<", " <").replace(">", "> ").split()[::-1]


def _sequence(
    tokens: list[str], slots: Mapping[str, str], depth: int, closed_by: str
) -> tuple[list[Sequence], list[str]]:
    """Read alternatives up to the closing bracket or the end; return them and what is left when it closes too early."""
    if depth > DEEPEST:
        raise ValueError("slots refer to each other in a circle")
    ways: list[Sequence] = []
    words: list[str | Choice] = []
    while tokens:
        piece = tokens.pop()
        if piece == "(":
            inner, _ = _sequence(tokens, slots, depth + 1, closed_by=")")
            words.append(Choice(tuple(inner)))
        elif piece == "|" and closed_by:
            ways.append(tuple(words))
            words = []
        elif piece == ")":
            return [*ways, tuple(words)], tokens if closed_by else [piece, *tokens]
        elif piece.startswith("<"):
            words.append(_slot(piece, slots, depth))
        else:
            words.append(piece)
    if closed_by:
        raise ValueError("bracket not closed")
    return [*ways, tuple(words)], []


def _slot(token: str, slots: Mapping[str, str], depth: int) -> Choice:
    name = token.strip("<>")
    if name not in slots:
        raise ValueError(f"unknown slot <{name}>")
    inner, _ = _sequence(_tokens(f"({slots[name]})")[:-1], slots, depth + 1, closed_by=")")
    return Choice(tuple(inner))
