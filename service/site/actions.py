"""Change what the owner says of the site: name, language, time zone, country of its help lines."""

from zoneinfo import available_timezones

from service.core.errors import N_, Invalid
from service.core.language import is_country, is_language
from service.core.links import outside_link
from service.core.text import clean_line
from service.site.embedding import clean_origins
from service.site.models import Site

LONGEST_NAME = 120
LONGEST_TAGLINE = 200
LONGEST_EXIT = 300


def change(
    site: Site,
    *,
    name: str | None = None,
    tagline: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
    help_country: str | None = None,
    exit_url: str | None = None,
    embed_origins: str | None = None,
) -> None:
    """Change what is given, and raise the site's version: finished pages are kept by it.

    `language` is a code such as "nl" or "pt_BR", `time_zone` a name such as "Europe/Amsterdam", `help_country` an ISO
    code such as "NL", `exit_url` where "Exit this page" leads, `embed_origins` the sites on whose pages the comments
    may stand, one a line. What is given empty is taken away: tagline, country, the exit, all sites.

    Raises Invalid where something cannot be.
    """
    if name is not None:
        site.name = clean_line(name, limit=LONGEST_NAME, field="name")
    if tagline is not None:
        site.tagline = clean_line(tagline, limit=LONGEST_TAGLINE, field="tagline") if tagline.strip() else ""
    if language is not None:
        site.language = _checked_language(language)
    if time_zone is not None:
        site.time_zone = _checked_time_zone(time_zone)
    if help_country is not None:
        site.help_country = _checked_country(help_country.strip().upper())
    if exit_url is not None:
        site.exit_url = _checked_exit(exit_url.strip())
    if embed_origins is not None:
        site.embed_origins = clean_origins(embed_origins)
    site.version += 1


def _checked_language(code: str) -> str:
    if not is_language(code):
        raise Invalid(
            N_("There is no language with the code %(code)s. Examples: en, nl, pt_BR."), field="language", code=code
        )
    return code


def _checked_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise Invalid(
            N_("There is no time zone %(name)s. Examples: Europe/Amsterdam, America/New_York."),
            field="time_zone",
            name=name,
        )
    return name


def _checked_exit(url: str) -> str:
    if url and not (url.startswith("https://") and len(url) <= LONGEST_EXIT and outside_link(url)):
        raise Invalid(N_("The exit leads to an address that begins with https://, or nowhere."), field="exit_url")
    return url


def _checked_country(code: str) -> str:
    if code and not is_country(code):
        raise Invalid(
            N_("There is no country with the code %(code)s. Two letters are needed: NL, GB, US."),
            field="help_country",
            code=code,
        )
    return code
