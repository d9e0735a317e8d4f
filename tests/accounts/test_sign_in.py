"""Sign in and out: one answer to every wrong guess, few guesses, and sessions that really end."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.accounts.actions import add_user
from service.accounts.models import Role, SessionRow
from service.config import current_keys
from service.core.db import begin_write, db
from tests.cast import PASSWORD, Cast, token_in
from tests.conftest import Clock

pytestmark = pytest.mark.db
WRONG = "This address and password do not go together."
EMAIL = "mara@example.org"


def test_the_right_password_opens_the_queue(cast: Cast, client: FlaskClient) -> None:
    assert cast.mara
    answer = try_in(client, EMAIL.upper(), PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/moderation")
    assert client.get("/moderation").status_code == 200
    assert client.get("/sign-in").location == "/moderation"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "a wrong password"),
        (EMAIL, ""),
        (EMAIL, f"{PASSWORD} "),
        ("nobody@example.org", PASSWORD),
        ("", ""),
        (EMAIL, "x" * 5000),
    ],
)
def test_every_wrong_guess_gets_the_same_answer(cast: Cast, client: FlaskClient, email: str, password: str) -> None:
    assert cast.mara
    answer = try_in(client, email, password)
    assert answer.status_code == 403
    assert WRONG in answer.text
    assert f'value="{email}"' in answer.text
    assert "a wrong password" not in answer.text
    assert client.get("/moderation").status_code == 302
    assert db.session.query(SessionRow).count() == 0


def test_who_has_left_cannot_come_in_and_is_out_at_once(cast: Cast) -> None:
    browser = cast.browser(cast.mara)
    begin_write()
    cast.mara.is_active = False
    db.session.commit()
    assert browser.get("/moderation").status_code == 302
    assert try_in(cast.browser(), EMAIL, PASSWORD).status_code == 403


def test_demo_people_cannot_come_in_where_readers_come_from_outside(
    cast: Cast, another_app: Callable[..., Flask]
) -> None:
    begin_write()
    add_user(cast.site_id, "demo@example.org", "Demo", Role.OWNER, PASSWORD, current_keys(), is_demo=True)
    db.session.commit()
    assert try_in(cast.browser(), "demo@example.org", PASSWORD).status_code == 303
    outside = another_app(public_url="https://attune.example").test_client()
    refused = try_in(outside, "demo@example.org", PASSWORD, base_url="https://attune.example")
    assert refused.status_code == 403
    assert WRONG in refused.text


def test_ten_guesses_in_a_quarter_of_an_hour(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    assert cast.mara
    assert cast.ana
    for _guess in range(10):
        assert try_in(client, EMAIL, "a wrong password").status_code == 403
    refused = try_in(client, EMAIL, PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    assert try_in(cast.browser(), EMAIL.upper(), PASSWORD).status_code == 429
    assert try_in(cast.browser(), "ana@example.org", PASSWORD).status_code == 303
    still_clock.move(minutes=15)
    assert try_in(client, EMAIL, PASSWORD).status_code == 303


def test_signing_out_ends_the_session_for_whoever_has_its_cookie(cast: Cast) -> None:
    browser, other = cast.browser(cast.mara), cast.browser(cast.mara)
    kept = browser.get_cookie("attune")
    assert kept is not None
    token = token_in(browser.get("/moderation"))
    assert browser.post("/sign-out").status_code == 403
    assert browser.get("/moderation").status_code == 200
    assert browser.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert browser.get("/moderation").status_code == 302
    thief = cast.browser()
    thief.set_cookie("attune", kept.value)
    assert thief.get("/moderation").status_code == 302
    assert other.get("/moderation").status_code == 200


def test_each_sign_in_is_a_session_of_its_own_and_none_is_for_ever(cast: Cast, still_clock: Clock) -> None:
    browser = cast.browser(cast.mara)
    assert cast.browser(cast.mara)
    assert len({row.token_hash for row in db.session.query(SessionRow)}) == 2
    still_clock.move(days=13)
    assert browser.get("/moderation").status_code == 200
    still_clock.move(days=2)
    assert browser.get("/moderation").status_code == 302


def test_a_forged_cookie_is_nobody(cast: Cast, client: FlaskClient) -> None:
    for value in ("forged", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", ""):
        client.set_cookie("attune", value)
        assert client.get("/moderation").status_code == 302
        assert client.get("/").status_code == 200


def test_cookies_on_http_and_on_https(cast: Cast, client: FlaskClient, another_app: Callable[..., Flask]) -> None:
    assert cast.mara
    for name, plain in zip(("attune-browser=", "attune="), cookies_of(try_in(client, EMAIL, PASSWORD)), strict=True):
        assert plain[0].startswith(name)
        assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(plain)
        assert "Secure" not in plain
    https = another_app(public_url="https://attune.example").test_client()
    for safe in cookies_of(try_in(https, EMAIL, PASSWORD, base_url="https://attune.example")):
        assert safe[0].startswith("__Host-attune")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(safe)
        assert not any(part.startswith("Domain") for part in safe)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/moderation/comments/7?lane=held", "/moderation/comments/7?lane=held"),
        ("/", "/"),
        ("//evil.example", "/moderation"),
        ("///evil.example", "/moderation"),
        ("/\\evil.example", "/moderation"),
        ("/\t/evil.example", "/moderation"),
        ("https://evil.example", "/moderation"),
        ("javascript:alert(1)", "/moderation"),
        ("moderation", "/moderation"),
        ("/moderation\r\nSet-Cookie: a=b", "/moderation"),
        ("", "/moderation"),
    ],
)
def test_after_sign_in_one_stays_on_the_site(cast: Cast, client: FlaskClient, wanted: str, given: str) -> None:
    assert cast.mara
    answer = client.post("/sign-in", query_string={"next": wanted}, data={"email": EMAIL, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, given)


def test_the_form_keeps_where_one_wanted_to_go(cast: Cast, client: FlaskClient) -> None:
    sent_to = client.get("/moderation/comments/7").location
    page = client.get(sent_to).text
    assert 'action="/sign-in?next=/moderation/comments/7"' in page.replace("%2F", "/")


def try_in(browser: FlaskClient, email: str, password: str, base_url: str = "http://localhost") -> TestResponse:
    headers = {"Sec-Fetch-Site": "same-origin"}
    data = {"email": email, "password": password}
    return browser.post("/sign-in", data=data, headers=headers, base_url=base_url)


def cookies_of(answer: TestResponse) -> list[list[str]]:
    return [cookie.split("; ") for cookie in answer.headers.getlist("Set-Cookie")]
