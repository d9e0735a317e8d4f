"""Reply: publishes what was answered, closes the case, withdraws what is unsent, and tells the right people."""

import pytest

from service.articles.actions import set_author
from service.care.queries import case_of
from service.care.transitions import CaseState
from service.comments.actions import edit, withdraw
from service.comments.models import Audience, Comment, Status, Voice
from service.comments.queries import answers_to
from service.core.db import begin_write, db
from service.core.errors import Invalid
from service.moderation.actions import decide, reply
from service.moderation.models import Act
from service.moderation.queries import decisions_on
from service.notifications.models import Channel, Notification, NotificationState
from service.reader.mine import MyState, my_state
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, reading, screen, token_in, version_in
from tests.comments.test_edit import WINDOW

pytestmark = pytest.mark.db


def test_the_authors_reply_publishes_what_it_answers(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    written = answer(cast, comment)
    assert comment.shown
    assert comment.held_at is None
    assert written.shown
    assert (written.voice, written.name, written.user_id) == (Voice.AUTHOR, cast.mara.name, cast.mara.id)
    assert (written.parent_id, written.root_id) == (comment.id, comment.id)
    assert cast.article.comment_count == 2


def test_a_moderators_reply_is_not_the_authors(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, LOW), cast.ana
    begin_write()
    written = reply(ana, comment, "I read this.")
    db.session.commit()
    assert written.voice is Voice.STAFF


def test_it_closes_the_case_and_withdraws_what_is_unsent(cast: Cast) -> None:
    assert cast.ana
    comment = cast.says(cast.tove, LOW, read_as=reading(Level.URGENT))
    answer(cast, comment)
    case = case_of(comment)
    assert case is not None
    assert case.state is CaseState.ANSWERED
    assert case.next_step_at is None
    rows = db.session.query(Notification).all()
    assert {row.recipient_id for row in rows} == {cast.mara.id, cast.ana.id}
    assert {row.recipient_id for row in rows if row.channel is Channel.EMAIL} == {cast.mara.id}
    assert {row.state for row in rows if row.channel is Channel.EMAIL} == {NotificationState.WITHDRAWN}
    assert all(row.read_at is not None for row in rows if row.channel is Channel.IN_APP)


def test_an_edit_that_waited_becomes_public_with_the_reply(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    edit(comment, CRISIS, window=WINDOW)
    db.session.commit()
    screen(comment)
    answer(cast, comment)
    assert comment.public is comment.latest


def test_a_note_for_the_author_is_answered_in_private_and_is_settled(cast: Cast) -> None:
    note = cast.says(cast.tove, LOW, audience="author")
    written = answer(cast, note)
    assert written.audience is Audience.WRITER
    assert not note.shown
    assert not written.shown
    assert note.held_at is None
    assert my_state(note) is MyState.PRIVATE  # and no longer "on its way"
    assert list(answers_to(note)) == [written]
    assert cast.article.comment_count == 0
    case = case_of(note)
    assert case is not None
    assert case.state is CaseState.UNSEEN  # until they open their page


@pytest.mark.parametrize("gone", [Status.HIDDEN, Status.SPAM, Status.WITHDRAWN])
def test_what_is_off_the_page_stays_off_and_the_reply_with_it(cast: Cast, gone: Status) -> None:
    comment, ana = cast.says(cast.tove, LOW), cast.ana
    begin_write()
    if gone is Status.WITHDRAWN:
        withdraw(comment)
    else:
        decide(ana, comment, Act.HIDE if gone is Status.HIDDEN else Act.SPAM, version=comment.version, reason="why")
    db.session.commit()
    written = answer(cast, comment)
    assert comment.status is gone
    assert written.audience is Audience.WRITER
    assert list(answers_to(comment)) == [written]
    assert cast.article.comment_count == 0


def test_staff_can_answer_one_another_on_the_page(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, LOW), cast.ana
    first = answer(cast, comment)
    begin_write()
    second = reply(ana, first, "And we are here at the weekend.")
    db.session.commit()
    assert second.shown
    assert second.parent_id == first.id


@pytest.mark.parametrize("words", ["", " \n ", "x" * 5001])
def test_an_empty_or_endless_reply_changes_nothing(cast: Cast, words: str) -> None:
    comment, mara = cast.says(cast.tove, CRISIS), cast.mara
    begin_write()
    with pytest.raises(Invalid):
        reply(mara, comment, words)
    db.session.rollback()
    assert comment.status is Status.PENDING
    case = case_of(comment)
    assert case is not None
    assert case.state is CaseState.OPEN


def test_it_is_in_the_log(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    answer(cast, comment)
    [row] = decisions_on(comment)
    assert (row.act, row.status_before, row.status_after) == (Act.REPLY, Status.PENDING, Status.PUBLISHED)


def test_through_the_queue_in_a_browser(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    mara = cast.browser(cast.mara)
    page = mara.get(f"/moderation/comments/{comment.id}")
    form = {"csrf_token": token_in(page), "version": version_in(page), "body": "I am *here*.", "lane": "care"}
    sent = mara.post(f"/moderation/comments/{comment.id}/replies", data=form)
    assert (sent.status_code, sent.location) == (303, "/moderation?lane=care")
    article = cast.browser().get("/articles/old-maps").text
    assert "<em>here</em>" in article
    assert f'id="comment-{comment.id}"' in article


def test_from_the_article_page_it_is_the_same_action(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    mara = cast.browser(cast.mara)
    page = mara.get(f"/articles/old-maps?answer={comment.id}")
    form = {"csrf_token": token_in(page), "version": version_in(page), "body": "I am here.", "from": "article"}
    sent = mara.post(f"/moderation/comments/{comment.id}/replies", data=form)
    written = db.session.query(Comment).filter_by(parent_id=comment.id).one()
    assert (sent.status_code, sent.location) == (303, f"/comments/{written.id}")
    case = case_of(comment)
    assert case is not None
    assert case.state is CaseState.ANSWERED


@pytest.mark.parametrize("failure", ["stale", "empty", "token"])
def test_what_was_typed_comes_back_when_it_was_not_sent(cast: Cast, failure: str) -> None:
    comment, ines = cast.says(cast.tove, CRISIS), cast.ines
    mara = cast.browser(cast.mara)
    page = mara.get(f"/moderation/comments/{comment.id}")
    form = {"csrf_token": token_in(page), "version": version_in(page), "body": "Words <i>that</i> must not be lost."}
    if failure == "stale":
        begin_write()
        decide(ines, comment, Act.APPROVE, version=comment.version)
        db.session.commit()
    elif failure == "empty":
        form["body"] = "x" * 5001
    else:
        form["csrf_token"] = "forged"
    sent = mara.post(f"/moderation/comments/{comment.id}/replies", data=form)
    assert sent.status_code == {"stale": 409, "empty": 422, "token": 403}[failure]
    kept = form["body"].replace("<", "&lt;").replace(">", "&gt;")
    assert f"{kept}</textarea>" in sent.text
    assert ("Ines Varga has published this comment." in sent.text) == (failure == "stale")
    assert db.session.query(Comment).filter_by(parent_id=comment.id).count() == 0


def test_an_author_cannot_answer_on_somebody_elses_article(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    olga = cast.browser(cast.other_author)
    token = token_in(olga.get("/moderation"))
    form = {"csrf_token": token, "version": str(comment.version), "body": "Not mine to answer."}
    assert olga.get(f"/moderation/comments/{comment.id}").status_code == 404
    assert olga.post(f"/moderation/comments/{comment.id}/replies", data=form).status_code == 404
    assert db.session.query(Comment).count() == 1


def test_an_article_without_an_author_is_answered_by_moderators(cast: Cast) -> None:
    begin_write()
    set_author(cast.article, None, "Somebody who left")
    db.session.commit()
    comment, ana = cast.says(cast.tove, LOW), cast.ana
    assert cast.browser(cast.mara).get(f"/moderation/comments/{comment.id}").status_code == 404
    begin_write()
    assert reply(ana, comment, "I read this.").voice is Voice.STAFF
    db.session.rollback()


def answer(cast: Cast, parent: Comment) -> Comment:
    mara = cast.mara
    begin_write()
    written = reply(mara, parent, "I read this.")
    db.session.commit()
    return written
