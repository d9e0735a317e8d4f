"""Whatever goes wrong with a form, every word of it comes back."""

import html
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.articles.actions import set_mode
from service.articles.models import Mode
from service.comments.models import Audience, Comment
from service.core.db import begin_write, db
from tests.cast import CALM, CRISIS, Cast, token_in
from tests.conftest import Clock
from tests.reader.posting import POST, fields_of, form, given_back, latest, post

TYPED = 'Words <b>that</b> must\n\n"not" be lost & forgotten.'


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"body": "x" * 5001}, 422, "5,001 characters, and at most 5,000 fit"),
        ({"body": " \n"}, 422, "Please write something first."),
        ({"name": " "}, 422, "Please give a name that can be read."),
        ({"name": "y" * 81}, 422, "81 characters, and at most 80 fit"),
        ({"name": "mara  LINDQVIST"}, 422, "This name belongs to somebody who looks after this site."),
        ({"email": "tove@example"}, 422, "This does not look like an e-mail address."),
        ({"audience": "nobody"}, 422, "Please choose who may read your comment."),
        ({"parent": "x"}, 422, "could not be found"),
        ({"parent": "99999"}, 404, "There is no such comment here."),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_given_back(
    cast: Cast, client: FlaskClient, changes: dict[str, str], status: int, words: str
) -> None:
    assert cast.article
    sent = post(client, **{"body": TYPED, "email": "tove@example.org", **changes})
    assert sent.status_code == status
    assert words in html.unescape(sent.text)
    typed = form(**{"body": TYPED, "email": "tove@example.org", **changes})
    assert given_back(sent) == typed["body"].strip(" ") or not typed["body"].strip()
    for field in ("name", "email"):
        assert f'value="{typed[field]}"' in sent.text or not typed[field].strip()
    assert sent.headers.getlist("Set-Cookie") == []
    assert db.session.query(Comment).count() == 0


def test_words_for_a_comment_that_has_gone_are_given_back(cast: Cast, client: FlaskClient) -> None:
    held = cast.says(cast.tove, CRISIS)
    elsewhere = cast.says(cast.joao, CALM, article=cast.write_article(slug="elsewhere"), name="João")
    for parent in (held, elsewhere):
        sent = post(client, body=TYPED, parent=str(parent.id))
        assert sent.status_code == 404
        assert given_back(sent) == TYPED
    assert db.session.query(Comment).count() == 2


def test_words_for_an_article_that_is_not_there_are_given_back(cast: Cast, client: FlaskClient) -> None:
    sent = client.post("/articles/nowhere/comments", data=form(body=TYPED))
    assert sent.status_code == 404
    assert given_back(sent) == TYPED


def test_words_for_an_article_that_was_closed_meanwhile_are_given_back(cast: Cast, client: FlaskClient) -> None:
    begin_write()
    set_mode(cast.article, Mode.CLOSED)
    db.session.commit()
    sent = post(client, body=TYPED)
    assert sent.status_code == 403
    assert "takes no new comments" in sent.text
    assert given_back(sent) == TYPED
    assert db.session.query(Comment).count() == 0


