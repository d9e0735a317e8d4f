"""The pages of phrases: add one, look at what it would do, save, take it back; two people at once; at a terminal."""

import csv
import html
import json
import re
from io import StringIO
from pathlib import Path

import pytest
import yaml
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.core.db import db
from service.moderation.phrases.models import PhraseRun
from service.triage.levels import Level
from service.triage.phrases.queries import book, changes_of, refresh, shipped
from service.triage.queries import latest_scan
from tests.cast import Cast, token_in
from tests.moderation.test_phrase_runs import NO_COPING, answer, cope, off, work

pytestmark = pytest.mark.db

TYPED = {
    "pattern": "the Cloud sits",
    "family": "exhaustion",
    "language": "en",
    "level": "support",
    "weight": "1",
    "exceptions": "weather",
    "why": "They say <i>so</i>.",
    "days": "90",
    "seen": "0",
}


def send(browser: FlaskClient, path: str, **form: str) -> TestResponse:
    token = token_in(browser.get("/moderation/phrases"))
    return browser.post(f"/moderation/phrases/{path}", data={"csrf_token": token, **form})


def runs_waiting() -> int:
    return db.session.query(PhraseRun).filter_by(state="waiting").count()


def own() -> list[object]:
    refresh()
    found = [phrase for phrase in book().values() if phrase.is_own]
    db.session.rollback()
    return list(found)


def test_a_phrase_is_added_looked_at_saved_and_taken_back(cast: Cast) -> None:
    comment = cast.says(cast.tove, "The cloud sits here.")
    browser = cast.browser(cast.mara)
    looked = send(browser, "new", **TYPED)
    assert looked.status_code == 303
    page = browser.get(looked.location).text
    assert "It begins within a few seconds." in page
    assert "Look again" in page
    assert browser.get(f"{looked.location}/progress").json["over"] is False  # type: ignore[index]
    assert own() == []
    work()
    page = browser.get(looked.location).text
    assert "Newly found: 1" in page
    assert f"/moderation/comments/{comment.id}" in page
    assert "Please look twice." not in page
    number = looked.location.rpartition("/")[2]
    saved = send(browser, f"dry-runs/{number}/uses")
    assert saved.status_code == 303
    assert "Saved. Every new comment is read by it from now on." in browser.get(saved.location).text
    assert [phrase.pattern for phrase in own()] == ["the cloud sits"]  # type: ignore[attr-defined]
    assert "Open comments are being read again" in browser.get("/moderation/phrases").text
    work()
    assert latest_scan(comment.id).level is Level.SUPPORT  # type: ignore[union-attr]
    history = browser.get("/moderation/phrases/history").text
    assert "They say &lt;i&gt;so&lt;/i&gt;." in history
    [change] = changes_of(cast.site_id)
    undone = send(browser, f"changes/{change.id}/undos")
    assert send(browser, f"dry-runs/{undone.location.rpartition('/')[2]}/uses").status_code == 303
    assert own() == []


def test_what_was_typed_is_given_back_after_a_mistake(cast: Cast) -> None:
    browser = cast.browser(cast.ana)
    for wrong, said in (
        ({"why": ""}, "Please say in a few words why."),
        ({"pattern": "(cloud"}, "A bracket needs its pair"),
        ({"weight": "heavy"}, "A weight is a number"),
        ({"level": "none"}, "Please say what it counts as."),
        ({"exceptions": "(x"}, "A bracket needs its pair"),
        ({"family": "model"}, "Please choose a family"),
    ):
        sent = send(browser, "new", **{**TYPED, **wrong})
        page = html.unescape(sent.text)
        assert sent.status_code == 422
        assert said in page
        assert (wrong.get("pattern") or TYPED["pattern"]) in page
    assert db.session.query(PhraseRun).count() == 0


def test_a_grave_phrase_is_looked_at_twice(cast: Cast) -> None:
    [grave, *_] = [phrase for phrase in shipped().values() if phrase.now.level is Level.CRISIS]
    browser = cast.browser(cast.ana)
    form = {"level": "crisis", "weight": "1", "state": "off", "why": "Too often.", "seen": "0"}
    looked = send(browser, f"entries/{grave.key}", **form)
    page = browser.get(looked.location).text
    assert "Please look twice." in page
    assert "may wait unseen" in page
    number = looked.location.rpartition("/")[2]
    refused = send(browser, f"dry-runs/{number}/uses")
    assert refused.status_code == 422
    assert "Please say that you mean it." in refused.text
    assert send(browser, f"dry-runs/{number}/uses", sure="yes").status_code == 303


