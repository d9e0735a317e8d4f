"""The page of help lines: everybody finds it, in their own country, whatever else is down."""

import re
from pathlib import Path

from service.app import create_app
from service.care.help_lines.shelf import help_book
from service.config import Settings
from service.core.db import begin_write, db
from service.site.actions import change
from service.site.queries import current_site
from tests.cast import Cast
from tests.conftest import SECRET


def test_everybody_finds_the_help_lines_from_every_page(cast: Cast) -> None:
    assert cast.article
    browser = cast.browser()
    for path in ("/", "/articles/old-maps", "/help", "/nowhere"):
        assert 'href="/help"' in browser.get(path).text, path


def test_the_page_shows_the_owners_country_first_and_says_whose_choice_it_was(cast: Cast, dutch: None) -> None:
    page = cast.browser().get("/help").text
    assert "113 Zelfmoordpreventie" in page
    assert 'href="tel:112"' in page
    assert '<option value="NL" selected>Netherlands</option>' in page
    assert "because this site chose it" in page
    assert "still to be checked" in page
    assert "Last looked at on 24 November 2026" in page
    assert "nu.nl" in page


def test_the_page_shows_the_country_that_was_picked_and_sets_no_cookie(cast: Cast) -> None:
    answer = cast.browser().get("/help?country=JP&language=ko")
    assert 'href="tel:119"' in answer.text
    assert 'href="tel:110"' in answer.text
    assert "Yorisoi" in answer.text
    assert '<option value="ko" selected>' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_where_the_emergency_services_take_messages_there_is_a_link_to_write_one(cast: Cast) -> None:
    page = cast.browser().get("/help?country=FR").text
    assert re.search(r'text <strong><a href="sms:114">114</a></strong>\.', page)


def test_countries_and_languages_have_their_names_in_the_language_of_the_page(cast: Cast) -> None:
    begin_write()
    change(current_site(), language="nl")
    db.session.commit()
    page = cast.browser().get("/help?country=GB&language=en").text
    assert '<html lang="nl"' in page
    assert '<option value="GB" selected>Verenigd Koninkrijk</option>' in page
    assert '<option value="en" selected>Engels</option>' in page


def test_no_query_breaks_the_page(cast: Cast) -> None:
    browser = cast.browser()
    for query in ("", "?country=", "?country=xx", "?country=elsewhere", "?country=<b>", "?language=q"):
        answer = browser.get(f"/help{query}")
        assert answer.status_code == 200, query
        assert "the emergency number of the country where you are" in answer.text, query
        assert "findahelpline.com" in answer.text, query
        assert "<b>" not in answer.text, query


def test_a_country_that_is_not_in_the_book_is_named_and_led_on(cast: Cast) -> None:
    page = cast.browser().get("/help?country=UA").text
    assert "For Ukraine we know of no line" in page
    assert "findahelpline.com" in page


def test_links_can_be_followed_by_a_telephone_or_a_browser(cast: Cast) -> None:
    browser = cast.browser()
    for code in help_book().countries:
        page = browser.get(f"/help?country={code}").text
        assert re.findall(r'href="(?:tel|sms):(?![*0-9][0-9*]*")', page) == [], code
        outside = re.findall(r'<a [^>]*href="https?://[^>]*>', page)
        assert outside, code
        assert [link for link in outside if 'rel="noreferrer nofollow"' not in link] == [], code
        assert "open now" not in page.lower(), code


def test_the_page_opens_while_the_database_is_away(tmp_path: Path) -> None:
    app = create_app(
        Settings(data_dir=tmp_path, database_url="postgresql://nobody@127.0.0.1:9/none", secret_key=SECRET)
    )
    answer = app.test_client().get("/help?country=NL")
    assert answer.status_code == 200
    assert "113 Zelfmoordpreventie" in answer.text
