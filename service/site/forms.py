"""What may be sent about the site, and what its form offers to choose from."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import available_timezones

from service.core.language import COMPLETE, by_name, countries, language_name
from service.site.models import NEUTRAL_PAGE, Site

WORDS: Final = ("name", "tagline", "language", "time_zone", "help_country", "embed_origins")


def read_site(sent: Mapping[str, str]) -> dict[str, str]:
    """Return what `site.actions.change` takes: only what the form had a field for. Without a tick there is no exit."""
    given = {field: sent[field] for field in WORDS if field in sent}
    if "exit_url" in sent:
        given["exit_url"] = (sent["exit_url"].strip() or NEUTRAL_PAGE) if sent.get("exit") == "yes" else ""
    return given


def stored_site(site: Site) -> dict[str, str]:
    """Return the site as its form is filled in; an exit that is switched off would lead to the usual page."""
    typed = {field: getattr(site, field) for field in WORDS}
    return {**typed, "exit": "yes" if site.exit_url else "", "exit_url": site.exit_url or NEUTRAL_PAGE}


def site_choices(site: Site) -> dict[str, Any]:
    """Return the lists of the form: complete languages and the site's own, countries, and time zones."""
    codes = {*COMPLETE, site.language}
    return {
        "languages": by_name((code, language_name(code)) for code in codes),
        "countries": countries(),
        "time_zones": sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"),
    }
