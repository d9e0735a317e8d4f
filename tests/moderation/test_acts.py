"""Acts through HTTP: each of them from the page of a comment, undone by the button that the next page shows."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.errors import Conflict
from service.moderation.actions import decide, reply
from service.moderation.decision_log import PAGE_SIZE
from service.moderation.models import Act, Decision
from service.moderation.queries import decisions_on
from service.moderation.undoing import undo
from tests.cast import CALM, CRISIS, LOW, Cast, token_in, version_in
from tests.conftest import Clock

pytestmark = pytest.mark.db

FORMS: dict[str, dict[str, str]] = {
    "approve": {},
    "hide": {"reason": "names a street"},
    "spam": {"reason": "an advertisement"},
    "dismiss": {"reason": "a quotation"},
    "mask": {"concern": "method", "passage": "the pills", "publish": "1"},
    "ask to edit": {"concern": "private", "message": "Could you take the street out?"},
    "hand over": {"reason": "You know her.", "owner": ""},
    "snooze": {"until": "hour", "reason": "waits for the author"},
    "note": {"note": "Asked for the clinic's hours.", "about": "person", "days": "30"},
}


@pytest.mark.parametrize("act", FORMS)
def test_each_act_and_the_button_that_undoes_it(cast: Cast, act: str) -> None:
    comment, ines = cast.says(cast.tove, CRISIS), cast.ines
    ana = cast.browser(cast.ana)
    page = ana.get(f"/moderation/comments/{comment.id}")
    assert f'data-act="{act}"' in page.text
    form = {"csrf_token": token_in(page), "version": version_in(page), "act": act, "to": str(ines.id), **FORMS[act]}
    sent = ana.post(f"/moderation/comments/{comment.id}/decisions?lane=held", data=form)
    assert sent.status_code == 303, sent.text
    following = ana.get(sent.location)
    assert 'role="status"' in following.text
    undo = re.search(r'action="(/moderation/decisions/\d+/undoings[^"]*)"', following.text)
    assert undo, following.text
    back = ana.post(unescape(undo[1]), data={"csrf_token": token_in(page)})
    assert back.status_code == 303
    assert "Undone." in ana.get(back.location).text
    assert [row.act.value for row in decisions_on(comment)] == [act, "undo"]


def test_a_note_for_the_author_is_marked_as_read_and_not_said_to_be_published(cast: Cast) -> None:
    note, browser = cast.says(cast.tove, CALM, audience="author"), cast.browser(cast.ana)
    page = browser.get(f"/moderation/comments/{note.id}")
    sent = {"act": "approve", "version": version_in(page), "csrf_token": token_in(page)}
    browser.post(f"/moderation/comments/{note.id}/decisions", data=sent)
    assert "You marked <bdi>Tove</bdi>’s note as read." in browser.get("/moderation").text


def test_what_reaches_others_has_no_button_to_undo_it(cast: Cast) -> None:
    comment, _ines = cast.says(cast.tove, CRISIS), cast.ines
    ana = cast.browser(cast.ana)
    page = ana.get(f"/moderation/comments/{comment.id}")
    form = {"csrf_token": token_in(page), "version": version_in(page), "act": "escalate", "reason": "I know her."}
    sent = ana.post(f"/moderation/comments/{comment.id}/decisions", data=form)
    text = ana.get(sent.location).text
    assert "The next ones are told" in text
    assert "/undoings" not in text


def test_an_answer_that_is_undone_is_in_the_box_again(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CRISIS)
    mara = cast.browser(cast.mara)
    page = mara.get(f"/moderation/comments/{comment.id}")
    form = {"csrf_token": token_in(page), "version": version_in(page), "body": "I read <i>this</i> twice."}
    sent = mara.post(f"/moderation/comments/{comment.id}/replies", data=form)
    following = mara.get(sent.location)
    undo = re.search(r'action="(/moderation/decisions/\d+/undoings[^"]*)"', following.text)
    assert undo
    back = mara.post(unescape(undo[1]), data={"csrf_token": token_in(page)})
    assert "I read &lt;i&gt;this&lt;/i&gt; twice.</textarea>" in mara.get(back.location).text
    assert f'id="comment-{comment.id}"' not in cast.browser().get("/articles/old-maps").text


def test_the_toast_stays_until_the_next_act_and_offers_no_undo_that_is_too_late(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, LOW)
    mara = cast.browser(cast.mara)
    page = mara.get(f"/moderation/comments/{comment.id}")
    form = {"csrf_token": token_in(page), "version": version_in(page), "body": "I am here."}
    mara.post(f"/moderation/comments/{comment.id}/replies", data=form)
    for _page in range(2):
        assert "/undoings" in mara.get("/moderation").text
    still_clock.move(seconds=31)
    text = mara.get("/moderation").text
    assert "You answered" in text
    assert "/undoings" not in text
    still_clock.move(minutes=10)
    assert "You answered" not in mara.get("/moderation").text


@pytest.mark.parametrize("act", ["hide", "note", "reply"])
def test_who_comes_second_sees_what_the_other_did_beside_the_own_words(cast: Cast, act: str) -> None:
    comment, ines = cast.says(cast.tove, CRISIS), cast.ines
    ana = cast.browser(cast.ana)
    page = ana.get(f"/moderation/comments/{comment.id}")
    begin_write()
    reply(ines, comment, "I am *here* on Thursday.", version=comment.version)
    db.session.commit()
    form = {"csrf_token": token_in(page), "version": version_in(page)}
    if act == "reply":
        late = ana.post(f"/moderation/comments/{comment.id}/replies", data={**form, "body": "My own words."})
        assert "Add it as a second answer" in late.text
        again = {"csrf_token": token_in(page), "version": version_in(late), "body": "My own words."}
        assert ana.post(f"/moderation/comments/{comment.id}/replies", data=again).status_code == 303
    else:
        late = ana.post(
            f"/moderation/comments/{comment.id}/decisions", data={**form, "act": act, "reason": "My own words."}
        )
    if act == "note":
        assert late.status_code == 422  # a note without words; it minds nobody's act
        return
    assert late.status_code == 409
    assert "Ines Varga</bdi> was a little faster" in late.text
    assert "I am <em>here</em> on Thursday." in late.text
    assert "My own words." in late.text


def test_words_that_came_too_late_can_be_kept_as_a_note(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    ana = cast.browser(cast.ana)
    page = ana.get(f"/moderation/comments/{comment.id}")
    form = {"csrf_token": token_in(page), "version": version_in(page), "act": "note", "body": "What I would have said."}
    assert ana.post(f"/moderation/comments/{comment.id}/decisions", data=form).status_code == 303
    assert "What I would have said." in ana.get(f"/moderation/comments/{comment.id}").text


@pytest.mark.parametrize("act", ["hide", "reply"])
def test_a_double_click_is_one_click(cast: Cast, act: str) -> None:
    comment = cast.says(cast.tove, CALM)
    ana = cast.browser(cast.ana)
    page = ana.get(f"/moderation/comments/{comment.id}")
    form = {"csrf_token": token_in(page), "version": version_in(page), "act": act, "reason": "why", "body": "Here."}
    for _click in range(2):
        where = "replies" if act == "reply" else "decisions"
        assert ana.post(f"/moderation/comments/{comment.id}/{where}", data=form).status_code == 303
    assert len(decisions_on(comment)) == 1


def test_the_list_of_decisions_is_narrowed_down_paged_and_seen_by_whom_it_concerns(cast: Cast) -> None:
    comment, ana, ines, olga = cast.says(cast.tove, CALM), cast.ana, cast.ines, cast.other_author
    begin_write()
    for number in range(PAGE_SIZE):
        act = Act.HIDE if number % 2 == 0 else Act.RESTORE
        decide(ana, comment, act, version=comment.version, reason=f"reason {number}")
    decide(ines, comment, Act.HIDE, version=comment.version, reason="of Ines")
    db.session.commit()
    browser = cast.browser(ana)
    first = browser.get("/moderation/decisions").text
    assert "of Ines" in first
    assert "reason 0<" not in first
    earlier = re.search(r'href="(/moderation/decisions\?before=\d+)"', first)
    assert earlier
    assert "reason 0<" in browser.get(earlier[1]).text
    assert "of Ines" not in browser.get(f"/moderation/decisions?by={ana.id}").text
    assert "reason 1<" not in browser.get("/moderation/decisions?act=hide").text
    assert "Nothing has been decided yet" in cast.browser(olga).get("/moderation/decisions").text
    assert cast.browser(olga).post(
        f"/moderation/decisions/{decisions_on(comment)[0].id}/undoings", data={"csrf_token": "x"}
    ).status_code in (403, 404)


@pytest.mark.parametrize("deed", ["hide and publish", "two answers", "two undo"])
def test_of_two_at_once_exactly_one_succeeds(cast: Cast, app: Flask, database_kind: str, deed: str) -> None:
    comment, ana, ines = cast.says(cast.tove, CRISIS), cast.ana, cast.ines
    number, version, people = comment.id, comment.version, (ana.id, ines.id)
    if deed == "two undo":
        begin_write()
        done = decide(ana, comment, Act.HIDE, version=version, reason="a street").id
    db.session.commit()
    start, results = threading.Barrier(2, timeout=10), []

    def act(user_id: int, do: Callable[..., object]) -> None:
        with app.app_context():
            begin_write()
            user, mine = db.session.get_one(type(ana), user_id), db.session.get_one(Comment, number)
            if database_kind == "postgresql":
                start.wait()  # both have read the same version; on SQLite the second cannot even begin
            try:
                do(user, mine)
                db.session.commit()
                results.append("done")
            except Conflict as refused:
                db.session.rollback()
                results.append(str(refused))
            db.session.remove()

    deeds = {
        "hide and publish": (
            lambda user, mine: decide(user, mine, Act.HIDE, version=version, reason="a street"),
            lambda user, mine: decide(user, mine, Act.APPROVE, version=version),
        ),
        "two answers": (
            lambda user, mine: reply(user, mine, "One.", version=version),
            lambda user, mine: reply(user, mine, "Two.", version=version),
        ),
        "two undo": (lambda user, _mine: undo_it(user, done),) * 2 if deed == "two undo" else (),
    }[deed]
    threads = [threading.Thread(target=act, args=pair) for pair in zip(people, deeds, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    db.session.rollback()
    assert sorted(results, key=lambda result: result != "done")[0] == "done"
    assert results.count("done") == 1
    [refusal] = [result for result in results if result != "done"]
    assert "Ana Brandt has" in refusal or "Ines Varga has" in refusal
    answers = db.session.scalars(select(Comment.id).where(Comment.parent_id == number)).all()
    assert len(answers) == (deed == "two answers")
    assert len(decisions_on(comment)) == (2 if deed == "two undo" else 1)


def undo_it(user: object, decision_id: int) -> None:
    undo(user, db.session.get_one(Decision, decision_id), window=timedelta(0))  # type: ignore[arg-type]
