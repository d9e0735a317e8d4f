"""What every answer has in common: headers, the same-origin check, health."""

import gzip
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.core.db import begin_write, db
from service.core.leases import beat
from service.web import span_in_words
from tests.cast import CALM, Cast, plant, screen
from tests.conftest import Clock

pytestmark = pytest.mark.db
SITE = "https://attune.example"
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/articles/old-maps", 200),
        ("GET", "/articles/old-maps?answer=1", 200),
        ("GET", "/comments/1", 302),
        ("GET", "/sign-in", 200),
        ("GET", "/moderation", 302),
        ("GET", "/nowhere", 404),
        ("GET", "/my/forged", 404),
        ("POST", "/", 405),
        ("POST", "/articles/old-maps/comments", 422),
        ("GET", "/static/attune.css", 200),
        ("GET", "/static/nowhere.css", 404),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 503),
        ("HEAD", "/", 200),
        ("OPTIONS", "/", 405),
    ],
)
def test_every_answer_carries_the_headers(cast: Cast, client: FlaskClient, method: str, path: str, status: int) -> None:
    cast.says(cast.tove, CALM)
    answer = client.open(path, method=method)
    answer.close()
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers.get("Permissions-Policy")
    assert "Strict-Transport-Security" not in answer.headers


def test_an_error_of_ours_carries_the_headers_too(app: Flask, client: FlaskClient) -> None:
    def fail() -> str:
        raise RuntimeError("words that nobody outside may read")

    app.view_functions["health.healthz"] = fail
    answer = client.get("/healthz")
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED
    assert "words that nobody" not in answer.text


def test_https_is_kept_for_two_years_where_readers_come_by_it(cast: Cast, another_app: Callable[..., Flask]) -> None:
    answer = another_app(public_url=SITE).test_client().get("/", base_url=SITE)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_what_is_private_is_kept_by_nobody_and_static_files_for_a_year(cast: Cast, client: FlaskClient) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    assert cast.browser(cast.mara).get("/moderation").headers["Cache-Control"] == "no-store"
    with client.get("/static/attune.css") as answer:
        assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert client.get("/").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://elsewhere.example"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Origin": "http://localhost:8000"}, True),
        ({"Origin": "http://localhost:9000"}, False),
        ({"Origin": "http://127.0.0.1:8000", "Host": "127.0.0.1:8000"}, True),
        ({"Origin": "http://127.0.0.1:8000"}, False),
        ({"Origin": "https://localhost:8000"}, False),
        ({"Origin": "http://localhost:8000.elsewhere.example"}, False),
        ({"Origin": "https://elsewhere.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({}, False),
        ({"Referer": "http://localhost:8000/articles/old-maps"}, False),
    ],
)
def test_only_pages_of_this_site_can_send_something(
    cast: Cast, app: Flask, headers: dict[str, str], taken: bool
) -> None:
    assert cast.article
    data = {"body": CALM, "name": "Tove"}
    sent = app.test_client().post(
        "/articles/old-maps/comments", data=data, headers=headers, base_url="http://localhost:8000"
    )
    assert sent.status_code == (303 if taken else 403)


@pytest.mark.parametrize(
    ("origin", "taken"), [(SITE, True), ("http://10.0.0.7:8000", True), ("http://attune.example", False)]
)
def test_behind_a_proxy_the_public_address_counts(
    cast: Cast, another_app: Callable[..., Flask], origin: str, taken: bool
) -> None:
    assert cast.article
    browser = another_app(public_url=f"{SITE}/").test_client()
    data = {"body": CALM, "name": "Tove"}
    sent = browser.post(
        "/articles/old-maps/comments", data=data, headers={"Origin": origin}, base_url="http://10.0.0.7:8000"
    )
    assert sent.status_code == (303 if taken else 403)


def test_forwarded_headers_are_believed_from_as_many_proxies_as_are_set(
    cast: Cast, another_app: Callable[..., Flask]
) -> None:
    assert cast.article
    headers = {"X-Forwarded-Host": "attune.example", "X-Forwarded-Proto": "https", "Origin": SITE}
    data = {"body": CALM, "name": "Tove"}
    for count, status in ((0, 403), (1, 303)):
        browser = another_app(trusted_proxies=count).test_client()
        assert browser.post("/articles/old-maps/comments", data=data, headers=headers).status_code == status


def test_healthz_asks_nothing(app: Flask, client: FlaskClient, statements: list[str]) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert statements == []


def test_readyz_says_whether_the_worker_lives(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    assert client.get("/readyz").status_code == 503
    alive()
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json is not None
    assert {"status", "database", "worker", "screening"} <= set(ready.json)
    assert set(ready.json.values()) == {"ok"}
    still_clock.move(seconds=60)
    silent = client.get("/readyz")
    assert silent.status_code == 503
    assert silent.json is not None
    assert "silent" in silent.json["worker"]
    alive()
    assert client.get("/readyz").status_code == 200


def test_readyz_says_when_screening_is_behind(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM, screened=False)
    still_clock.move(minutes=2)
    alive()
    behind = client.get("/readyz")
    assert behind.status_code == 503
    assert behind.json is not None
    assert (behind.json["worker"], "waited" in behind.json["screening"]) == ("ok", True)
    screen(comment)
    assert client.get("/readyz").status_code == 200


def test_readyz_says_when_the_database_is_down(
    cast: Cast, another_app: Callable[..., Flask], tmp_path: Path, database_kind: str
) -> None:
    gone = "postgresql://postgres@127.0.0.1:9/none" if database_kind == "postgresql" else f"sqlite:///{tmp_path}/no/db"
    broken = another_app(database_url=gone).test_client()
    answer = broken.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "database": "cannot be reached"}
    assert broken.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-5, "0 min"), (0, "0 min"), (59, "59 min"), (60, "1 h"), (895, "14 h 55 min"), (1440, "1 d"), (1560, "1 d 2 h")],
)
def test_spans_in_words(app: Flask, minutes: int, words: str) -> None:
    with app.test_request_context():
        assert span_in_words(timedelta(minutes=minutes)) == words


def alive() -> None:
    begin_write()
    beat(f"worker@here:{secrets.token_hex(2)}", "worker", 1)
    db.session.commit()


def test_files_are_sent_packed_and_only_those_that_are_there(client: FlaskClient) -> None:
    whole = client.get("/static/attune.css").data
    packed = client.get("/static/attune.css", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == whole
    assert len(packed.data) < len(whole) / 3
    assert packed.mimetype == "text/css"
    known = {"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"}
    assert client.get("/static/attune.css", headers=known).status_code == 304
    for name in ("nothing.css", "../app.py", "..%2fapp.py", "%2e%2e/config.py", ""):
        assert client.get(f"/static/{name}").status_code == 404


def test_a_page_of_fifty_comments_and_all_that_it_loads_is_small(cast: Cast, client: FlaskClient) -> None:
    plant(cast.article, [None if number % 5 == 0 else number - 1 for number in range(50)])
    packed = {"Accept-Encoding": "gzip"}
    page = client.get("/articles/old-maps", headers=packed)
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', gzip.decompress(page.data).decode())
    assert len(loaded) >= 5
    assert len(page.data) + sum(len(client.get(path, headers=packed).data) for path in loaded) < 60_000
