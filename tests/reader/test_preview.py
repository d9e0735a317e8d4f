"""Preview: what will stand on the page, made by the same hands, and nothing of it kept."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from service.comments.models import Comment
from service.core.db import db
from tests.cast import Cast

WORDS = "Some *slow* words\n\n<b>not bold</b> https://example.org/a"


def test_a_preview_is_what_will_stand_on_the_page(cast: Cast, client: FlaskClient) -> None:
    slug = cast.article.slug
    shown = client.post(f"/articles/{slug}/previews", data={"body": WORDS, "name": "Tove"})
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in shown.headers
    assert db.session.scalars(select(Comment)).all() == []
    client.post(f"/articles/{slug}/comments", data={"body": WORDS, "name": "Tove"})
    assert db.session.scalars(select(Comment)).one().latest.html.strip() in shown.text
    typed = re.search(r'<textarea class="textarea" id="body"[^>]*>(.*?)</textarea>', shown.text, re.DOTALL)
    assert typed
    assert "Some *slow* words" in typed[1]


def test_a_preview_needs_no_name_but_words(cast: Cast, client: FlaskClient) -> None:
    slug = cast.article.slug
    assert "your name" in client.post(f"/articles/{slug}/previews", data={"body": WORDS}).text
    empty = client.post(f"/articles/{slug}/previews", data={"body": " ", "name": "Tove"})
    assert empty.status_code == 422
    assert 'value="Tove"' in empty.text
    assert client.post("/articles/nowhere/previews", data={"body": WORDS}).status_code == 404


def test_previews_end_somewhere_and_give_the_words_back(cast: Cast, client: FlaskClient) -> None:
    slug = cast.article.slug
    answers = [client.post(f"/articles/{slug}/previews", data={"body": WORDS}) for _ in range(61)]
    assert answers[-1].status_code == 429
    assert "Some *slow* words" in answers[-1].text