def test_two_people_at_once_compare_and_nothing_typed_is_lost(cast: Cast) -> None:
    [phrase, *_] = cope()
    mara, ana = cast.browser(cast.mara), cast.browser(cast.ana)
    form = {"level": "support", "weight": "0.4", "why": "Half as much.", "seen": "0"}
    looked = send(mara, f"entries/{phrase.key}", **form)
    other = send(ana, f"entries/{phrase.key}", **{**form, "state": "off", "why": "It is a song."})
    send(ana, f"dry-runs/{other.location.rpartition('/')[2]}/uses")
    number = looked.location.rpartition("/")[2]
    late = send(mara, f"dry-runs/{number}/uses")
    assert late.status_code == 409
    for words in ("Ana Brandt has changed this phrase", "It is a song.", "Half as much.", "Try mine again"):
        assert words in late.text
    again = send(mara, f"dry-runs/{number}/repeats")
    assert send(mara, f"dry-runs/{again.location.rpartition('/')[2]}/uses").status_code == 303
    refresh()
    assert book()[phrase.key].now.weight == 0.4
    stale = send(ana, f"entries/{phrase.key}", **{**form, "weight": "1.5", "why": "More."})
    assert stale.status_code == 409
    assert "Dr. Mara Lindqvist" in stale.text
    assert 'value="1.5"' in stale.text
    [seen] = re.findall(r'name="seen" value="(\d+)"', stale.text)
    assert int(seen) == changes_of(cast.site_id)[0].id


def test_a_dry_run_can_be_stopped_on_its_page(cast: Cast) -> None:
    browser = cast.browser(cast.ana)
    looked = send(browser, "new", **TYPED)
    number = looked.location.rpartition("/")[2]
    assert send(browser, f"dry-runs/{number}/cancellations").status_code == 303
    assert "Stopped here." in browser.get(looked.location).text
    assert browser.get(f"{looked.location}/progress").json["over"] is True  # type: ignore[index]


def test_a_version_is_brought_back_on_its_page(cast: Cast) -> None:
    browser = cast.browser(cast.ana)
    looked = send(browser, "new", **TYPED)
    send(browser, f"dry-runs/{looked.location.rpartition('/')[2]}/uses")
    back = send(browser, "versions/0/returns")
    assert "not there" in browser.get(back.location).text
    send(browser, f"dry-runs/{back.location.rpartition('/')[2]}/uses")
    assert own() == []
    assert send(browser, "versions/0/returns").status_code == 422
    [_, first] = changes_of(cast.site_id)
    assert send(browser, f"changes/{first.id}/undos").status_code == 409


def test_authors_see_words_of_their_own_pages_alone(cast: Cast) -> None:
    comment = cast.says(cast.tove, "The cloud sits here.")
    browser = cast.browser(cast.other_author)
    looked = send(browser, "new", **TYPED)
    work()
    page = browser.get(looked.location).text
    assert "Newly found: 1" in page
    assert "One more is on a page of somebody else." in page
    assert f"/moderation/comments/{comment.id}" not in page


def test_one_phrase_says_where_it_was_found(cast: Cast) -> None:
    comment = cast.says(cast.tove, NO_COPING)
    answer(cast, comment)
    [phrase, *_] = [off(each) for each in cope()]
    page = cast.browser(cast.mara).get(f"/moderation/phrases/entries/{phrase.key}").text
    assert f"/moderation/comments/{comment.id}" in page
    assert "needed none" in page
    assert (
        "In no comment that you may see."
        in cast.browser(cast.other_author).get(f"/moderation/phrases/entries/{phrase.key}").text
    )
    assert cast.browser(cast.ana).get("/moderation/phrases/entries/none").status_code == 404


