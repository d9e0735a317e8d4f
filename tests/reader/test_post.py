"""Post: one comment for one text, a page of one's own, and every word given back when it was not taken."""

import re
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.comments.models import Audience, Comment, Status
from service.config import current_keys
from service.core.db import begin_write, db
from service.moderation.rules.actions import set_limit
from tests.cast import CALM, Cast, screen
from tests.conftest import Clock, Outgoing
from tests.reader.posting import POST, comment_of, form, given_back, latest, only, post

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


def test_the_longest_comment_in_the_widest_letters_is_taken(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    assert post(client, body="𓀀" * 5000).status_code == 303
    assert len(only().latest.source) == 5000


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
