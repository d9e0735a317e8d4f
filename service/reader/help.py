"""The page of help lines, and the letter on "my comment" that its writer alone sees. Reads; writes nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, TimeoutError

from service.care.help_lines.book import Country, HelpBook, HelpLine, State, dialled
from service.care.help_lines.choice import Situation, few_lines_for, known_open, lines_for
from service.care.help_lines.shelf import help_book
from service.care.letters import AWAY, AWAY_FOR_LONG, SAVED, TOO_LONG, letter_for
from service.care.queries import case_of
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.core.errors import NotFound
from service.core.language import (
    by_name,
    country_name,
    country_zones,
    format_day,
    gettext,
    is_country,
    language_name,
    page_language,
)
from service.moderation.waits import away_now
from service.site.models import NEUTRAL_PAGE, Site
from service.site.queries import current_site
from service.triage.queries import latest_scan

help_pages = Blueprint("help", __name__)
help_pages.add_app_template_filter(dialled, "dialled")
help_pages.add_app_template_filter(language_name, "language_name")

AWAY_WORDS = {"until": AWAY, "for_long": AWAY_FOR_LONG, "too_long": TOO_LONG, "saved": SAVED}
# What the chooser sends for "another country": somebody who chose it is not shown the lines of the site's country.
ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Place:
    """Whose lines are shown: `code` is the country's, empty where none is known; `chosen` by the reader, in the URL."""

    code: str
    chosen: bool


@help_pages.get("/help")
def lines() -> ResponseReturnValue:
    """Show the lines of the country that the reader chose, else of the owner's; needs no worker and no database."""
    site = _site_or_stand_in()
    book, place, language = help_book(), place_of(site), _language()
    country = book.country(place.code)
    groups = [(situation, lines_for(country, language, situation)) for situation in Situation] if country else []
    return render_template(
        "reader/help.html",
        site=site,
        groups=[(situation, found) for situation, found in groups if found],
        language=language,
        languages=_named({language, *_languages(book)}, language_name),
        **_about(book, place, country, country.lines if country else ()),
    )


def letter_page(comment: Comment, site: Site) -> dict[str, Any]:
    """Return what the page of a comment's writer needs to show them the letter; `letter` is None where there is none.

    What the newest scan found decides. `hidden`: the writer has put the letter away, by the URL alone.
    """
    scan = latest_scan(comment.id)
    letter = letter_for(scan.level, scan.grave_families) if scan else None
    if letter is None:
        return {"letter": None}
    hidden = request.args.get("note") == "hidden"
    nobody = away_now(site.id) if _waits(comment) else None
    lines = few_lines(place_of(site), letter.situations, open_now=nobody is not None)
    return {"letter": letter, "hidden": hidden, "nobody": nobody, "away": AWAY_WORDS, **lines}


def few_lines(place: Place, situations: Sequence[Situation], *, open_now: bool = False) -> dict[str, Any]:
    """Return a handful of lines for these situations, the first one first, with what a page needs to draw them.

    `open_now`: only those that are known to be open, because nobody else is there.
    """
    book, moment = help_book(), clock.now()
    country, zones = book.country(place.code), country_zones(place.code)

    def wanted(line: HelpLine) -> bool:
        return not open_now or known_open(line, moment, zones)

    found = few_lines_for(country, page_language(), situations, wanted) if country else []
    return {"lines": found, **_about(book, place, country, found)}


def place_of(site: Site) -> Place:
    """Return the country that the reader chose in the URL, else the owner's; never one guessed from an address."""
    asked = request.args.get("country", "").strip()
    if asked == ELSEWHERE:
        return Place("", chosen=True)
    if is_country(asked.upper()):
        return Place(asked.upper(), chosen=True)
    return Place(site.help_country, chosen=False)


def _site_or_stand_in() -> Site:
    """Return the site, or a nameless one where the database cannot be reached: this page has to open all the same."""
    try:
        return current_site()
    except (DBAPIError, TimeoutError, NotFound):
        db.session.rollback()
        return Site(name=gettext("Articles and comments"), tagline="", help_country="", exit_url=NEUTRAL_PAGE)


def _about(book: HelpBook, place: Place, country: Country | None, shown: Iterable[HelpLine]) -> dict[str, Any]:
    """Return what page and letter have in common; `reviewed` is the day of the line that was looked at longest ago."""
    shown = tuple(shown)
    known = {*book.countries, place.code} - {""}
    return {
        "place": place,
        "country": country_name(place.code) if place.code else "",
        "countries": _named(known, country_name),
        "elsewhere": ELSEWHERE,
        "emergency": country.emergency if country else None,
        "directories": book.directories,
        "reviewed": _oldest(line.reviewed for line in shown),
        "unchecked": any(line.state is State.TO_BE_CHECKED for line in shown),
    }


def _waits(comment: Comment) -> bool:
    """True while its writer still waits for an answer, or for somebody to see that they do."""
    case = case_of(comment)
    return case is None or not case.ended


def _oldest(days: Iterable[date]) -> str:
    first = min(days, default=None)
    return format_day(first) if first else ""


def _language() -> str:
    """Return the language in which the reader wants to talk: their choice in the URL, else that of the page."""
    asked = request.args.get("language", "")
    return asked if asked in _languages(help_book()) else page_language()


def _languages(book: HelpBook) -> set[str]:
    return {language for _code, line in book.lines() for language in line.languages}


def _named(codes: Iterable[str], name: Callable[[str], str]) -> list[tuple[str, str]]:
    return by_name((code, name(code)) for code in codes)


@help_pages.app_template_filter("host")
def host_of(address: str) -> str:
    """Return the host of an address as people say it, without www."""
    return (urlsplit(address).hostname or "").removeprefix("www.")
