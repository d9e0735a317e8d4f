"""flask-babel behind functions with types: words, moments and names of places in the language of the page."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import flask_babel
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.support import NullTranslations
from flask import g, has_app_context
from jinja2 import Environment
from markupsafe import Markup

# Numbers below it have no groups of digits in any language: most of a page's, and cheaper so.
GROUPED_FROM = 1_000
# Codes that stand for no country: unions, test locales, "unknown".
NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
# The languages in which readers' pages are complete; any other has its dates and countries right, and English words.
COMPLETE = ("en", "es", "ar")


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Write in this language within the block."""
    with flask_babel.force_locale(language):
        if not has_app_context():
            yield
            return
        outer = g.pop("catalogue", None)
        try:
            yield
        finally:
            g.catalogue = outer


class Number(int):
    """A number that is said as the language of the page writes it, "11,073"; `%d` fills in bare digits all the same."""

    def __str__(self) -> str:
        return str(format_decimal(int(self), locale=_locale())) if abs(self) >= GROUPED_FROM else super().__repr__()


def gettext(message: str, **values: object) -> str:
    """Return the message in the language of the page, its `%(name)s` filled in from `values`."""
    said = _catalogue().ugettext(message)
    return said % _as_said(values) if values else said


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the message that goes with a number, its `%(num)d` filled in as `Number` says it."""
    return _catalogue().ungettext(singular, plural, number).replace("%(num)d", "%(num)s") % {"num": Number(number)}


def prepare_templates(env: Environment) -> None:
    """Give templates their words: as markup, so that values are escaped as they are filled in."""
    env.globals.update(_=_words, gettext=_words, ngettext=_words_for)
    env.filters.update(number=Number)


def format_moment(moment: datetime, pattern: str) -> str:
    """Return a moment as a CLDR pattern such as "d MMMM y" says, in the language of the page and its order of words."""
    return str(flask_babel.format_datetime(moment, _in_order(_locale(), pattern)))


def format_local(moment: datetime, pattern: str) -> str:
    """Return a moment as `format_moment` does, in the time zone that it carries."""
    return str(flask_babel.format_datetime(moment, _in_order(_locale(), pattern), rebase=False))


def format_day(day: date) -> str:
    """Return a day as "24 November 2026", in the language of the page."""
    return str(flask_babel.format_date(day, _in_order(_locale(), "d MMMM y")))


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


@cache
def _in_order(locale: Locale, pattern: str) -> str:
    """Return a pattern with day, month and year as a language puts them together: "24 de noviembre de 2026".

    English keeps the pattern: that of its CLDR is American.
    """
    if locale.language == "en":
        return pattern
    whole, day, month = locale.date_formats["long"], *(locale.datetime_skeletons[name] for name in ("MMMMd", "yMMMM"))
    for ours, theirs in (("d MMMM y", whole), ("d MMMM", day), ("LLLL y", month)):
        if ours in pattern:
            return pattern.replace(ours, theirs.pattern)
    return pattern


def _locale() -> Locale:
    return flask_babel.get_locale() or Locale("en")


def _catalogue() -> NullTranslations:
    """Return the words of the page's language, found once for a page: a page asks for hundreds."""
    if not has_app_context():
        return NullTranslations()
    catalogue: NullTranslations | None = g.get("catalogue")
    if catalogue is None:
        catalogue = g.catalogue = flask_babel.get_translations()
    return catalogue


def _words(message: str, /, **values: object) -> Markup:
    said = Markup(_catalogue().ugettext(message))  # noqa: S704  (as Jinja does: messages are ours, values are escaped)
    return said % _as_said(values) if "%" in said else said


def _as_said(values: dict[str, object]) -> dict[str, object]:
    return {name: Number(value) if type(value) is int else value for name, value in values.items()}


def _words_for(singular: str, plural: str, num: int, /, **values: object) -> Markup:
    said = Markup(_catalogue().ungettext(singular, plural, num).replace("%(num)d", "%(num)s"))  # noqa: S704
    return said % {"num": Number(num), **values}
