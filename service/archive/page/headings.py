"""Finds the lines that may stand above a comment: marker, name, date, link to answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.archive.page.dates import stamp_at_end
from service.archive.page.lines import Line, Marker
from service.archive.page.phrases import is_ping, without_reply_link

_LONGEST = 300
_LONGEST_NAME = 120
_SAYS = re.compile(r"(?:says|said|wrote|dice|dijo|a dit|sagt|diz|disse|ha detto|zegt)\s?:?$", re.IGNORECASE)
# Marks that only steer the direction of writing; themes put them around names and dates.
_DIRECTION = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Words of themes between a name and a date. A name may end with one too: they go only where every heading has them.
_LINKS = (
    "says:", "says", "said:", "said", "wrote:", "wrote", "dice:", "dice", "dijo:", "dijo", "a dit :", "a dit:", "sagt:",
    "diz:", "disse:", "ha detto:", "zegt:", "on", "el", "le", "am", "em", "il", "op",
    "-", "–", "—", "|", "·", "•", ",", ":",
)  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A line (or two, with the date on its own) that looks like the head of a comment or pingback.

    `when` is the wall time on the page; None for a pingback and for a line with a link to answer but no readable date.
    `shape` says how the date is written.
    """

    first: int
    last: int
    column: int
    marker: Marker | None
    name: str
    when: datetime | None
    shape: str
    reply: bool
    says: bool
    ping: bool = False

    @property
    def number(self) -> int | None:
        """The number before the name."""
        return self.marker.number if self.marker else None

    @property
    def sign(self) -> str:
        """The kind of marker: "1" for numbers, the bullet, or nothing."""
        return self.marker.sign if self.marker else ""

    def beside(self, earlier: "Heading") -> bool:
        """Whether this one stands in the column of an earlier one; numbers may be aligned by their last digit."""
        if self.column == earlier.column:
            return True
        if self.marker is None or earlier.marker is None or self.number is None or earlier.number is None:
            return False
        words = self.column + self.marker.width == earlier.column + earlier.marker.width
        return words and (self.number > earlier.number or self.number == earlier.number - 1)


def find_headings(lines: Sequence[Line], start: int) -> list[Heading]:
    """Every line from `start` on that has the form of a heading; which of them are real is for the thread to say."""
    found: list[Heading] = []
    taken = start
    for index in range(start, len(lines)):
        if index < taken or lines[index].blank:
            continue
        heading = _heading(lines, index)
        if heading:
            found.append(heading)
            taken = heading.last + 1
    return found


def names_without_links(names: Sequence[str]) -> list[str]:
    """The names without what the theme writes between name and date ("says:", "on", "-"), if all of them have it."""
    for _ in range(3):
        link = next((link for link in _LINKS if names and all(_ends_with(name, link) for name in names)), None)
        if link is None:
            break
        names = [name[: -len(link)].rstrip() for name in names]
    return list(names)


def _ends_with(name: str, link: str) -> bool:
    rest = name[: -len(link)]
    glued = link in (",", ":")
    return name.endswith(link) and bool(rest.strip()) and (glued or rest[-1].isspace())


def _heading(lines: Sequence[Line], index: int) -> Heading | None:
    line = lines[index]
    if len(line.text) > _LONGEST:
        return None
    marker = line.marker
    words = _one_line(line.text[marker.width if marker else 0 :])
    if is_ping(words):
        return Heading(index, index, line.column, marker, words, None, "", reply=False, says=False, ping=True)
    phrase, reply = without_reply_link(words)
    stamp = stamp_at_end(phrase)
    if stamp is None:
        dated = _date_below(lines, index)
        if dated and words and len(words) <= _LONGEST_NAME and not words.endswith("."):
            last, when, shape, reply_below = dated
            says = _SAYS.search(words) is not None
            return Heading(index, last, line.column, marker, words, when, shape, reply or reply_below, says)
        if reply and marker and phrase:
            return Heading(index, index, line.column, marker, phrase, None, "", reply, says=False)
        return None
    name = phrase[: stamp.start].strip()
    if len(name) > _LONGEST_NAME or not (stamp.timed or reply):
        return None
    says = _SAYS.search(name.removesuffix(" on").removesuffix(" el")) is not None
    return Heading(index, index, line.column, marker, name, stamp.when, stamp.shape, reply, says)


def _date_below(lines: Sequence[Line], index: int) -> tuple[int, datetime | None, str, bool] | None:
    """The date alone on the next line, or behind one blank line: its line, time, shape, and whether it has a link."""
    below = next((n for n in (index + 1, index + 2) if n < len(lines) and not lines[n].blank), None)
    if below is None or len(lines[below].text) > _LONGEST_NAME:
        return None
    words, reply = without_reply_link(_one_line(lines[below].text))
    stamp = stamp_at_end(words)
    if (
        stamp is None
        or not stamp.timed
        or words[: stamp.start].strip(" -–—|·•").casefold() not in ("", "on", "el", "le", "am")
    ):
        return None
    return below, stamp.when, f"below {stamp.shape}", reply


def _one_line(text: str) -> str:
    return " ".join(_DIRECTION.sub("", text).split())
