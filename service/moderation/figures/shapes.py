"""The shapes of a chart, each with the class that colours it; a template writes them as SVG (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A straight line."""

    name: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Path:
    """A line through points."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Dot:
    """A small circle around a point, or a small square."""

    name: str
    x: float
    y: float
    square: bool = False


@dataclass(frozen=True)
class Box:
    """A bar, or a part of one."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Text:
    """Words at a point; `anchor` says which end of them stands there."""

    words: str
    x: float
    y: float
    anchor: str = "start"
    name: str = ""


Shape = Line | Path | Dot | Box | Text


@dataclass(frozen=True)
class Picture:
    """One drawing of a chart."""

    width: int
    height: int
    shapes: Sequence[Shape]


@dataclass(frozen=True)
class Chart:
    """A chart: its title, what it shows in words, and how it is drawn where there is room, and where there is not."""

    title: str
    words: str
    wide: Picture
    narrow: Picture