def test_words_from_another_site_are_given_back_and_not_taken(cast: Cast, app: Flask) -> None:
    assert cast.article
    sent = app.test_client().post(POST, data=form(body=TYPED), headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403
    assert given_back(sent) == TYPED
    assert db.session.query(Comment).count() == 0


def test_the_eleventh_comment_in_five_minutes_is_given_back(
    cast: Cast, client: FlaskClient, still_clock: Clock
) -> None:
    assert cast.article
    post(client, body="So that there is a cookie.")
    for number in range(10):
        assert post(client, body=f"Number {number}.").status_code == 303
    sent = post(client, body=TYPED)
    assert sent.status_code == 429
    assert 0 < int(sent.headers["Retry-After"]) <= 300
    assert given_back(sent) == TYPED
    assert post(cast.browser(), body="Somebody else.", name="João").status_code == 303
    still_clock.move(minutes=5)
    assert post(client, body=TYPED).status_code == 303


def test_more_than_fits_into_a_request_is_given_back(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    book = "A very long letter. " * 8_000
    sent = post(client, body=book)
    assert sent.status_code == 413
    assert given_back(sent) == book.strip()
    assert post(client, body="x" * 5_000_000).status_code == 413


def test_words_are_given_back_when_the_database_is_down(
    cast: Cast, another_app: Callable[..., Flask], tmp_path: Path, database_kind: str
) -> None:
    assert cast.article
    gone = "postgresql://postgres@127.0.0.1:9/none" if database_kind == "postgresql" else f"sqlite:///{tmp_path}/no/db"
    broken = another_app(database_url=gone).test_client()
    headers = {"Sec-Fetch-Site": "same-origin"}
    sent = broken.post(POST, data=form(body=TYPED), headers=headers)
    assert sent.status_code == 503
    assert sent.headers["Retry-After"]
    assert given_back(sent) == TYPED
    assert "Content-Security-Policy" in sent.headers
    assert broken.get("/articles/old-maps").status_code == 503


@pytest.mark.parametrize("failure", ["another site", "too much", "the database", "a mistake of ours"])
def test_every_field_comes_back_as_a_form_that_can_be_sent_again(
    cast: Cast,
    app: Flask,
    another_app: Callable[..., Flask],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: str,
) -> None:
    parent = cast.says(cast.joao, CALM)
    browser, headers, words = app.test_client(), {"Sec-Fetch-Site": "same-origin"}, TYPED
    with monkeypatch.context() as broken:
        if failure == "another site":
            headers = {"Sec-Fetch-Site": "cross-site"}
        elif failure == "too much":
            words = "x" * 200_000
        elif failure == "the database":
            browser = another_app(database_url=f"sqlite:///{tmp_path}/no/db").test_client()
        else:
            broken.setattr("service.reader.views.guest_cookie", lambda: 1 / 0)
        sent = browser.post(
            POST,
            data=form(
                body=words, email="tove@example.org", audience="author", tell="yes", parent=str(parent.id), key="k1"
            ),
            headers=headers,
        )
    assert sent.status_code in (403, 413, 500, 503)
    again = fields_of(sent)
    assert again.pop("body") == words
    assert again == {
        "name": "Tove",
        "email": "tove@example.org",
        "audience": "author",
        "tell": "yes",
        "parent": str(parent.id),
        "key": "k1",
    }
    resent = app.test_client().post(POST, data={"body": TYPED, **again}, headers={"Sec-Fetch-Site": "same-origin"})
    assert resent.status_code == 303
    assert latest().audience is Audience.AUTHOR


def test_a_form_of_staff_is_never_one_that_another_site_could_have_confirmed(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    ana = cast.browser(cast.ana)
    data = {"body": TYPED, "version": "1", "csrf_token": token_in(ana.get(f"/moderation/comments/{comment.id}"))}
    sent = ana.post(f"/moderation/comments/{comment.id}/replies", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403
    assert given_back(sent) == TYPED
    assert fields_of(sent) == {}


def test_staff_get_their_words_back_when_the_database_is_down(
    cast: Cast, another_app: Callable[..., Flask], tmp_path: Path, database_kind: str
) -> None:
    comment = cast.says(cast.tove, CRISIS)
    mara = cast.browser(cast.mara)
    token = token_in(mara.get(f"/moderation/comments/{comment.id}"))
    session = mara.get_cookie("attune")
    assert session is not None
    gone = "postgresql://postgres@127.0.0.1:9/none" if database_kind == "postgresql" else f"sqlite:///{tmp_path}/no/db"
    broken = another_app(database_url=gone).test_client()
    broken.set_cookie("attune", session.value)
    headers = {"Sec-Fetch-Site": "same-origin"}
    data = {"body": TYPED, "version": "1", "csrf_token": token}
    sent = broken.post(f"/moderation/comments/{comment.id}/replies", data=data, headers=headers)
    assert sent.status_code == 503
    assert given_back(sent) == TYPED
    assert broken.get("/moderation").status_code == 503
    assert broken.get("/").status_code == 503
