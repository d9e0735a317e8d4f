"""Change what the owner says of the site: name, language, time zone, country of its help lines."""

from zoneinfo import available_timezones

from service.core.errors import N_, Invalid
from service.core.language import is_country, is_language
from service.core.text import clean_line
from service.site.models import Site

LONGEST_NAME = 120
LONGEST_TAGLINE = 200


def set_name(site: Site, name: str) -> None:
    """Give the site another name. Raises Invalid where it is empty, too long or made of signs alone."""
    site.name = clean_line(name, limit=LONGEST_NAME, field="name")


def set_tagline(site: Site, tagline: str) -> None:
    """Set the few words below the name; none take them away. Raises Invalid where they are too long."""
    site.tagline = clean_line(tagline, limit=LONGEST_TAGLINE, field="tagline") if tagline.strip() else ""


def set_language(site: Site, language: str) -> None:
    """Set the language of the pages: "nl", "pt_BR". Raises Invalid where there is none of this code."""
    if not is_language(language):
        raise Invalid(N_("There is no language with the code %(code)s. Examples: en, nl, pt_BR."), code=language)
    site.language = language


def set_time_zone(site: Site, time_zone: str) -> None:
    """Set the time zone: "Europe/Amsterdam". Raises Invalid where there is none of this name."""
    if time_zone not in available_timezones():
        raise Invalid(
            N_("There is no time zone %(name)s. Examples: Europe/Amsterdam, America/New_York."), name=time_zone
        )
    site.time_zone = time_zone


def set_help_country(site: Site, code: str) -> None:
    """Set the country whose help lines are shown to those who choose none; empty: none is.

    Raises Invalid where `code` is not the ISO code of a country.
    """
    code = code.strip().upper()
    if code and not is_country(code):
        raise Invalid(N_("There is no country with the code %(code)s. Two letters are needed: NL, GB, US."), code=code)
    site.help_country = code
