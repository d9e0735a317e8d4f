"""flask-babel behind functions with types: words, moments and names of places in the language of the page."""

import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import flask_babel
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.lists import format_list

# Codes that stand for no country: unions, test locales, "unknown".
NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
# The languages in which readers' pages are complete; any other has its dates and countries right, and English words.
COMPLETE = ("en", "es", "ar")


def in_language(language: str) -> AbstractContextManager[None]:
    """Write in this language within the block."""
    spoken: AbstractContextManager[None] = flask_babel.force_locale(language)
    return spoken


def gettext(message: str, **values: object) -> str:
    """Return the message in the language of the page, its `%(name)s` filled in from `values`."""
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the message that goes with a number, its `%(num)d` filled in."""
    return str(flask_babel.ngettext(singular, plural, number))


def format_moment(moment: datetime, pattern: str) -> str:
    """Return a moment as a CLDR pattern such as "d MMMM y" says, in the language of the page."""
    return str(flask_babel.format_datetime(moment, pattern))


def format_local(moment: datetime, pattern: str) -> str:
    """Return a moment as `format_moment` does, in the time zone that it carries."""
    return str(flask_babel.format_datetime(moment, pattern, rebase=False))


def format_day(day: date) -> str:
    """Return a day as "24 November 2026", in the language of the page."""
    return str(flask_babel.format_date(day, "d MMMM y"))


def format_short_day(day: date) -> str:
    """Return a day as "24 Nov", in the language of the page."""
    return str(flask_babel.format_date(day, "d MMM"))


def format_weekdays(days: Sequence[int]) -> str:
    """Return days of the week (0 is Monday) as "Tuesday and Thursday", in the language of the page."""
    names = _locale().days["stand-alone"]["wide"]
    return str(format_list([names[day] for day in days], locale=_locale()))


def is_country(code: str) -> bool:
    """Tell whether this is the ISO code of a country or territory, in capitals: "NL"."""
    return len(code) == 2 and code.isalpha() and code not in NO_COUNTRY and code in Locale("en").territories


def countries() -> list[tuple[str, str]]:
    """Return every country and territory, its code and its name, in the order of the names in the page's language."""
    codes = (str(code) for code in Locale("en").territories)
    return by_name((code, country_name(code)) for code in codes if is_country(code))


def by_name(named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return codes with their names, in the order of the names, whatever their accents."""
    return sorted(named, key=lambda each: unicodedata.normalize("NFKD", each[1]).casefold())


def is_language(code: str) -> bool:
    """Tell whether pages can be written in this language: "nl", "pt_BR"."""
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def country_name(code: str) -> str:
    """Return a country's name in the language of the page; the code where it has none."""
    return str(_locale().territories.get(code, code))


@cache
def country_zones(code: str) -> list[ZoneInfo]:
    """Return the time zones of a country; none for a code that is not known."""
    return [ZoneInfo(name) for name in get_global("territory_zones").get(code, ()) if name in available_timezones()]


def language_name(code: str) -> str:
    """Return a language's name in the language of the page; the code where it has none."""
    return str(_locale().languages.get(code, code))


def page_languages(*others: str) -> list[tuple[str, str]]:
    """Return the languages of readers' pages, code and name, by name: the complete ones, and others where given."""
    codes = {*COMPLETE, *(other.partition("_")[0] for other in others if other)}
    return by_name((code, language_name(code)) for code in codes)


def page_language() -> str:
    """Return the two-letter code of the language of the page."""
    return str(_locale().language)


def _locale() -> Locale:
    return flask_babel.get_locale() or Locale("en")
