"""What owners say of the site in the browser, and what readers then meet."""

import pytest
from werkzeug.test import TestResponse

from service.core.db import db
from service.site.models import NEUTRAL_PAGE, Site
from service.site.queries import current_site
from tests.cast import Cast, token_in

PAGE = "/moderation/site"
TYPED = {
    "name": "Notes on healing",
    "tagline": "",
    "language": "es",
    "time_zone": "Europe/Madrid",
    "help_country": "ES",
    "exit": "yes",
    "exit_url": "https://weather.example/",
}


def test_what_an_owner_saves_is_what_readers_meet(cast: Cast) -> None:
    address = f"/articles/{cast.article.slug}"
    assert "Exit this page" in cast.browser().get(address).text
    assert save(cast, TYPED).status_code == 303
    page = cast.browser().get(address).text
    assert 'lang="es"' in page
    assert "Notes on healing" in page
    assert 'href="https://weather.example/"' in page
    site = stored()
    assert (site.time_zone, site.help_country) == ("Europe/Madrid", "ES")


def test_the_exit_is_switched_off_and_on_again(cast: Cast) -> None:
    save(cast, {field: words for field, words in TYPED.items() if field != "exit"})
    assert stored().exit_url == ""
    for path in ("/", f"/articles/{cast.article.slug}", "/help", "/safety"):
        assert 'id="exit"' not in cast.browser().get(path).text
    assert f'value="{NEUTRAL_PAGE}"' in cast.browser(cast.ines).get(PAGE).text
    save(cast, TYPED | {"exit_url": " "})
    assert stored().exit_url == NEUTRAL_PAGE


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("name", "  "),
        ("language", "nonsense"),
        ("time_zone", "Europe/Nowhere"),
        ("help_country", "QQ"),
        ("exit_url", "http://weather.example/"),
        ("exit_url", "javascript:alert(1)"),
    ],
)
def test_what_cannot_be_changes_nothing_and_gives_every_word_back(cast: Cast, field: str, words: str) -> None:
    before = stored().version
    sent = save(cast, TYPED | {"tagline": "In <company>", field: words})
    assert sent.status_code == 422
    assert 'value="In &lt;company&gt;"' in sent.text
    assert f'id="{field}-wrong"' in sent.text
    assert stored().version == before


def test_what_somebody_else_changed_meanwhile_stands(cast: Cast) -> None:
    ines = cast.browser(cast.ines)
    seen, token = stored().version, token_in(ines.get(PAGE))
    save(cast, TYPED | {"tagline": "First"})
    sent = ines.post(PAGE, data=TYPED | {"tagline": "Second", "version": str(seen), "csrf_token": token})
    assert sent.status_code == 409
    assert 'value="Second"' in sent.text
    assert stored().tagline == "First"


def save(cast: Cast, typed: dict[str, str]) -> TestResponse:
    """Send the form as an owner who has just opened it."""
    ines = cast.browser(cast.ines)
    token = token_in(ines.get(PAGE))
    return ines.post(PAGE, data=typed | {"version": str(stored().version), "csrf_token": token})


def stored() -> Site:
    """Return the site as the database has it."""
    db.session.rollback()
    db.session.expire_all()
    return current_site()
