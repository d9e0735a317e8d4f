"""The second step: a code is good once, paper stands in for a phone, and guesses of others keep nobody out."""

import re
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.accounts.models import SecondFactor, SessionRow, User
from service.accounts.sessions import browser_in
from service.config import current_keys
from service.core.db import db
from tests.cast import PASSWORD, Cast, token_in
from tests.conftest import Clock

pytestmark = pytest.mark.db
ACCOUNT = "/moderation/account"


def test_it_is_on_from_the_first_right_code_and_asked_for_then(cast: Cast, still_clock: Clock) -> None:
    browser, elsewhere = cast.browser(cast.ana), cast.browser(cast.ana)
    key, _codes = set_up(browser, still_clock)
    assert browser.get(ACCOUNT).status_code == 200
    assert elsewhere.get(ACCOUNT).status_code == 302  # it was begun without
    for wrong in ("", "000000", "12345", "x" * 40, "１２３４５６"):
        refused = sign_in(cast.browser(), cast.ana, code=wrong)
        assert (refused.status_code, "That code is not right" in refused.text) == (403, True)
    still_clock.move(seconds=30)
    assert sign_in(cast.browser(), cast.ana, code=code(key, still_clock)).status_code == 303


def test_a_wrong_first_code_leaves_it_off(cast: Cast, still_clock: Clock) -> None:
    browser = cast.browser(cast.ana)
    key = begin(browser)
    refused = send(browser, "/second-step/confirmations", code="000000")
    assert refused.status_code == 422
    assert key in refused.text.replace(" ", "")  # the same key goes on
    assert sign_in(cast.browser(), cast.ana).status_code == 303


def test_a_code_is_good_once_and_for_a_minute_and_a_half(cast: Cast, still_clock: Clock) -> None:
    key, _codes = set_up(cast.browser(cast.ana), still_clock)
    still_clock.move(minutes=5)
    present = code(key, still_clock)
    assert sign_in(cast.browser(), cast.ana, code=f"{present[:3]} {present[3:]}").status_code == 303
    assert sign_in(cast.browser(), cast.ana, code=present).status_code == 403
    later = code(key, still_clock, seconds=60)
    assert sign_in(cast.browser(), cast.ana, code=later).status_code == 403
    still_clock.move(seconds=30)
    assert sign_in(cast.browser(), cast.ana, code=later).status_code == 303


def test_each_recovery_code_lets_in_once(cast: Cast, still_clock: Clock) -> None:
    browser = cast.browser(cast.ana)
    _key, codes = set_up(browser, still_clock)
    assert len(set(codes)) == 10
    assert sign_in(cast.browser(), cast.ana, code=codes[0].upper()).status_code == 303
    assert sign_in(cast.browser(), cast.ana, code=codes[0]).status_code == 403
    assert "9 recovery codes are left" in browser.get(ACCOUNT).text
    renewed = send(browser, "/recovery-codes", code=codes[1])
    assert sign_in(cast.browser(), cast.ana, code=codes[2]).status_code == 403
    assert sign_in(cast.browser(), cast.ana, code=shown_codes(renewed)[2]).status_code == 303


def test_it_is_switched_off_by_a_code_alone(cast: Cast, still_clock: Clock) -> None:
    browser = cast.browser(cast.ana)
    _key, codes = set_up(browser, still_clock)
    assert send(browser, "/second-step/removals", code="000000").status_code == 422
    assert send(browser, "/second-step/removals", code=codes[0]).status_code == 303
    assert sign_in(cast.browser(), cast.ana).status_code == 303


def test_the_key_is_stored_encrypted_and_no_code_at_all(cast: Cast, still_clock: Clock) -> None:
    key, codes = set_up(cast.browser(cast.ana), still_clock)
    (row,) = db.session.query(SecondFactor)
    assert key not in row.secret_encrypted
    assert current_keys().decrypt(row.secret_encrypted) == key
    stored = db.session.connection().exec_driver_sql("SELECT code_hash FROM recovery_codes").scalars().all()
    assert len(stored) == 10
    assert not any(word in hash_ for word in codes for hash_ in stored)


@pytest.mark.parametrize(("required", "author", "moderator"), [("moderators", 200, 302), ("everyone", 302, 302)])
def test_a_setting_asks_for_it_before_any_other_page(
    cast: Cast,
    still_clock: Clock,
    another_app: Callable[..., Flask],
    required: str,
    author: int,
    moderator: int,
) -> None:
    site = another_app(second_factor=required)
    browsers = {user.id: signed_in(site, user) for user in (cast.mara, cast.ana)}
    assert browsers[cast.mara.id].get("/moderation").status_code == author
    asked = browsers[cast.ana.id].get("/moderation")
    assert (asked.status_code, asked.location) == (moderator, ACCOUNT)
    assert "Please set up the second step" in browsers[cast.ana.id].get(ACCOUNT).text
    set_up(browsers[cast.ana.id], still_clock)
    assert browsers[cast.ana.id].get("/moderation").status_code == 200


