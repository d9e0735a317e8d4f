"""What is still to be checked in the book of help lines, and what has not been looked at for too long (pure)."""

from dataclasses import dataclass
from datetime import date, timedelta

from service.care.help_lines.book import HelpBook, Kind, State
from service.care.help_lines.choice import KINDS, Situation


@dataclass(frozen=True)
class Review:
    """What somebody who looks after the lines has to know; lines are named "NL, 113 Zelfmoordpreventie"."""

    lines: int
    countries: int
    to_be_checked: tuple[str, ...]
    outdated: tuple[str, ...]
    without_line: tuple[str, ...]
    without_line_for_anyone: tuple[str, ...]
    kinds_without_line: tuple[str, ...]


def review(book: HelpBook, today: date, longest: timedelta) -> Review:
    """Return what stands out in a book; outdated is what nobody has looked at for more than `longest`."""
    lines = list(book.lines())
    kinds = {code: {line.kind for line in country.lines} for code, country in book.countries.items()}
    anyone = set(KINDS[Situation.ANYONE])
    return Review(
        lines=len(lines),
        countries=len(book.countries),
        to_be_checked=tuple(f"{code}, {line.name}" for code, line in lines if line.state is State.TO_BE_CHECKED),
        outdated=tuple(f"{code}, {line.name}" for code, line in lines if today - line.reviewed > longest),
        without_line=tuple(code for code, found in kinds.items() if not found),
        without_line_for_anyone=tuple(code for code, found in kinds.items() if found and not found & anyone),
        kinds_without_line=tuple(kind.value for kind in Kind if not any(kind in found for found in kinds.values())),
    )