def test_the_same_acts_at_a_terminal(cast: Cast, tmp_path: Path) -> None:
    runner = cast.app.test_cli_runner()
    db.session.rollback()

    def triage(*words: str, code: int = 0) -> str:
        result = runner.invoke(args=["triage", "phrases", *words])
        assert result.exit_code == code, result.output
        return str(result.output)

    cast.says(cast.tove, "The cloud sits here.")
    ana = ("--by", "ana@example.org", "--why", "They say so.")
    assert cast.ana.id
    db.session.rollback()
    tried = triage("add", "cloud sits", "--family", "exhaustion", *ana, "--dry-run")
    assert "found: 1" in tried
    assert own() == []
    assert "Saved as version 1." in triage("add", "cloud sits", "--family", "exhaustion", "--except", "weather", *ana)
    listed = [json.loads(line) for line in triage("list", "--state", "own", "--json").splitlines()]
    assert [(row["pattern"], row["exceptions"]) for row in listed] == [("cloud sits", ["weather"])]
    exported = triage("export")
    [row] = yaml.safe_load(exported)
    [same] = list(csv.DictReader(StringIO(triage("export", "--format", "csv"))))
    assert (row["key"], row["is_on"], same["key"], same["is_on"]) == (same["key"], True, row["key"], "yes")
    assert "Saved as version 2." in triage("off", row["key"], *ana)
    (tmp_path / "back.yaml").write_text(exported)
    (tmp_path / "now.csv").write_text(triage("export", "--format", "csv"))
    assert "Nothing was changed." in triage("dry-run", str(tmp_path / "back.yaml"), "--by", "ana@example.org")
    assert "already" in triage("dry-run", str(tmp_path / "now.csv"), "--by", "ana@example.org", code=1)
    assert "Saved as version 3." in triage("import", str(tmp_path / "back.yaml"), *ana)
    assert triage("history").count("Ana Brandt") == 3
    assert "why" in triage("off", row["key"], "--by", "ana@example.org", code=1)
    assert "Nobody here" in triage("off", row["key"], "--by", "nobody@example.org", "--why", "x", code=1)
    [grave, *_] = [phrase.key for phrase in shipped().values() if phrase.now.level is Level.CRISIS]
    assert "mean it" in triage("off", grave, *ana, code=1)
    assert "Saved" in triage("off", grave, *ana, "--sure")
    (tmp_path / "bad.yaml").write_text("- {level: loud}")
    assert "Phrase 1 of the file" in triage("import", str(tmp_path / "bad.yaml"), *ana, code=1)
    triage("work")
    assert runs_waiting() == 0


def test_what_was_saved_before_anything_was_looked_at_claims_nothing(cast: Cast) -> None:
    cast.says(cast.tove, "The cloud sits here.")
    browser = cast.browser(cast.mara)
    started = send(browser, "new", **TYPED).location
    used = send(browser, started.removeprefix("/moderation/phrases/") + "/uses")
    page = browser.get(used.location).text
    assert "No comment was looked at." in page
    for claim in ("Newly found", "Newly missed", "would come in", "It begins"):
        assert claim not in page


def test_a_file_from_a_spreadsheet_is_read_whatever_its_country(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "ours.csv"
    head, row = (
        "key;language;family;pattern;level;weight;is_on;exceptions",
        ";en;exhaustion;cloud sits;support;0,7;yes;",
    )
    file.write_bytes(f"\ufeff{head}\r\n{row}\r\n".encode())
    assert imported(cast, file) == (0, "Saved as version 1. Open comments are being read again.\n")
    refresh()
    [phrase] = [phrase for phrase in book().values() if phrase.is_own]
    assert (phrase.pattern, phrase.now.weight) == ("cloud sits", 0.7)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("latin.csv", "key,pattern\n,nubes así\n".encode("latin-1"), "not UTF-8"),
        ("other.csv", b"name,colour\ncloud,grey\n", "Phrase 1 of the file cannot be read"),
        ("empty.csv", b"", "how it is already"),
        ("empty.yaml", b"", "A list of phrases is needed"),
        ("broken.yaml", b"- {key: [", "This file cannot be read"),
        ("mapping.yaml", b"key: x", "A list of phrases is needed"),
        (
            "number.yaml",
            b"- {language: en, family: exhaustion, pattern: 7, level: support, weight: 1, is_on: yes}",
            "7",
        ),
        (
            "list.yaml",
            b"- {language: en, family: exhaustion, pattern: [a], level: support, weight: 1, is_on: yes}",
            "a",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_changes_nothing_and_says_why(
    cast: Cast, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    code, output = imported(cast, tmp_path / name)
    assert code == 1
    assert words in output
    assert own() == []


def imported(cast: Cast, file: Path) -> tuple[int, str]:
    runner, mara = cast.app.test_cli_runner(), ("--by", "mara@example.org", "--why", "Ours.")
    assert cast.mara.id
    db.session.rollback()
    done = runner.invoke(args=["triage", "phrases", "import", str(file), *mara])
    return done.exit_code, done.output
