"""Finds where on a page the comment list begins and ends, and what its headings have in common."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.archive.page.headings import Heading
from service.archive.page.lines import Line
from service.archive.page.phrases import comments_header, ends_comments


@dataclass
class _Run:
    """Headings in one piece: from a root on, as long as no other text stands as far left as the roots."""

    column: int
    headings: list[Heading] = field(default_factory=list)
    roots: list[Heading] = field(default_factory=list)

    def holds(self, heading: Heading) -> bool:
        return heading.column > self.column or heading.beside(self.roots[-1])

    def add(self, heading: Heading) -> None:
        self.headings.append(heading)
        if heading.column <= self.column or heading.beside(self.roots[-1]):
            self.column = min(self.column, heading.column)
            self.roots.append(heading)


class Region:
    """The lines `start` to before `stop` that are the comment list.

    `headings` may be real, `others` lack the marker that this page's comments have, `pings` are by line.
    `hanging` says that texts stand right of their headings.
    """

    def __init__(self, lines: Sequence[Line], run: _Run, pings: Sequence[Heading], stop: int, hanging: bool) -> None:
        self.lines = lines
        self.hanging = hanging
        self.start, self.stop = _with_pings_above(lines, run, pings), stop
        self.column = run.column
        self.marked = run.roots[0].marker is not None
        self.headings = [heading for heading in run.headings if heading.marker or not self.marked]
        self.others = [heading for heading in run.headings if self.marked and not heading.marker]
        self.roots = [root for root in run.roots if hanging or root.sign == run.roots[0].sign]
        self.pings = {p.first: p for p in pings if self.start <= p.first < stop and p.column <= run.roots[0].column}
        self.shapes = {root.shape for root in self.roots if root.shape}
        self.replies = any(root.reply for root in self.roots)
        self.spaced = all(self.is_spaced(root) for root in self.roots)
        self.in_order = _in_order(self.roots)
        self.signs: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for heading in self.headings:
            if self.has_text(heading) and (self.is_spaced(heading) or not self.spaced):
                self.signs[heading.column][heading.sign] += 1
        self.text_after = self._text_after()
        self.out_of_turn = _out_of_turn(sorted([*self.roots, *self.pings.values()], key=lambda heading: heading.first))

    def is_root(self, heading: Heading) -> bool:
        """Whether a heading has the place of a root on a page where nothing hangs: the roots' column and marker."""
        return heading.column <= self.column and heading.sign == self.roots[0].sign

    def is_spaced(self, heading: Heading) -> bool:
        """Whether blank lines stand before and behind a heading."""
        around = (heading.first - 1, heading.last + 1)
        return all(not 0 <= index < len(self.lines) or self.lines[index].blank for index in around)

    def has_text(self, heading: Heading) -> bool:
        """Whether text stands below a heading and right of it (or nothing, where the page is cut)."""
        below = next_words(self.lines, heading.last + 1, self.stop)
        return below is None or self.lines[below].column > heading.column

    def _text_after(self) -> dict[int, int]:
        """For the line of each heading: the column of the first text below that stands no further right, or -1.

        Other headings on the way are passed over, towards the left; one walk from the bottom, with a stack.
        """
        by_line = {heading.first for heading in self.headings} | self.pings.keys()
        second = {heading.last for heading in self.headings if heading.last > heading.first}
        found: dict[int, int] = {}
        stack: list[tuple[int, int]] = []
        for index in range(self.stop - 1, self.start - 1, -1):
            if self.lines[index].blank or index in second:
                continue
            column = self.lines[index].column
            while stack and stack[-1][0] > column:
                stack.pop()
            if index in by_line:
                found[index] = found.get(stack[-1][1], stack[-1][0]) if stack else -1
            stack.append((column, index))
        return found


def find_region(lines: Sequence[Line], headings: Sequence[Heading]) -> Region | None:
    """The last run of headings on the page that is evidently a comment list; None when there is none."""
    usable = [heading for heading in headings if not heading.ping]
    pings = [heading for heading in headings if heading.ping]
    hanging = _are_hanging(lines, usable)
    runs = _hanging_runs(lines, usable, pings) if hanging else _flat_runs(lines, usable)
    for run in reversed(runs):
        if _is_evident(lines, run, hanging):
            return Region(lines, run, pings, _end(lines, run, pings, hanging), hanging)
    return None


def next_words(lines: Sequence[Line], start: int, stop: int) -> int | None:
    """The first line from `start` to before `stop` that is not blank."""
    return next((index for index in range(start, stop) if not lines[index].blank), None)


def _are_hanging(lines: Sequence[Line], headings: Sequence[Heading]) -> bool:
    votes: Counter[tuple[bool, bool]] = Counter()
    for heading in headings:
        below = next_words(lines, heading.last + 1, len(lines))
        if below is not None and heading.shape:
            votes[heading.marker is not None, lines[below].column > heading.column] += 1
    return votes[True, True] > 0 or votes[False, True] > votes[False, False]