def test_guesses_of_others_keep_nobody_out(cast: Cast, still_clock: Clock) -> None:
    mine = cast.browser(cast.ana)
    key, _codes = set_up(mine, still_clock)
    still_clock.move(minutes=30)
    for number in range(60):
        guess(cast.browser(), cast.ana, number)
    stranger = sign_in(cast.browser(), cast.ana, place="203.0.113.99", code="000000")
    assert stranger.status_code == 429
    new_phone = sign_in(cast.browser(), cast.ana, place="203.0.113.98", code=code(key, still_clock))
    assert new_phone.status_code == 303
    still_clock.move(seconds=90)
    send(mine, "/sessions/removals")
    assert sign_in(mine, cast.ana, place="198.51.100.1", code=code(key, still_clock)).status_code == 303
    assert sign_in(cast.browser(), cast.mara).status_code == 303


def test_a_known_browser_is_not_known_for_somebody_else(cast: Cast) -> None:
    mine = cast.browser(cast.ana)
    cookie = mine.get_cookie("attune-browser")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    for _guess in range(10):
        assert sign_in(mine, cast.mara, password="a wrong guess").status_code == 403
    assert sign_in(mine, cast.mara).status_code == 429
    forged = cast.browser()
    forged.set_cookie("attune-browser", cookie.value[:-4] + "AAAA")
    for _guess in range(10):
        sign_in(forged, cast.ana, password="a wrong guess", place="203.0.113.7")
    assert sign_in(forged, cast.ana, place="203.0.113.7").status_code == 429


def test_sessions_are_listed_and_ended_one_by_one_or_all(cast: Cast, still_clock: Clock) -> None:
    here, there = cast.browser(cast.ana), cast.browser(cast.ana)
    other = cast.browser(cast.mara)
    rows = db.session.query(SessionRow).order_by(SessionRow.id).all()
    theirs, not_mine = rows[1].id, rows[2].id
    page = here.get(ACCOUNT).text
    assert page.count("Sign out there") == 1
    assert page.count("this one") == 1
    assert send(here, f"/sessions/{not_mine}/removals").status_code == 404
    assert send(here, f"/sessions/{theirs}/removals").status_code == 303
    assert there.get(ACCOUNT).status_code == 302
    assert send(here, "/sessions/removals").location == "/sign-in"
    assert here.get(ACCOUNT).status_code == 302
    assert other.get(ACCOUNT).status_code == 200


def test_a_new_password_ends_the_other_sessions(cast: Cast) -> None:
    here, there = cast.browser(cast.ana), cast.browser(cast.ana)
    for old, new in (("wrong", "a new long password"), (PASSWORD, "short"), (PASSWORD, "password123")):
        assert send(here, "/password", old=old, password=new).status_code == 422
    assert there.get(ACCOUNT).status_code == 200
    assert send(here, "/password", old=PASSWORD, password="a new long password").status_code == 303
    assert (here.get(ACCOUNT).status_code, there.get(ACCOUNT).status_code) == (200, 302)
    assert sign_in(cast.browser(), cast.ana, password="a new long password").status_code == 303


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36", "Chrome, Linux"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_browser_is_told_by_two_words(agent: str, words: str) -> None:
    assert browser_in(agent) == words


def begin(browser: FlaskClient) -> str:
    page = send(browser, "/second-step")
    found = re.search(r"Key: <code>([A-Z2-7 ]+)</code>", page.text)
    assert found, page.text
    return found[1].replace(" ", "")


def set_up(browser: FlaskClient, still_clock: Clock) -> tuple[str, list[str]]:
    key = begin(browser)
    return key, shown_codes(send(browser, "/second-step/confirmations", code=code(key, still_clock)))


def shown_codes(page: TestResponse) -> list[str]:
    return re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", page.text)


def send(browser: FlaskClient, path: str, **form: str) -> TestResponse:
    token = token_in(browser.get(ACCOUNT))
    return browser.post(f"{ACCOUNT}{path}", data={**form, "csrf_token": token})


def code(key: str, still_clock: Clock, seconds: int = 0) -> str:
    return pyotp.TOTP(key).at(int(still_clock().timestamp()) + seconds)


def sign_in(
    browser: FlaskClient, user: User, *, password: str = PASSWORD, code: str = "", place: str = "127.0.0.1"
) -> TestResponse:
    email = current_keys().decrypt(user.email_encrypted)
    form = {"email": email, "password": password, "code": code}
    return browser.post("/sign-in", data=form, environ_overrides={"REMOTE_ADDR": place})


def guess(browser: FlaskClient, user: User, number: int) -> None:
    sign_in(browser, user, password="a wrong guess", place=f"192.0.2.{number}")


def signed_in(site: Flask, user: User) -> FlaskClient:
    browser = site.test_client()
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    assert sign_in(browser, user).status_code == 303
    return browser
