"""A comment's words with the phrases marked that triage found (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Piece:
    """A stretch of the comment's source; `note` is the number of the match that marks it, 0 for none."""

    text: str
    note: int = 0


def pieces(source: str, matches: Iterable[Mapping[str, Any]]) -> list[list[Piece]]:
    """Cut the source into lines of pieces; matches that overlap an earlier one are noted, not marked."""
    flat: list[Piece] = []
    position = 0
    for number, match in enumerate(matches, start=1):
        start, end = int(match["start"]), min(int(match["end"]), len(source))
        if start < position or end <= start:
            continue
        flat += [Piece(source[position:start]), Piece(source[start:end], number)]
        position = end
    flat.append(Piece(source[position:]))
    return _lines(flat)


def _lines(flat: Iterable[Piece]) -> list[list[Piece]]:
    lines: list[list[Piece]] = [[]]
    for piece in flat:
        first, *rest = piece.text.split("\n")
        lines[-1].append(Piece(first, piece.note))
        for text in rest:
            lines.append([Piece(text, piece.note)])
    return [[piece for piece in line if piece.text] for line in lines]
