"""Which lines to show to whom: by situation, then by language, writing before calling (pure)."""

import enum
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo

from service.care.help_lines.book import Country, HelpLine, Kind

FIRST, OTHERS = 2, 1


class Situation(enum.StrEnum):
    """What somebody needs a line for."""

    ANYONE = "anyone"
    HOME = "home"
    CARING = "caring"
    YOUNG = "young"


KINDS: dict[Situation, tuple[Kind, ...]] = {
    Situation.ANYONE: (Kind.SUICIDE, Kind.CRISIS, Kind.LISTENING),
    Situation.HOME: (Kind.DOMESTIC_VIOLENCE,),
    Situation.CARING: (Kind.CARERS,),
    Situation.YOUNG: (Kind.YOUTH,),
}


def lines_for(country: Country, language: str, situation: Situation) -> list[HelpLine]:
    """Return the country's lines for a situation, the best first.

    `language` is the two-letter code of the reader's language. Lines that speak it come first, then those whose
    languages are not known, then the others; among equals those that one can write to, then those that never close,
    then those for suicide before those for any crisis before those that listen.
    """
    kinds = KINDS[situation]
    fitting = [line for line in country.lines if line.kind in kinds]
    return sorted(
        fitting,
        key=lambda line: (
            _distance(line, language),
            not line.without_voice,
            line.hours != "always",
            kinds.index(line.kind),
        ),
    )


def few_lines_for(
    country: Country,
    language: str,
    situations: Sequence[Situation],
    wanted: Callable[[HelpLine], bool] = lambda _line: True,
) -> list[HelpLine]:
    """Return a handful that somebody in distress can take in: two of the first situation, one of each other.

    Where the first situation has none, the next one stands in for it. Those that one can write to come first:
    whoever is not alone may not be able to talk aloud. Only lines that are `wanted` count.
    """
    found: list[HelpLine] = []
    for situation in situations:
        most = OTHERS if found else FIRST
        found += [line for line in lines_for(country, language, situation) if wanted(line)][:most]
    return sorted(found, key=lambda line: not line.without_voice)


def known_open(line: HelpLine, moment: datetime, zones: Iterable[tzinfo]) -> bool:
    """True when a line is open at a moment for certain: always, or in every time zone of its country."""
    if line.hours == "always":
        return True
    hours, there = line.hours, [f"{moment.astimezone(zone):%H:%M}" for zone in zones]
    return hours is not None and bool(there) and all(_within(clock, hours.opens, hours.closes) for clock in there)


def _within(clock: str, opens: str, closes: str) -> bool:
    if opens < closes:
        return opens <= clock < closes
    return clock >= opens or clock < closes


def _distance(line: HelpLine, language: str) -> int:
    if language in line.languages:
        return 0
    return 1 if not line.languages or line.other_languages else 2
