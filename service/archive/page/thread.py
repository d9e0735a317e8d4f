"""Decides which lines are headings of comments, and builds the tree of the page from columns.

The rule. Comments hang: what belongs to a comment stands right of its marker. A heading left of the text of the
comment before it cannot be part of that text, so it is real, unless its number is out of turn. A heading inside the
column of that text may be a first answer, or words that somebody pasted. It counts as an answer only when nothing
speaks against it: its marker is that of its column, a number is 1, blank lines part it where they part the others, its
date is written as on the other headings, text of its own stands below and further right, the words around it do not go
on afterwards, and it is not older than what it would answer (as long as the dates of the page stand in order). In
doubt it stays text, and a note says so. Where nothing hangs, numbers are roots, bullets their answers, and columns
decide nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.archive.page.headings import Heading
from service.archive.page.lines import Line
from service.archive.page.region import Region, find_region, next_words


@dataclass
class Entry:
    """A heading that counts, the entry that it answers, and its text: lines `first` to before `stop`, from `column`."""

    heading: Heading
    parent: int | None
    column: int
    first: int
    stop: int = 0


@dataclass
class Thread:
    """The comment list of a page: its lines `start` to before `stop`, and its entries in the page's order."""

    start: int
    stop: int
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_thread(lines: Sequence[Line], headings: Sequence[Heading]) -> Thread | None:
    """The comment list among `headings`, or None when the page has none."""
    region = find_region(lines, headings)
    return _Walk(region).thread() if region else None


class _Walk:
    """Goes through the headings of a region with a stack of the comments that are still open."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.result = Thread(region.start, region.stop)
        self.open: list[int] = []
        self.seen: set[tuple[str, object]] = set()

    def thread(self) -> Thread:
        region = self.region
        doubts: dict[Heading, str] = {}
        for heading in sorted([*region.headings, *region.pings.values()], key=_line):
            doubt = self._doubt(heading)
            if doubt:
                doubts[heading] = doubt
            else:
                self._take(heading)
        doubts |= dict.fromkeys(region.others, "it has no number or bullet, as the comments of this page have")
        self.result.notes += [_kept_as_text(heading, doubts[heading]) for heading in sorted(doubts, key=_line)]
        entries = self.result.entries
        for entry, following in pairwise(entries):
            entry.stop = following.heading.first
        entries[-1].stop = region.stop
        return self.result

    def _take(self, heading: Heading) -> None:
        parent = self._parent(heading)
        while self.open and self.open[-1] != parent:
            self.open.pop()
        self.open.append(len(self.result.entries))
        self.result.entries.append(Entry(heading, parent, self._text_column(heading), heading.last + 1))
        self.seen.add((heading.name, heading.when))

    def _parent(self, heading: Heading) -> int | None:
        if not self.region.hanging and heading.column <= self.region.column:
            return self.open[0] if self.open and not self.region.is_root(heading) else None
        for index in reversed(self.open):
            other = self.result.entries[index].heading
            if other.column < heading.column and not heading.beside(other):
                return index
        return None

    def _doubt(self, heading: Heading) -> str | None:
        """Why a heading may be words of the comment before it; None when it counts."""
        if heading.ping or not self.open:
            return None
        if heading.first in self.region.out_of_turn:
            return "its number is out of turn"
        if self._must_be_real(heading):
            return None
        doubt = self._doubt_about_form(heading)
        if doubt is None and self.region.hanging:
            doubt = self._doubt_about_place(heading)
        return doubt or self._doubt_about_date(heading)

    def _must_be_real(self, heading: Heading) -> bool:
        """Left of the text before it; or the next number, on a page where nothing hangs."""
        if self.region.hanging:
            return heading.column < self.result.entries[self.open[-1]].column
        root = self.result.entries[self.open[0]].heading
        return self.region.is_root(heading) and heading.number == (root.number or 0) + 1

    def _text_column(self, heading: Heading) -> int:
        below = next_words(self.region.lines, heading.last + 1, self.region.stop)
        column = self.region.lines[below].column if below is not None else -1
        return column if column > heading.column else heading.column + 1

    def _doubt_about_form(self, heading: Heading) -> str | None:
        region = self.region
        in_column = region.signs[heading.column]
        if not heading.shape or not heading.name:
            return "it lacks a name or a date"
        if heading.shape not in region.shapes:
            return "its date is written in another way than theirs"
        if region.hanging and max(in_column.values(), default=0) > in_column[heading.sign]:
            return "most headings in its column have another kind of marker"
        if heading.number not in (None, 1):
            return f"a first answer would have the number 1, not {heading.number}"
        if region.spaced and not region.is_spaced(heading):
            return "no blank lines part it from the words around it"
        if not region.marked and region.replies and not heading.reply:
            return "it has no link to answer"
        return None

    def _doubt_about_place(self, heading: Heading) -> str | None:
        region = self.region
        if not region.has_text(heading):
            return "no text of its own stands below it, further right"
        if region.text_after[heading.first] > self.result.entries[self.open[-1]].heading.column:
            return "the words around it go on below"
        return None

    def _doubt_about_date(self, heading: Heading) -> str | None:
        if not (self.region.hanging or self.region.marked) and (heading.name, heading.when) in self.seen:
            return "it repeats a heading above"
        parent = self._parent(heading)
        answered = self.result.entries[parent].heading.when if parent is not None else None
        if self.region.in_order and answered and heading.when and heading.when < answered:
            return "its date is before that of the comment that it would answer"
        return None


def _line(heading: Heading) -> int:
    return heading.first


def _kept_as_text(heading: Heading, doubt: str) -> str:
    return (
        f"Line {heading.first + 1} looks like the heading of a comment (“{heading.name}”) "
        f"and was kept as text of the comment around it: {doubt}."
    )
