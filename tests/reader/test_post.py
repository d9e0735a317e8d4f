"""Post: one comment for one text, a page of one's own, and every word given back when it was not taken."""

import html
import re
import threading
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.articles.actions import set_mode
from service.articles.models import Mode
from service.comments.models import Audience, Comment, Status
from service.config import current_keys
from service.core.db import begin_write, db
from service.moderation.rules.actions import set_limit
from service.reader.mine import MINE
from tests.cast import CALM, CRISIS, Cast, screen, token_in
from tests.conftest import Clock, Outgoing

pytestmark = pytest.mark.db
POST = "/articles/old-maps/comments"
TYPED = 'Words <b>that</b> must\n\n"not" be lost & forgotten.'


def test_a_comment_becomes_a_page_of_ones_own(cast: Cast, client: FlaskClient, outbox: Outgoing) -> None:
    assert cast.article
    sent = post(client, body=TYPED, email="tove@example.org")
    assert sent.status_code == 303
    assert re.fullmatch(r"/my/[\w.-]+", sent.location)
    comment = only()
    assert (comment.name, comment.latest.source, comment.status) == ("Tove", TYPED, Status.PENDING)
    assert comment.commenter is not None
    assert current_keys().decrypt(comment.commenter.email_encrypted or "") == "tove@example.org"
    assert outbox.take("moderation.screen") == [comment.id]
    mine = client.get(sent.location)
    assert mine.status_code == 200
    assert 'name="robots" content="noindex"' in mine.text
    assert "&lt;b&gt;that&lt;/b&gt;" in mine.text
    assert f'id="comment-{comment.id}"' not in client.get("/articles/old-maps").text
    screen(comment)
    assert f'id="comment-{comment.id}"' in client.get("/articles/old-maps").text
    assert f"/comments/{comment.id}" in client.get(sent.location).text


def test_an_answer_and_a_note(cast: Cast, client: FlaskClient) -> None:
    parent = cast.says(cast.tove, CALM)
    assert post(client, body="I hear you.", name="João", parent=str(parent.id)).status_code == 303
    assert post(client, body="For you alone.", name="João", audience="author").status_code == 303
    note, answer = db.session.scalars(select(Comment).order_by(Comment.id.desc()).limit(2))
    assert (answer.parent_id, answer.root_id, answer.audience) == (parent.id, parent.id, Audience.EVERYONE)
    assert (note.parent_id, note.audience) == (None, Audience.AUTHOR)


