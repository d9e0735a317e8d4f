"""What the owner says of the site, from the command line."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.core.db import begin_write, db
from service.core.errors import Invalid
from service.site.actions import change
from service.site.models import Site
from service.site.queries import current_site

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run `flask site` with these words; return exit code and output."""

    def with_words(*words: str) -> tuple[int, str]:
        db.session.rollback()
        result = app.test_cli_runner().invoke(args=["site", *words])
        db.session.rollback()
        return result.exit_code, result.output

    return with_words


def site() -> Site:
    db.session.expire_all()
    return current_site()


def test_what_is_given_is_changed_and_the_rest_stays(run: Run) -> None:
    before = site().version
    code, output = run(
        "set", "--country", "nl", "--name", "  Notes ", "--language", "nl", "--time-zone", "Europe/Amsterdam"
    )
    assert code == 0, output
    assert "Netherlands (NL)" in output
    changed = site()
    assert (changed.help_country, changed.name, changed.language, changed.time_zone) == (
        "NL",
        "Notes",
        "nl",
        "Europe/Amsterdam",
    )
    assert changed.version > before
    assert run("set", "--tagline", "On healing")[0] == 0
    assert (site().name, site().tagline) == ("Notes", "On healing")


def test_country_and_tagline_can_be_taken_away(run: Run) -> None:
    assert run("set", "--country", "GB", "--tagline", "On healing")[0] == 0
    code, output = run("set", "--country", "", "--tagline", "")
    assert code == 0, output
    assert "none chosen" in output
    assert (site().help_country, site().tagline) == ("", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--country", "UK"), "no country with the code UK"),
        (("--country", "Netherlands"), "no country"),
        (("--country", "EU"), "no country"),
        (("--language", "xx"), "no language"),
        (("--language", "en; DROP"), "no language"),
        (("--time-zone", "Amsterdam"), "no time zone"),
        (("--name", " "), "name that can be read"),
        (("--tagline", "x" * 201), "200"),
        ((), "Say what to change"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(run: Run, words: tuple[str, ...], said: str) -> None:
    name, version = site().name, site().version
    code, output = run("set", "--name", "Another", *words) if words and words[0] != "--name" else run("set", *words)
    assert code != 0
    assert said in output
    assert (site().name, site().version, site().help_country) == (name, version, "")


def test_show_says_how_the_site_stands(run: Run) -> None:
    code, output = run("show")
    assert code == 0
    assert "Country of the help lines: none chosen." in output


def test_the_exit_leads_to_a_safe_address_or_nowhere(app: Flask, client: FlaskClient) -> None:
    assert 'href="https://www.wikipedia.org/" rel="noreferrer nofollow"' in client.get("/").text
    for wrong in ("javascript:alert(1)", "http://example.org/", "https://a@b.example/", "/inside"):
        begin_write()
        with pytest.raises(Invalid):
            change(current_site(), exit_url=wrong)
        db.session.rollback()
    for url in ("https://www.example.org/weather", ""):
        begin_write()
        change(current_site(), exit_url=url)
        db.session.commit()
        page = client.get("/").text
        assert (f'href="{url}"' in page) if url else ("Exit this page" not in page)
