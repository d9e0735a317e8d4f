"""Phrases as JSON: the same acts by the same rules, for whoever is signed in, with the token of their session."""

import csv
import json
from io import StringIO

import pytest
import yaml
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.core.db import begin_write, db
from service.moderation.actions import reply
from service.triage.phrases.queries import book, changes_of, refresh, shipped
from tests.cast import Cast
from tests.moderation.test_phrase_pages import own
from tests.moderation.test_phrase_runs import NO_COPING, cope, work

pytestmark = pytest.mark.db
API = "/api/v1/phrases"
CLOUD = {"language": "en", "family": "exhaustion", "pattern": "cloud sits", "level": "support"}


def act(browser: FlaskClient, path: str, *, token: str | None = None, **sent: object) -> TestResponse:
    token = browser.get(f"{API}/history").headers["X-CSRFToken"] if token is None else token
    return browser.post(f"{API}{path}", json=sent, headers={"X-CSRFToken": token})


def added(browser: FlaskClient, **row: object) -> TestResponse:
    run = act(browser, "/dry-runs", changes=[CLOUD | row], why="They say so.").get_json()
    work()
    return act(browser, f"/dry-runs/{run['id']}/uses")


def test_a_phrase_is_added_from_its_dry_run(cast: Cast) -> None:
    comment, browser = cast.says(cast.tove, "The cloud sits here."), cast.browser(cast.mara)
    started = act(browser, "/dry-runs", changes=[CLOUD], why="They say so.")
    assert (started.status_code, started.get_json()["state"]) == (202, "waiting")
    work()
    found = browser.get(started.location).get_json()
    assert (found["state"], found["looked_at"], own()) == ("done", 1, [])
    assert found["found"]["found"]["samples"] == [{"comment": comment.id, "before": "none", "after": "support"}]
    used = act(browser, f"/dry-runs/{found['id']}/uses")
    assert used.get_json()["saved"] == changes_of(cast.site_id)[0].id
    [shown] = browser.get(f"{API}?q=cloud sits&state=own").get_json()["phrases"]
    assert (shown["pattern"], shown["level"], shown["is_on"], shown["own"]) == ("cloud sits", "support", True, True)
    [change] = browser.get(f"{API}/history").get_json()["changes"]
    assert (change["by"], change["why"], change["key"]) == (cast.mara.name, "They say so.", shown["key"])


def test_of_a_known_phrase_only_what_is_sent_is_changed(cast: Cast) -> None:
    browser, phrase = cast.browser(cast.ana), cope()[0]
    run = act(browser, "/dry-runs", changes=[{"key": phrase.key, "weight": 0.7}], why="Too much.").get_json()
    assert list(run["changes"]) == [phrase.key]
    assert act(browser, f"/dry-runs/{run['id']}/uses").status_code == 200
    refresh()
    assert (book()[phrase.key].now.weight, book()[phrase.key].now.level) == (0.7, shipped()[phrase.key].now.level)


def test_what_a_bad_change_would_miss_is_said_and_grave_words_need_to_be_meant(cast: Cast) -> None:
    comment, browser = cast.says(cast.tove, NO_COPING), cast.browser(cast.mara)
    begin_write()
    reply(cast.ana, comment, "I read this twice. What would help this week?")
    db.session.commit()
    off = act(
        browser, "/dry-runs", changes=[{"key": each.key, "is_on": False} for each in cope()], why="Too often."
    ).get_json()
    work()
    missed = browser.get(f"{API}/dry-runs/{off['id']}").get_json()["found"]["missed"]
    assert (missed["number"], missed["samples"][0]["comment"]) == (1, comment.id)
    grave = next(phrase for phrase in shipped().values() if phrase.now.level == "crisis")
    run = act(browser, "/dry-runs", changes=[{"key": grave.key, "is_on": False}], why="Too often.").get_json()
    refused = act(browser, f"/dry-runs/{run['id']}/uses")
    assert (refused.status_code, refused.get_json()["field"]) == (422, "sure")
    assert act(browser, f"/dry-runs/{run['id']}/uses", sure=True).status_code == 200


def test_somebody_else_was_faster(cast: Cast) -> None:
    mara, ana, key = cast.browser(cast.mara), cast.browser(cast.ana), cope()[0].key
    mine = act(mara, "/dry-runs", changes=[{"key": key, "weight": 0.5}], why="Weigh it less.").get_json()
    theirs = act(ana, "/dry-runs", changes=[{"key": key, "weight": 0.9}], why="A little.").get_json()
    assert act(ana, f"/dry-runs/{theirs['id']}/uses").status_code == 200
    refused = act(mara, f"/dry-runs/{mine['id']}/uses")
    assert refused.status_code == 409
    [change] = refused.get_json()["theirs"]
    assert (change["by"], change["after"]["weight"]) == (cast.ana.name, 0.9)
    stale = act(mara, "/dry-runs", changes=[{"key": key, "weight": 0.5}], why="Weigh it less.", seen={key: 0})
    assert stale.status_code == 409