def _hanging_runs(lines: Sequence[Line], headings: Sequence[Heading], pings: Sequence[Heading]) -> list[_Run]:
    runs: list[_Run] = []
    passed_over = {ping.first for ping in pings}
    loose: list[Heading] = []
    for heading in headings:
        run = runs[-1] if runs else None
        if run and _goes_on(lines, run, heading, passed_over):
            run.headings += loose
            run.add(heading)
        elif run and run.roots[0].marker and not heading.marker:
            loose.append(heading)  # text of this list that lost its columns, if the list goes on below
            passed_over.add(heading.first)
            continue
        else:
            runs += [*_loose_runs(loose), _Run(heading.column, [heading], [heading])]
        loose = []
    return [*runs, *_loose_runs(loose)]


def _loose_runs(headings: Sequence[Heading]) -> list[_Run]:
    return [_Run(heading.column, [heading], [heading]) for heading in headings]


def _goes_on(lines: Sequence[Line], run: _Run, heading: Heading, passed_over: set[int]) -> bool:
    if not run.holds(heading):
        return False
    last, root = run.headings[-1], run.roots[-1]
    gap = [
        index for index in range(last.last + 1, heading.first) if not lines[index].blank and index not in passed_over
    ]
    if heading.marker and not root.marker and last is root and not gap:
        return False  # the root is words at the end of the article, with the first comment below
    if all(lines[index].column > run.column for index in gap):
        return True
    return heading.beside(root) and heading.number is not None and heading.number == (root.number or 0) + 1


def _flat_runs(lines: Sequence[Line], headings: Sequence[Heading]) -> list[_Run]:
    """Without columns a list begins below a line such as "4 Comments", and at each number 1."""
    runs: list[_Run] = []
    line = 0
    for heading in headings:
        begins = any(comments_header(lines[index].text) for index in range(line, heading.first))
        if not runs or begins or heading.number == 1 or heading.column < runs[-1].column:
            runs.append(_Run(heading.column, [heading], [heading]))
        else:
            runs[-1].add(heading)
        line = heading.last + 1
    return runs


def _is_evident(lines: Sequence[Line], run: _Run, hanging: bool) -> bool:
    """Whether a run is a comment list, and not dates in an article: links to answer, "says", a line above, or shape."""
    first = run.headings[0]
    if not any(heading.shape for heading in run.headings):
        return False
    if any(heading.reply or heading.says for heading in run.headings):
        return True
    above = next((index for index in range(first.first - 1, -1, -1) if not lines[index].blank), None)
    if above is not None and comments_header(lines[above].text):
        return True
    below = next_words(lines, first.last + 1, len(lines))
    apart = first.last + 1 < len(lines) and lines[first.last + 1].blank
    return hanging and first.marker is not None and apart and below is not None and lines[below].column > first.column


def _end(lines: Sequence[Line], run: _Run, pings: Sequence[Heading], hanging: bool) -> int:
    """The line that ends the list: other text as far left as the roots, or the form where nothing hangs."""
    ping_lines = {ping.first for ping in pings}
    for index in range(run.headings[-1].last + 1, len(lines)):
        line = lines[index]
        if line.blank or index in ping_lines:
            continue
        if line.column <= run.column if hanging else ends_comments(line.text):
            return index
    return len(lines)


def _with_pings_above(lines: Sequence[Line], run: _Run, pings: Sequence[Heading]) -> int:
    """The line where a list begins whose first items are pingbacks."""
    start = run.headings[0].first
    for ping in reversed([ping for ping in pings if ping.first < start]):
        between = (lines[index] for index in range(ping.last + 1, start))
        if ping.column > run.roots[0].column or any(not line.blank and line.column <= run.column for line in between):
            break
        start = ping.first
    return start


def _out_of_turn(roots: Sequence[Heading]) -> set[int]:
    """The lines of numbered roots that stand where another number is due, which does come further below."""
    numbered = [(root.number, root.first) for root in roots if root.number is not None]
    steps = Counter(b - a for (a, _), (b, _) in pairwise(numbered))
    step = -1 if steps[-1] > steps[1] else 1
    lowest = dict(numbered)
    due = numbered[0][0] if numbered else 0
    found: set[int] = set()
    for number, line in numbered:
        if number != due and lowest.get(due, -1) > line:
            found.add(line)
        else:
            due = number + step
    return found


def _in_order(roots: Sequence[Heading]) -> bool:
    """Whether the roots stand in the order of their dates, oldest or newest first, so that dates can be relied on."""
    times = [root.when for root in roots if root.when]
    return all(a <= b for a, b in pairwise(times)) or all(a >= b for a, b in pairwise(times))
