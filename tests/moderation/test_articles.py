"""Articles in the browser: written, previewed, changed and closed by those who may, and no typed word is lost."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.articles.models import Article, Mode
from service.core.db import db
from tests.cast import Cast, token_in
from tests.conftest import Clock

pytestmark = pytest.mark.db
NEW = "/moderation/articles/new"
WORDS = {"title": "Slow rivers", "body": "# One\n\n![a boat](https://elsewhere.example/boat.png)", "mode": "moderated"}


def test_an_author_writes_an_article(cast: Cast) -> None:
    mara = cast.browser(cast.mara)
    note = {"content_note": "water, and waiting", "closes_on": "2026-03-02"}
    sent = send(mara, NEW, WORDS | note)
    assert (sent.status_code, sent.location) == (303, "/articles/slow-rivers")
    page = cast.browser().get("/articles/slow-rivers").text
    assert "water, and waiting" in page
    assert "By <bdi>Dr. Mara Lindqvist</bdi> · " in page
    assert '<a href="https://elsewhere.example/boat.png" rel="noopener">a boat</a>' in page
    assert "<img" not in page
    article = db.session.query(Article).filter_by(slug="slow-rivers").one()
    assert (article.mode, article.author_id) == (Mode.MODERATED, cast.mara.id)


def test_a_preview_keeps_nothing_and_gives_everything_back(cast: Cast) -> None:
    mara = cast.browser(cast.mara)
    shown = send(mara, NEW, WORDS | {"preview": "1"})
    assert shown.status_code == 200
    assert ">One</h2>" in shown.text
    assert 'value="Slow rivers"' in shown.text
    assert db.session.query(Article).count() == 0


def test_a_long_article_is_taken_and_one_beyond_any_measure_is_given_back(cast: Cast) -> None:
    mara, long = cast.browser(cast.mara), "عن الأنهار البطيئة\n\n" * 8_000  # a megabyte of form, and 160,000 characters
    assert send(mara, NEW, WORDS | {"body": long}).status_code == 303
    assert db.session.query(Article).one().source.count("البطيئة") == 8_000
    sent = send(mara, NEW, WORDS | {"body": "x" * 200_001})
    assert (sent.status_code, 'id="body-wrong"' in sent.text) == (422, True)
    sent = send(mara, NEW, WORDS | {"body": "x" * 2_500_000})
    assert (sent.status_code, "x" * 2_500_000 in sent.text) == (413, True)
    assert "An article has at most 200,000 characters." in sent.text


def test_a_standfirst_that_nobody_wrote_stands_on_the_front_page_alone(cast: Cast) -> None:
    mara, reader = cast.browser(cast.mara), cast.browser()
    path = f"/moderation/articles/{cast.article.id}"
    assert "A map is corrected by walking. Slowly" in reader.get("/").text
    page = reader.get("/articles/old-maps").text
    assert ('class="standfirst"' in page, page.count("<p>A map is corrected by walking.</p>")) == (False, 1)
    assert 'name="standfirst" value=""' in mara.get(path).text
    send(mara, path, WORDS | {"standfirst": "On rivers."}, version="1")
    assert '<p class="standfirst" dir="auto">On rivers.</p>' in reader.get("/articles/old-maps").text
    assert 'name="standfirst" value="On rivers."' in mara.get(path).text


def test_comments_close_after_their_last_day(cast: Cast, still_clock: Clock) -> None:
    mara, path = cast.browser(cast.mara), f"/moderation/articles/{cast.article.id}"
    assert 'value="Old maps"' in mara.get(path).text
    send(mara, path, WORDS | {"mode": "open", "closes_on": "2026-03-02"}, version="1")
    assert 'value="2026-03-02"' in mara.get(path).text
    assert "Write a comment" in cast.browser().get("/articles/old-maps").text
    still_clock.move(hours=16)
    assert "takes no new comments" in cast.browser().get("/articles/old-maps").text


def test_somebody_elses_article_is_for_moderators(cast: Cast) -> None:
    path = f"/moderation/articles/{cast.article.id}"
    other, ana = cast.browser(cast.other_author), cast.browser(cast.ana)
    assert other.get(path).status_code == 403
    assert send(other, path, WORDS, form=NEW, version="1").status_code == 403
    assert send(ana, path, WORDS, version="1").status_code == 303
    assert db.session.query(Article).one().title == "Slow rivers"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"title": " "}, 422),
        ({"body": " "}, 422),
        ({"mode": "loud"}, 422),
        ({"closes_on": "tomorrow"}, 422),
        ({"content_note": "x" * 301}, 422),
        ({"version": "7"}, 409),
    ],
)
def test_whatever_is_wrong_every_word_comes_back(cast: Cast, wrong: dict[str, str], status: int) -> None:
    mara, path = cast.browser(cast.mara), f"/moderation/articles/{cast.article.id}"
    answer = send(mara, path, WORDS | {"standfirst": "Kept <b>words</b>", "version": "1"} | wrong)
    assert answer.status_code == status
    assert "Kept &lt;b&gt;words&lt;/b&gt;" in answer.text
    assert db.session.query(Article).one().title == "Old maps"


def send(
    browser: FlaskClient, path: str, fields: dict[str, str], *, form: str | None = None, **more: str
) -> TestResponse:
    """Send the form of this path, or of another page for its token."""
    return browser.post(path, data={**fields, **more, "csrf_token": token_in(browser.get(form or path))})
