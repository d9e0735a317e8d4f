"""A page as lines: where each begins, what it says, and the list marker before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
# Nothing that can be seen, and PostgreSQL cannot hold the first of them.
_DROPPED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\ud800-\udfff]")
_MARKER = re.compile(r"(?:(\d{1,5})[.)]|([•◦▪‣⁃∙●○■□·▸►*+–—-]))(?=\s|$)\s*")
# Eight keeps the order of columns whether an editor made tabs of four or of eight blanks; four does not.
_TAB = 8


@dataclass(frozen=True)
class Marker:
    """A number or a bullet at the head of a line; `width` counts the blanks behind it too."""

    sign: str
    number: int | None
    width: int


@dataclass(frozen=True)
class Line:
    """One line: the column of its first sign (from 0) and its words without blanks around them."""

    column: int
    text: str

    @property
    def blank(self) -> bool:
        """Whether nothing stands on it."""
        return not self.text

    @property
    def marker(self) -> Marker | None:
        """The list marker that the line begins with."""
        return marker_of(self.text)


def read_lines(text: str) -> list[Line]:
    """The lines of a text with any line ends; tabs and non-breaking spaces before words count as columns."""
    return [_line(raw) for raw in _LINE_END.split(_DROPPED.sub("", text))]


def marker_of(text: str) -> Marker | None:
    """The number or bullet before the words of `text`."""
    match = _MARKER.match(text)
    if match is None:
        return None
    number = int(match[1]) if match[1] else None
    return Marker("1" if match[1] else match[2], number, match.end())


def blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines in groups that blank lines part."""
    groups: list[list[Line]] = [[]]
    for line in lines:
        if not line.blank:
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return groups if groups[-1] else groups[:-1]


def _line(raw: str) -> Line:
    words = raw.strip()
    indent = raw[: len(raw) - len(raw.lstrip())]
    return Line(len(indent.expandtabs(_TAB)), words.replace("\t", " "))
