"""Too often, too much, from too many: what is refused is refused in words, and whatever was typed comes back.

Said elsewhere: sign-in stuffing and who cannot be locked out (tests/accounts/test_sign_in.py, test_second_step.py),
addresses of targets in every spelling and names that resolve twice (tests/notifications/test_address.py, test_post.py),
names that look like staff (tests/accounts/test_names.py), hostile and huge pages to import (tests/archive), and slow or
huge requests (test_server.py).
"""

# ruff: noqa: E501  (lists that are read across)

import re
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.accounts import link_views
from service.accounts.actions import give_email
from service.comments import actions
from service.comments.models import Comment
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.rates import Rate
from service.reader.mine import MINE
from tests.cast import CALM, PASSWORD, Cast
from tests.conftest import Clock

ROOT = Path(__file__).parents[2]
TYPED = "It took me an hour to write this, *and* it must not be lost <b>now</b>."

# What is limited here, and how often it may be done; the others are tried where they are used.
HERE = {
    "post": 10,
    "preview": 60,
    "edit": 20,
    "report": 10,
    "heart": 60,
    "sign-in": 10,
    "forgotten place": 20,
    "link": 3,
}
ELSEWHERE = {
    "post place": "tests/reader/test_post.py",
    "report place": "tests/reader/test_report.py",
    "sign-in place": "tests/accounts/test_second_step.py",
    "sign-in person": "tests/accounts/test_second_step.py",
    "forgotten": "tests/accounts/test_invitations.py",
    "data": "tests/archive/test_people.py",
    "data address": "tests/archive/test_people.py",
    "confirm": "tests/reader/test_answer_mail.py",
    "trial": "tests/moderation/test_alerts.py",
}


def test_every_limit_is_tried() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "service").rglob("*.py"))
    limits = set(re.findall(r"\bLimit\(\"([a-z -]+)\"", source))
    assert limits == set(HERE) | set(ELSEWHERE), "try the new ones here, or say where"
    assert all((ROOT / path).is_file() for path in ELSEWHERE.values())


