"""Charts from plain shapes: lines over time, upright bars, bars that lie, and shares with their margin (pure)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.moderation.figures.scales import Scale, count_scale, time_scale
from service.moderation.figures.shapes import Box, Dot, Line, Path, Picture, Shape, Text

LINE_HEIGHT = 16
EM = 7.0  # how wide a letter of the charts is, at most on average


@dataclass(frozen=True)
class Series:
    """One line of a chart: its name, and a value for each place; None leaves a gap."""

    words: str
    values: Sequence[float | None]
    name: str = "chart-main"
    square: bool = False


@dataclass(frozen=True)
class Part:
    """One part of each bar: the class that colours it, and a value for each bar."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Frame:
    """The room for a drawing, and what is left free around it for words."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int

    @property
    def inner(self) -> int:
        """How wide the room inside is."""
        return self.width - self.left - self.right

    @property
    def floor(self) -> int:
        """Where the lowest line is."""
        return self.height - self.bottom


WIDE, NARROW = Frame(760, 320, 58, 112, 22, 34), Frame(354, 280, 52, 24, 26, 34)


def seconds(wait: timedelta | None) -> float | None:
    """Return a wait as a value for a line."""
    return None if wait is None else wait.total_seconds()


def lines(frame: Frame, labels: Sequence[str], series: Sequence[Series], due: tuple[float, str] | None) -> Picture:
    """Draw lines over time on a scale of time, with a dashed line at `due`, what was promised, and its name."""
    values = [value for each in series for value in each.values if value is not None]
    scale = time_scale(max([*values, due[0] if due else 0, 1]))
    shapes = _grid(frame, scale)
    if due is not None:
        y = scale.at(due[0], frame.floor, frame.top)
        shapes.append(Line("chart-due", frame.left, y, frame.left + frame.inner, y))
        shapes.append(_beside(frame, due[1], y, "chart-due-name"))
    places = _places(frame, len(labels))
    shapes += _under(frame, labels, places)
    ends: list[tuple[float, str]] = []
    for each in series:
        points = [
            (x, scale.at(value, frame.floor, frame.top)) if value is not None else None
            for x, value in zip(places, each.values, strict=True)
        ]
        shapes += _traced(each, points)
        last = next((point for point in reversed(points) if point is not None), None)
        if last is not None:
            ends.append((last[1], each.words))
    return Picture(frame.width, frame.height, [*shapes, *_names(frame, ends)])


def columns(frame: Frame, labels: Sequence[str], parts: Sequence[Part]) -> Picture:
    """Draw an upright bar for each place, its parts one above the other, on a scale of whole numbers."""
    totals = [sum(values) for values in zip(*(part.values for part in parts), strict=True)]
    scale = count_scale(max([*totals, 1]))
    shapes, room = _grid(frame, scale), frame.inner / max(1, len(labels))
    width = round(min(34.0, room * 0.62), 1)
    middles = [round(frame.left + room * (number + 0.5), 1) for number in range(len(labels))]
    for number, middle in enumerate(middles):
        below = 0.0
        for part in parts:
            top = scale.at(below + part.values[number], frame.floor, frame.top)
            bottom = scale.at(below, frame.floor, frame.top)
            if part.values[number]:
                shapes.append(Box(part.name, round(middle - width / 2, 1), top, width, round(bottom - top, 1)))
            below += part.values[number]
    return Picture(frame.width, frame.height, [*shapes, *_under(frame, labels, middles)])


def rows(width: int, left: int, labels: Sequence[str], parts: Sequence[Part], ends: Sequence[str]) -> Picture:
    """Draw a bar that lies for each label, its parts one after the other, and words at its end."""
    totals = [sum(values) for values in zip(*(part.values for part in parts), strict=True)]
    room = width - left - max([len(words) for words in ends] or [0]) * EM - 12
    scale = Scale(max([*totals, 1]))
    shapes: list[Shape] = []
    for number, (label, words) in enumerate(zip(labels, ends, strict=True)):
        top, start = 6 + number * 36, float(left)
        shapes.append(Text(label, 0, top + 17))
        for part in parts:
            length = scale.at(part.values[number], 0, room)
            if part.values[number]:
                shapes.append(Box(part.name, round(start, 1), top, max(2.0, length), 24))
                start += max(2.0, length)
        shapes.append(Text(words, round(start + 8, 1), top + 17, name="chart-name"))
    return Picture(width, 6 + 36 * len(labels), shapes)


def margins(
    width: int, left: int, labels: Sequence[str], shares: Sequence[tuple[float, float, float] | None], nothing: str
) -> Picture:
    """Draw shares from 0 to 1 with their margin (share, low, high): a square on a line; `nothing` for None."""
    room, floor = width - left - 24, 36 * len(labels) + 8
    scale = Scale(1.0)
    shapes: list[Shape] = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = scale.at(tick, left, left + room)
        shapes.append(Line("chart-axis" if tick == 0 else "chart-grid", x, 0, x, floor))
        shapes.append(Text(f"{tick:.0%}".replace("%", " %"), x, floor + 20, "middle"))
    for number, (label, share) in enumerate(zip(labels, shares, strict=True)):
        y = 22 + number * 36
        shapes.append(Text(label, 0, y + 5))
        if share is None:
            shapes.append(Text(nothing, left + 10, y + 5))
            continue
        middle, low, high = (scale.at(value, left, left + room) for value in share)
        shapes.append(Line("chart-margin", low, y, high, y))
        shapes += [Line("chart-margin", end, y - 6, end, y + 6) for end in (low, high)]
        shapes.append(Dot("chart-point", middle, y, square=True))
    return Picture(width, floor + 30, shapes)


def _grid(frame: Frame, scale: Scale) -> list[Shape]:
    shapes: list[Shape] = []
    for value, words in scale.ticks:
        y = scale.at(value, frame.floor, frame.top)
        shapes.append(Line("chart-grid" if value else "chart-axis", frame.left, y, frame.left + frame.inner, y))
        shapes.append(Text(words, frame.left - 10, y + 4, "end"))
    return shapes


def _places(frame: Frame, number: int) -> list[float]:
    """Return where each of so many places stands, from one side to the other; a single one in the middle."""
    if number == 1:
        return [frame.left + frame.inner / 2]
    return [round(frame.left + frame.inner * each / (number - 1), 1) for each in range(number)]


def _under(frame: Frame, labels: Sequence[str], places: Sequence[float]) -> list[Shape]:
    """Write labels below, as many as there is room for, the last one always."""
    room = max([len(label) for label in labels] or [1]) * EM + 10
    every = max(1, math.ceil(room * len(labels) / frame.inner))
    return [
        Text(label, place, frame.height - 10, "middle")
        for number, (label, place) in enumerate(zip(labels, places, strict=True))
        if (len(labels) - 1 - number) % every == 0
    ]


def _traced(series: Series, points: Sequence[tuple[float, float] | None]) -> list[Shape]:
    """Draw a line through what is known, broken where nothing is, and a mark at each point."""
    shapes: list[Shape] = []
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
            continue
        if len(run) > 1:
            shapes.append(Path(series.name, tuple(run)))
        run = []
    mark = "chart-square" if series.square else "chart-dot"
    return shapes + [Dot(mark, x, y, series.square) for x, y in (point for point in points if point is not None)]


def _names(frame: Frame, ends: Sequence[tuple[float, str]]) -> list[Shape]:
    """Write the name of each line at its end, or above it where there is no room beside; the last one lowest."""
    shapes: list[Shape] = []
    floor = math.inf
    for y, words in reversed(ends):
        y = min(y, floor - LINE_HEIGHT)
        shapes.append(_beside(frame, words, y, "chart-name"))
        floor = y
    return shapes


def _beside(frame: Frame, words: str, y: float, name: str) -> Text:
    if frame is NARROW:
        return Text(words, frame.width - frame.right, round(y - 8, 1), "end", name)
    return Text(words, frame.width - frame.right + 10, round(y + 4, 1), "start", name)