def test_the_cookie_makes_two_comments_one_persons(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    first = post(client, body="One.")
    [cookie] = first.headers.getlist("Set-Cookie")
    assert cookie.startswith("attune-guest=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    second = post(client, body="Two.", name="Tove again")
    assert second.headers.getlist("Set-Cookie") == []
    assert post(cast.browser(), body="Three.").headers.getlist("Set-Cookie") != []
    one, two, three = db.session.scalars(select(Comment).order_by(Comment.id))
    assert one.commenter_id == two.commenter_id != three.commenter_id


def test_the_guest_cookie_on_https(cast: Cast, another_app: Callable[..., Flask]) -> None:
    assert cast.article
    https = another_app(public_url="https://attune.example").test_client()
    headers = {"Sec-Fetch-Site": "same-origin"}
    sent = https.post(POST, data=form(), headers=headers, base_url="https://attune.example")
    [cookie] = sent.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-attune-guest=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_sent_twice_with_the_cookie_it_is_one_comment(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    post(client, body="Something before, so that there is a cookie.")
    assert comment_of(post(client)) == comment_of(post(client))
    assert db.session.query(Comment).filter_by(repeat_key=latest().repeat_key).count() == 1


def test_sent_twice_without_a_cookie_it_is_one_comment(cast: Cast) -> None:
    assert cast.article
    assert comment_of(post(cast.browser())) == comment_of(post(cast.browser()))
    assert only()


def test_who_copies_a_comment_in_the_same_house_is_not_led_to_its_writers_page(cast: Cast, still_clock: Clock) -> None:
    assert cast.article
    theirs = post(cast.browser()).location
    still_clock.move(minutes=2)
    copied = post(cast.browser())
    assert copied.status_code == 409
    assert "so they were not sent again" in copied.text
    assert given_back(copied) == form()["body"]
    assert theirs not in copied.text
    assert only()


@pytest.mark.parametrize("where", ["header", "field"])
def test_sent_twice_with_a_key_it_is_one_comment_whenever(cast: Cast, still_clock: Clock, where: str) -> None:
    assert cast.article
    key = {"headers": {"Idempotency-Key": "9f3a"}} if where == "header" else {"key": "9f3a"}
    first = post(cast.browser(), **key)
    still_clock.move(hours=3)
    assert comment_of(post(cast.browser(), **key)) == comment_of(first)
    assert only()


def test_a_key_opens_nobody_elses_comment(cast: Cast) -> None:
    assert cast.article
    first = post(cast.browser(), key="1", body="Mine, and nobody else's to change.")
    second = post(cast.browser(), key="1", body="Another person with the same key.", name="João")
    assert comment_of(first) != comment_of(second)


def test_a_double_click_is_one_comment(cast: Cast) -> None:
    assert cast.article
    browsers, answers = [cast.browser() for _ in range(6)], []
    together = threading.Barrier(len(browsers))

    def click(browser: FlaskClient) -> None:
        together.wait()
        answers.append(post(browser, key="9f3a"))

    threads = [threading.Thread(target=click, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {303}
    assert {comment_of(answer) for answer in answers} == {only().id}


def test_the_same_words_of_two_people_are_two_comments(cast: Cast) -> None:
    assert cast.article
    post(cast.browser(), body="Thank you.")
    post(cast.browser(), body="Thank you.", name="João")
    assert db.session.query(Comment).count() == 2


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


def test_the_longest_comment_in_the_widest_letters_is_taken(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    assert post(client, body="𓀀" * 5000).status_code == 303
    assert len(only().latest.source) == 5000


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


def test_words_from_outside_never_become_markup_on_any_page(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    hostile = "</textarea><script>alert(1)</script>"
    for sent in (post(client, body=hostile, name=" "), post(client, body=hostile, name='"><script>', parent="x")):
        assert "<script>alert" not in sent.text
        assert '"><script>' not in sent.text
        assert given_back(sent) == hostile


def test_who_makes_up_names_and_cookies_is_known_by_the_network(cast: Cast, app: Flask, still_clock: Clock) -> None:
    assert cast.article
    begin_write()
    set_limit(cast.ines, "post place", 3, 300, "For this test.")
    db.session.commit()
    for number in range(3):
        made_up = cast.browser()
        made_up.set_cookie("attune-guest", f"made up {number}")
        assert post(made_up, body=f"Number {number}.", name=f"Reader {number}").status_code == 303
    sent = post(cast.browser(), body=TYPED, name="One more")
    assert sent.status_code == 429
    assert int(sent.headers["Retry-After"]) > 0
    assert given_back(sent) == TYPED
    elsewhere = cast.browser()
    elsewhere.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert post(elsewhere, body=TYPED, name="One more").status_code == 303
    spoofed = cast.browser()
    headers = {"X-Forwarded-For": "203.0.113.7"}  # believed of no proxy that is not named
    assert post(spoofed, body=TYPED, name="Spoofed", headers=headers).status_code == 429
    still_clock.move(minutes=5)
    assert post(cast.browser(), body=TYPED, name="One more").status_code == 303


@pytest.mark.parametrize(("waits", "held"), [(0, True), (1.9, True), (2, False), (3600, False), (-5, False)])
def test_a_stamp_says_how_long_somebody_took(
    cast: Cast, client: FlaskClient, still_clock: Clock, waits: float, held: bool
) -> None:
    assert cast.article
    stamped = client.get("/stamp")
    assert stamped.headers["Cache-Control"] == "no-store"
    still_clock.move(seconds=waits)
    post(client, stamp=stamped.text)
    screen(only())
    assert (only().held_at is not None) is held


@pytest.mark.parametrize("stamp", ["", "made up", "2026-03-02T09:00:00+00:00"])
def test_a_missing_or_forged_stamp_counts_for_nothing(cast: Cast, client: FlaskClient, stamp: str) -> None:
    assert cast.article
    post(client, stamp=stamp)
    screen(only())
    assert only().shown


def test_a_field_that_people_do_not_see_has_a_person_look(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    page = client.get("/articles/old-maps").text
    assert 'name="homepage" value="" tabindex="-1" autocomplete="off"' in page
    post(client, homepage="https://shop.example")
    screen(only())
    assert "people do not see" in only().held_reason
    assert "people do not see" not in client.get(post(client, homepage="https://shop.example").location).text


def form(**changes: str) -> dict[str, str]:
    return {"body": CALM, "name": "Tove", "email": "", "audience": "everyone", "parent": "", "key": "", **changes}


def post(client: FlaskClient, *, headers: dict[str, str] | None = None, **changes: str) -> TestResponse:
    return client.post(POST, data=form(**changes), headers=headers)


def comment_of(answer: TestResponse) -> int:
    """Return the id of the comment to whose page a post has led."""
    return int(current_keys().unsign(MINE, answer.location.rpartition("/")[2]))


def given_back(answer: TestResponse) -> str | None:
    """Return what stands in the text field of a page."""
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", answer.text, re.DOTALL)
    return html.unescape(found[1]) if found else None


class _Fields(HTMLParser):
    """The fields of the form on a page that goes by POST, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._inside, self._area = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self._inside = has.get("method") == "post"
        if not self._inside or not has.get("name"):
            return
        name = str(has["name"])
        if tag == "textarea":
            self._area, self.found[name] = name, ""
        elif has.get("type") not in ("radio", "checkbox") or "checked" in has:
            self.found[name] = has.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.found[self._area] = self.found[self._area].removeprefix("\n")
            self._area = ""
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data


def fields_of(answer: TestResponse) -> dict[str, str]:
    """Return what a page's form would send, field by field."""
    reader = _Fields()
    reader.feed(answer.text)
    return reader.found


def only() -> Comment:
    return db.session.scalars(select(Comment)).one()


def latest() -> Comment:
    return db.session.scalars(select(Comment).order_by(Comment.id.desc()).limit(1)).one()