@pytest.mark.parametrize("name", HERE)
def test_beyond_a_limit_is_refused_in_words_and_comes_back(
    cast: Cast, client: FlaskClient, still_clock: Clock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(link_views, "ANSWER_AFTER_S", 0)
    act = _acts(cast, client)[name]
    for _time in range(HERE[name]):
        assert act().status_code in (200, 303, 403)
    refused = act()
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert re.search("Please wait|Too many", refused.text)
    if name in ("post", "preview", "edit", "report"):
        assert "It took me an hour" in refused.text
        assert "<b>now</b>" not in refused.text
    still_clock.move(hours=25)
    assert act().status_code != 429


def _acts(cast: Cast, client: FlaskClient) -> dict[str, Callable[[], TestResponse]]:
    """Return what each limit counts, as one browser does it again and again."""
    comment = cast.says(cast.joao, CALM)
    assert cast.ana.is_active
    client.post("/articles/old-maps/comments", data={"body": "So that there is a cookie.", "name": "Lena"})
    begin_write()
    assert comment.commenter is not None
    give_email(comment.commenter, "joao@example.org", current_keys())
    comment.commenter.email_confirmed_at = comment.created_at
    db.session.commit()
    mine = f"/my/{current_keys().sign(MINE, str(comment.id))}"
    typed, numbers = {"body": TYPED, "name": "Lena"}, iter(range(1000))
    here, answer = "/articles/old-maps", f"/comments/{comment.id}"
    return {
        "post": lambda: client.post(f"{here}/comments", data={**typed, "body": f"{TYPED} {next(numbers)}"}),
        "preview": lambda: client.post(f"{here}/previews", data=typed),
        "edit": lambda: client.post(f"{mine}/edit", data={"body": f"{TYPED} {next(numbers)}"}),
        "report": lambda: client.post(f"{answer}/reports", data={"body": TYPED, "about": "other"}),
        "heart": lambda: client.post(f"{answer}/hearts"),
        "sign-in": lambda: client.post("/sign-in", data={"email": "ana@example.org", "password": "wrong"}),
        "forgotten place": lambda: client.post("/sign-in/forgotten", data={"email": "nobody@example.org"}),
        "link": lambda: client.post(f"{mine}/link"),
    }


@pytest.mark.parametrize(("whose", "known"), [("post place", True), ("post", True), ("post", False)])
def test_who_is_beyond_a_limit_costs_no_rendering(
    cast: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, whose: str, known: bool
) -> None:
    """A network, a person known by a cookie, and one who sends no cookie back: none has their words parsed first."""
    assert cast.article
    form = {"body": CALM, "name": "Lena"}
    for number in range(2):  # the first is counted by name and network, the second by its cookie
        sent = client.post("/articles/old-maps/comments", data={**form, "body": f"{CALM} {number}"})
        assert sent.status_code == 303
        if not known:
            client.delete_cookie("attune-guest")
    begin_write()
    db.session.query(Rate).filter(Rate.key.startswith(f"{whose}:")).update({"count": 60})
    db.session.commit()
    monkeypatch.setattr("service.comments.actions.render_comment", lambda source: pytest.fail("it was rendered"))
    monkeypatch.setattr("service.reader.views.article_html", lambda *_asked: pytest.fail("all of the page was made"))
    refused = client.post("/articles/old-maps/comments", data={**form, "body": TYPED})
    assert refused.status_code == 429
    assert "It took me an hour" in refused.text
    assert 'name="body"' in refused.text, "it can be sent again from there"


NOT_HERE = [
    "https://elsewhere.example", "//elsewhere.example", "///elsewhere.example", "////elsewhere.example", "/\\elsewhere.example",
    "\\/elsewhere.example", "\\\\elsewhere.example", "/\\/elsewhere.example", "/%5celsewhere.example/..//", "http:elsewhere.example",
    "https:/elsewhere.example", "javascript:go()", "java\nscript:go()", "data:text/html,go", "/\t/elsewhere.example", "/\n/elsewhere.example",
    "\t//elsewhere.example", " //elsewhere.example", "/ /elsewhere.example", "//elsewhere.example@localhost", "https://localhost@elsewhere.example",
    "//elsewhere.example/%2f..", "/../../..//elsewhere.example", ".//elsewhere.example", "elsewhere.example", "@elsewhere.example", "?next=//elsewhere.example",
    "/\u2028/elsewhere.example", "／／elsewhere.example", "/\x00/elsewhere.example", "/moderation\r\nSet-Cookie: a=b", "/moderation\nLocation: //elsewhere.example",
]  # fmt: skip


@pytest.mark.parametrize("target", NOT_HERE)
def test_no_redirect_leads_away(cast: Cast, target: str) -> None:
    assert cast.ana
    browser = cast.browser()
    page = f"/sign-in?next={quote(target.encode('utf-8', 'replace'), safe='')}"
    sent = browser.post(page, data={"email": "ana@example.org", "password": PASSWORD})
    assert sent.status_code == 303
    assert re.match(r"/(?![/\\])[!-~]*$", sent.location), sent.location
    assert len(sent.headers.getlist("Set-Cookie")) == 2
    browser.get(f"/sign-in?next={quote(target.encode('utf-8', 'replace'), safe='')}")


@pytest.mark.parametrize("path", ["/articles//old", "//articles/old", "/moderation//team"])
def test_no_redirect_leads_to_the_host_that_a_request_names(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url="http://elsewhere.example", headers={"X-Forwarded-Host": "other.example"})
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert "elsewhere" not in answer.text + str(answer.headers)


def test_whatever_names_a_place_to_go_on_to_is_asked_whether_it_is_inside() -> None:
    """Only the sign-in takes one; another would have to be tried above."""
    sources = {path: path.read_text() for path in (ROOT / "service").rglob("*.py")}
    named = r"(?:args|form|values)\.get\(\"(?:next|return|back|onward|redirect|url_to)\""
    found = {path for path, source in sources.items() if re.search(named, source)}
    assert {str(path.relative_to(ROOT)) for path in found} == {"service/accounts/views.py"}
    assert all(
        len(re.findall(named, sources[path])) == len(re.findall(rf"inside\(request\.{named}", sources[path]))
        for path in found
    )


@pytest.mark.parametrize("fields", [2_000, 20_000])
def test_a_form_of_very_many_fields_is_no_burden(cast: Cast, client: FlaskClient, fields: int) -> None:
    assert cast.article
    body = "&".join(f"f{number}=x" for number in range(fields))
    kind = "application/x-www-form-urlencoded"
    sent = client.post("/articles/old-maps/comments", data=f"body=Words.&name=Lena&{body}", content_type=kind)
    assert sent.status_code in (303, 413)


def test_parts_of_a_form_without_end_are_refused(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    part = '--x\r\nContent-Disposition: form-data; name="f"\r\n\r\ny\r\n'
    kind = "multipart/form-data; boundary=x"
    sent = client.post("/articles/old-maps/comments", data=part * 2_000 + "--x--\r\n", content_type=kind)
    assert sent.status_code == 413
    file = '--x\r\nContent-Disposition: form-data; name="body"; filename="../../a.html"\r\n\r\nwords\r\n--x--\r\n'
    assert client.post("/articles/old-maps/comments", data=file, content_type=kind).status_code == 422


@pytest.mark.parametrize(
    ("field", "text"), [("name", "x" * 81), ("body", "x" * 5001), ("email", "x" * 300 + "@example.org")]
)
def test_what_is_too_long_is_refused_and_comes_back_and_is_never_cut(
    cast: Cast, client: FlaskClient, field: str, text: str
) -> None:
    assert cast.article
    form = {"body": TYPED, "name": "Lena", field: text}
    sent = client.post("/articles/old-maps/comments", data=form)
    assert sent.status_code == 422
    assert text in sent.text
    assert db.session.query(Comment).count() == 0


def test_a_conversation_can_go_on_and_on(cast: Cast, client: FlaskClient) -> None:
    """Fifty-five answers below each other are drawn, the last as the first."""
    comment = cast.says(cast.tove, CALM)
    for number in range(55):
        comment = cast.says(cast.reader(), f"Answer {number}.", to=comment)
    assert comment.shown
    page = client.get(f"/comments/{comment.id}", follow_redirects=True)
    assert page.status_code == 200
    assert "Answer 54." in page.text


def test_links_cannot_be_guessed(cast: Cast, client: FlaskClient) -> None:
    """Two hundred guesses find nothing, each is answered alike, and none of them writes."""
    cast.says(cast.tove, CALM)
    keys = current_keys()
    right = keys.sign(MINE, "1")
    value, stamp, signature = right.split(".")
    answers = set()
    for number in range(200):
        guess = f"{value}.{stamp}.{signature[:-4]}{number:04d}"
        answer = client.get(f"/my/{guess}")
        answers.add((answer.status_code, len(answer.text)))
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert client.get(f"/my/{right}").status_code == 200


@pytest.mark.full
@pytest.mark.parametrize("known", [True, False])
def test_ten_thousand_posts_from_one_address_cost_next_to_nothing(
    cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Only as many are taken as one address may send, no more are rendered, and somebody else reads and writes."""
    assert cast.article
    rendered = count(1)
    render = actions.render_comment
    monkeypatch.setattr(actions, "render_comment", lambda source: (next(rendered), render(source))[1])
    flood, answers = cast.browser(), Counter[int]()
    for number in range(10_000):
        form = {"body": "> - " * 900 + str(number), "name": f"Flood {number}"}
        answers[flood.post("/articles/old-maps/comments", data=form).status_code] += 1
        if not known:
            flood.delete_cookie("attune-guest")
    assert answers == {303: 11 if known else 60, 429: 9_989 if known else 9_940}  # the first of them had no cookie
    assert next(rendered) <= 70
    assert db.session.query(Comment).count() == answers[303]
    other = cast.browser()
    other.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert other.get("/articles/old-maps").status_code == 200
    assert other.post("/articles/old-maps/comments", data={"body": CALM, "name": "Tove"}).status_code == 303
