"""The security headers stand on every answer there is: each route, each method, each error, each file, each layer."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from service.config import Settings
from service.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooFast
from service.files import FOLDER
from service.web import PRIVATE_PATHS
from tests.cast import Cast
from tests.stage import Stage

SITE = "https://attune.example"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types attune"
)
EXPECTED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW")


def missing(answer: TestResponse) -> dict[str, str | None]:
    """Return the headers that are not as they have to be."""
    found = {name: ", ".join(answer.headers.getlist(name)) or None for name in [*EXPECTED, "Cache-Control"]}
    expected = EXPECTED | ({"Cross-Origin-Resource-Policy": "cross-origin"} if _for_others(answer) else {})
    wrong = {name: found[name] for name in expected if found[name] != expected[name]}
    if not found["Cache-Control"]:
        wrong["Cache-Control"] = None
    if answer.request.path.startswith(PRIVATE_PATHS) and found["Cache-Control"] != "no-store":
        wrong["Cache-Control"] = found["Cache-Control"]
    return wrong


def _for_others(answer: TestResponse) -> bool:
    """Whether this is the one script that pages of other sites may load."""
    return answer.request.path == "/embed.js" and answer.status_code == 200


@pytest.fixture
def stage(cast: Cast, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A site with a row of each kind."""
    made = Stage(cast, settings, tmp_path_factory.mktemp("stage"))
    yield made
    made.close()


def test_every_route_by_every_method(app: Flask, stage: Stage) -> None:
    wrong, seen = [], set()
    for role, rule in product(("nobody", "owner"), app.url_map.iter_rules()):
        for method in METHODS if role == "nobody" else ("GET", "POST"):
            if method == "POST" and "sign-in" in rule.rule:
                continue  # kept slow on purpose; test_every_refusal has it
            answer, _changed = stage.ask(role, rule, method)
            seen.add(answer.status_code)
            if method == "OPTIONS" and answer.status_code != 405:
                wrong.append(f"{method} {rule.rule} as {role} is answered with {answer.status_code}")
            if found := missing(answer):
                wrong.append(f"{method} {rule.rule} as {role}, {answer.status_code}: {found}")
            answer.close()
    assert not wrong, "\n".join(wrong)
    assert {200, 302, 303, 403, 404, 405, 422} <= seen
    assert 500 not in seen


ERRORS: list[Callable[[], object]] = [
    *(lambda code=code: abort(code) for code in (400, 401, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415)),  # type: ignore[misc]
    *(lambda code=code: abort(code) for code in (416, 417, 418, 422, 423, 424, 428, 429, 431, 500, 501, 502, 503, 504)),  # type: ignore[misc]
    *(lambda error=error: _raise(error("No.")) for error in (NotFound, Forbidden, Invalid, Conflict)),  # type: ignore[misc]
    lambda: _raise(TooFast("Slowly.", retry_after=5)),
    lambda: _raise(OperationalError("SELECT", {}, Exception("gone"))),
    lambda: _raise(RuntimeError("anything")),
]


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("fail", ERRORS)
def test_every_error(app: Flask, client: FlaskClient, fail: Callable[[], object]) -> None:
    app.view_functions["health.healthz"] = fail  # type: ignore[assignment]
    answer = client.get("/healthz")
    assert answer.status_code >= 400
    assert missing(answer) == {}
    assert "anything" not in answer.text


def test_every_domain_error_is_among_them() -> None:
    assert set(DomainError.__subclasses__()) == {NotFound, Forbidden, Invalid, Conflict, TooFast}


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", "/articles/old-maps/comments", {"data": "body=" + "x" * 200_000}, 413),
        ("POST", "/articles/old-maps/comments", {"data": b"\xff\xfe=%%%", "content_type": "multipart/form-data"}, 422),
        ("POST", "/sign-in", {"data": {"email": "nobody@example.org", "password": "x"}}, 403),
        ("POST", "/sign-in/forgotten", {"data": {"email": "nobody@example.org"}}, 200),
        ("POST", "/nowhere", {}, 404),
        ("GET", "/articles/old-maps?page=x", {}, 404),
        ("GET", "/articles/" + "x" * 5000, {}, 404),
        ("GET", "/%ff%fe%00", {}, 404),
        ("GET", "//elsewhere.example/..", {}, None),
        ("GET", "/moderation/", {}, None),
        ("GET", "/static/../app.py", {}, 404),
        ("GET", "/comments/99999999999999999999", {}, 404),
    ],
)
def test_every_refusal(
    cast: Cast, client: FlaskClient, method: str, path: str, sent: dict[str, object], status: int | None
) -> None:
    assert cast.article
    answer = client.open(path, method=method, **sent)
    assert answer.status_code == status or (status is None and 300 <= answer.status_code < 500)
    assert missing(answer) == {}


def test_every_file_packed_and_known_already(client: FlaskClient) -> None:
    for path in sorted(FOLDER.iterdir()):
        for packed in ("", "gzip"):
            with client.get(f"/static/{path.name}", headers={"Accept-Encoding": packed}) as answer:
                assert missing(answer) == {}
                assert answer.mimetype not in ("application/octet-stream", "text/html"), path.name
                etag = answer.headers["ETag"]
            known = client.get(f"/static/{path.name}", headers={"Accept-Encoding": packed, "If-None-Match": etag})
            assert (known.status_code, missing(known)) == (304, {})


@pytest.mark.parametrize("path", ["/articles/old-maps", "/comments.atom", "/articles/old-maps/comments.atom"])
def test_what_comes_finished_from_memory(cast: Cast, app: Flask, path: str) -> None:
    """The first answer is made, all later ones come from before the application."""
    assert cast.article
    browser = app.test_client()
    for headers in ({}, {}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip"}):
        answer = browser.get(path, headers=headers)
        assert (answer.status_code, missing(answer)) == (200, {})
        known = browser.get(path, headers={**headers, "If-None-Match": answer.headers["ETag"]})
        assert (known.status_code, missing(known)) == (304, {})


def test_by_https_with_hsts_at_every_layer_and_cookies_that_stay_here(
    cast: Cast, another_app: Callable[..., Flask]
) -> None:
    assert cast.article
    browser = another_app(public_url=SITE).test_client()
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    for path in ("/", "/articles/old-maps", "/articles/old-maps", "/nowhere", "/moderation", "/static/attune.css"):
        with browser.get(path, base_url=SITE) as answer:
            assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
            assert missing(answer) == {}
            assert "Set-Cookie" not in answer.headers, path
    form = {"body": "Thank you.", "name": "Lena"}
    sent = browser.post("/articles/old-maps/comments", data=form, base_url=SITE)
    [cookie] = sent.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-attune")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_no_mere_reader_gets_a_cookie(app: Flask, stage: Stage) -> None:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()):
            answer = app.test_client().get(stage.path(rule))
            assert "Set-Cookie" not in answer.headers, rule.rule
            answer.close()


def test_permalinks_and_pages_of_one_person_are_not_for_search_engines(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, "Thank you.")
    assert client.get(f"/comments/{comment.id}").headers["X-Robots-Tag"] == "noindex"