def test_a_dry_run_is_cancelled_and_versions_come_back(cast: Cast) -> None:
    browser = cast.browser(cast.mara)
    version = added(browser).get_json()["saved"]
    run = act(browser, f"/changes/{version}/undos").get_json()
    assert act(browser, f"/dry-runs/{run['id']}/cancellations").get_json()["state"] == "cancelled"
    assert len(own()) == 1
    back = act(browser, "/versions/0/returns").get_json()
    assert act(browser, f"/dry-runs/{back['id']}/uses").status_code == 200
    assert own() == []
    assert act(browser, "/changes/4711/undos").status_code == 404


def test_what_is_exported_can_be_sent_again(cast: Cast) -> None:
    browser = cast.browser(cast.mara)
    added(browser, exceptions=["weather"])
    rows = browser.get(f"{API}/export").get_json()
    assert yaml.safe_load(browser.get(f"{API}/export?format=yaml").text) == rows
    assert [row["key"] for row in csv.DictReader(StringIO(browser.get(f"{API}/export?format=csv").text))] == [
        row["key"] for row in rows
    ]
    assert len(browser.get(f"{API}/export?all").get_json()) == len(book())
    same = act(browser, "/dry-runs", changes=rows, why="Again.")
    assert (same.status_code, same.get_json()["error"]) == (422, "This is how it is already.")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"changes": []},
        {"changes": "cloud sits"},
        {"changes": [7]},
        {"changes": [{"key": "no such"}]},
        {"changes": [{"key": ["x"]}]},
        {"changes": [CLOUD | {"family": "no such"}]},
        {"changes": [CLOUD | {"level": "panic"}]},
        {"changes": [CLOUD | {"weight": float("nan")}]},
        {"changes": [CLOUD | {"weight": 9}]},
        {"changes": [CLOUD | {"pattern": "the"}]},
        {"changes": [CLOUD | {"pattern": ["cloud", {"sits": 1}]}]},
        {"changes": [CLOUD | {"exceptions": [["x"] * 50]}]},
        {"changes": [CLOUD] * 1_001},
        {"changes": [CLOUD], "why": ["x"]},
        {"changes": [CLOUD], "seen": [1]},
        {"changes": [CLOUD], "seen": {"x": "1"}},
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(cast: Cast, sent: dict[str, object]) -> None:
    refused = act(cast.browser(cast.mara), "/dry-runs", **{"why": "They say so.", **sent})
    assert refused.status_code == 422
    assert refused.get_json()["error"]


def test_no_reason_no_dry_run(cast: Cast) -> None:
    refused = act(cast.browser(cast.mara), "/dry-runs", changes=[CLOUD])
    assert (refused.status_code, refused.get_json()["field"]) == (422, "why")


def test_signs_that_no_database_keeps_are_left_out(cast: Cast) -> None:
    browser = cast.browser(cast.mara)
    run = act(browser, "/dry-runs", changes=[CLOUD], why="They\x00 say so.").get_json()
    assert run["why"] == "They say so."


@pytest.mark.parametrize("body", ["[1]", "nonsense", "7", '"x"'])
def test_what_is_no_object_is_refused(cast: Cast, body: str) -> None:
    browser = cast.browser(cast.mara)
    token = browser.get(f"{API}/history").headers["X-CSRFToken"]
    headers = {"X-CSRFToken": token, "Content-Type": "application/json"}
    assert browser.post(f"{API}/dry-runs", data=body, headers=headers).status_code == 422


def test_nobody_is_told_anything_without_signing_in_or_does_anything_without_the_token(cast: Cast) -> None:
    nobody, mara = cast.browser(), cast.browser(cast.mara)
    for path in ("", "/history", "/export", "/dry-runs/1", f"/entries/{cope()[0].key}"):
        answered = nobody.get(f"{API}{path}")
        assert (answered.status_code, answered.get_json()) == (401, {"error": "Please sign in first."})
        assert "X-CSRFToken" not in answered.headers
    refused = act(mara, "/dry-runs", token="", changes=[CLOUD], why="They say so.")
    assert refused.status_code == 403
    assert json.loads(refused.text)["error"]
    elsewhere = mara.post(f"{API}/dry-runs", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403
    db.session.rollback()
    assert own() == []


def test_an_author_sees_counts_of_all_and_comments_of_their_own_pages(cast: Cast) -> None:
    cast.says(cast.tove, "The cloud sits here.")
    other = cast.browser(cast.other_author)
    run = act(other, "/dry-runs", changes=[CLOUD], why="They say so.").get_json()
    work()
    found = other.get(f"{API}/dry-runs/{run['id']}").get_json()["found"]["found"]
    assert (found["number"], found["samples"]) == (1, [])
    answered = other.get(f"{API}?state=own")
    assert answered.headers["Cache-Control"] == "no-store"
