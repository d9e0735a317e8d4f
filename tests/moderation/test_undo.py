"""Undo: everything is as it was before, by a decision that refers to the first, unless somebody has acted since."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.accounts.actions import give_email
from service.accounts.addresses import confirm
from service.care.actions import seen
from service.care.claims import claim
from service.care.queries import case_of
from service.care.transitions import CaseState
from service.care.undoing import FIELDS as CASE_FIELDS
from service.comments.actions import edit
from service.comments.models import Comment, Status
from service.config import current_keys
from service.core import clock
from service.core.changes import picture
from service.core.db import begin_write, db
from service.core.errors import Conflict, Forbidden
from service.moderation.actions import ask_to_edit, decide, give_feedback, reply
from service.moderation.handing import hand_over
from service.moderation.masking import mask
from service.moderation.models import Act, Decision, Verdict
from service.moderation.queries import decisions_on
from service.moderation.record import FIELDS
from service.moderation.snoozing import snooze
from service.moderation.undoing import undo
from service.moderation.wording import Concern
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.triage.levels import Level
from service.triage.queries import latest_scan
from tests.cast import CALM, CRISIS, LOW, Cast
from tests.comments.test_edit import WINDOW
from tests.conftest import START, Clock, Outgoing

pytestmark = pytest.mark.db

UNDO = timedelta(seconds=30)


def approve(cast: Cast, comment: Comment) -> None:
    decide(cast.ana, comment, Act.APPROVE, version=comment.version)


def hide(cast: Cast, comment: Comment) -> None:
    decide(cast.ana, comment, Act.HIDE, version=comment.version, reason="names a place")


def file_as_spam(cast: Cast, comment: Comment) -> None:
    decide(cast.ana, comment, Act.SPAM, version=comment.version, reason="an advertisement")


def dismiss(cast: Cast, comment: Comment) -> None:
    decide(cast.ana, comment, Act.DISMISS, version=comment.version, reason="a quotation")


def answer(cast: Cast, comment: Comment) -> None:
    reply(cast.ana, comment, "I read this, and I am here.", version=comment.version)


def answer_privately(cast: Cast, comment: Comment) -> None:
    reply(cast.ana, comment, "For you alone.", version=comment.version, private=True)


def find_missed(cast: Cast, comment: Comment) -> None:
    scan = latest_scan(comment.id)
    assert scan is not None
    give_feedback(cast.ana, comment, scan.id, Verdict.MISSED, Level.CRISIS)


def find_right(cast: Cast, comment: Comment) -> None:
    scan = latest_scan(comment.id)
    assert scan is not None
    give_feedback(cast.ana, comment, scan.id, Verdict.NEEDED)


def take_out(cast: Cast, comment: Comment) -> None:
    mask(cast.ana, comment, version=comment.version, concern=Concern.METHOD, picked=[0])


def take_out_and_publish(cast: Cast, comment: Comment) -> None:
    mask(cast.ana, comment, version=comment.version, concern=Concern.METHOD, picked=[0], publish=True)


def ask(cast: Cast, comment: Comment) -> None:
    ask_to_edit(cast.ana, comment, "Could you take the street out?", version=comment.version, concern=Concern.PRIVATE)


def put_off(cast: Cast, comment: Comment) -> None:
    later = clock.now() + timedelta(hours=1)
    snooze(cast.ana, comment, later, version=comment.version, reason="waiting for the author")


def give_to_ines(cast: Cast, comment: Comment) -> None:
    hand_over(
        cast.ana, comment, cast.ines.id, owner_id=None, version=comment.version, note="She knows you.", window=UNDO
    )


ACTS: dict[str, tuple[Callable[[Cast, Comment], None], str]] = {
    "publish what was held": (approve, CRISIS),
    "keep private": (hide, LOW),
    "spam": (file_as_spam, LOW),
    "spam without a case": (file_as_spam, CALM),
    "no answer needed": (dismiss, LOW),
    "no answer needed in a crisis": (dismiss, CRISIS),
    "answer": (answer, CRISIS),
    "answer what nobody waits for": (answer, CALM),
    "answer in private": (answer_privately, CRISIS),
    "take a detail out": (take_out, LOW),
    "take a detail out and publish the rest": (take_out_and_publish, CRISIS),
    "ask for a small change": (ask, LOW),
    "put off": (put_off, LOW),
    "hand over": (give_to_ines, CRISIS),
    "say that the machine was right": (find_right, LOW),
    "say that it is more urgent": (find_missed, LOW),
}


@pytest.mark.parametrize("act", ACTS)
def test_all_is_as_it_was(cast: Cast, still_clock: Clock, act: str) -> None:
    do, words = ACTS[act]
    ana = cast.ana
    assert cast.ines
    comment = cast.says(cast.tove, words)
    before, shown, messages = pictures(comment), cast.article.comment_count, open_messages()
    begin_write()
    do(cast, comment)
    db.session.commit()
    changed = (pictures(comment), cast.article.comment_count) != (before, shown)
    assert changed or act == "say that the machine was right"
    still_clock.move(seconds=20)
    undone = take_back(cast, comment)
    assert (pictures(comment), cast.article.comment_count) == (before, shown)
    assert open_messages() == messages
    done = decisions_on(comment)[0]
    assert (undone.act, undone.undoes_id, undone.user_id) == (Act.UNDO, done.id, ana.id)
    assert (undone.status_before, undone.status_after) == (done.status_after, done.status_before)


def test_a_case_that_an_act_has_opened_ends_and_alerts_nobody_any_more(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    find_missed(cast, comment)
    db.session.commit()
    case = case_of(comment)
    assert case is not None
    assert case.state is CaseState.OPEN
    take_back(cast, comment)
    assert case.state is CaseState.DISMISSED
    assert case.next_step_at is None
    assert case.closed_at is not None
    assert not [row for row in db.session.scalars(select(Notification)) if row.state is NotificationState.WAITING]


def test_what_was_withdrawn_is_sent_after_all(cast: Cast, outbox: Outgoing) -> None:
    assert cast.ana
    comment = cast.says(cast.tove, CRISIS)
    waiting = outbox.take("notifications.deliver")
    begin_write()
    dismiss(cast, comment)
    db.session.commit()
    assert {row.state for row in mails()} == {NotificationState.WITHDRAWN}
    assert outbox.take("notifications.deliver") == []
    take_back(cast, comment)
    assert {row.state for row in mails()} == {NotificationState.WAITING}
    assert outbox.take("notifications.deliver") == waiting


def test_the_mail_about_an_answer_waits_and_goes_away_with_it(cast: Cast, outbox: Outgoing) -> None:
    comment = cast.says(cast.tove, LOW)
    begin_write()
    give_email(cast.tove, "tove@example.org", current_keys())
    confirm(cast.tove)
    comment.wants_answers = True
    db.session.commit()
    outbox.take("notifications.deliver")
    begin_write()
    answer(cast, comment)
    db.session.commit()
    [mail] = [row for row in db.session.scalars(select(Notification)) if row.kind is Kind.ANSWER]
    assert (mail.state, mail.not_before) == (NotificationState.WAITING, START + UNDO)
    assert outbox.take("notifications.deliver") == []
    take_back(cast, comment)
    assert mail.state is NotificationState.WITHDRAWN


def test_a_case_with_its_ladder_goes_on_where_it_stood(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CRISIS)
    case = case_of(comment)
    assert case is not None
    step, due = case.next_step_at, case.due_at
    begin_write()
    dismiss(cast, comment)
    db.session.commit()
    still_clock.move(hours=3)
    take_back(cast, comment)
    assert (case.next_step_at, case.due_at) == (step, due)  # long past: the next one is told at once


def test_twice_is_the_same_as_once(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    hide(cast, comment)
    db.session.commit()
    done = decisions_on(comment)[0]
    first = take_back(cast, comment).id
    begin_write()
    second = undo(cast.ana, db.session.get_one(Decision, done.id), window=UNDO)
    db.session.commit()
    assert second.id == first
    assert len(decisions_on(comment)) == 2


@pytest.mark.parametrize("later", ["a colleague", "oneself", "the writer"])
def test_nothing_is_undone_that_somebody_has_built_on(cast: Cast, later: str) -> None:
    comment, ines = cast.says(cast.tove, CALM), cast.ines
    begin_write()
    answer(cast, comment)
    db.session.commit()
    [done] = decisions_on(comment)
    begin_write()
    if later == "the writer":
        cast.says(cast.tove, CALM, to=done.answer)
    else:
        decide(
            ines if later == "a colleague" else cast.ana, comment, Act.HIDE, version=comment.version, reason="a place"
        )
    db.session.commit()
    begin_write()
    with pytest.raises(Conflict) as refused:
        undo(cast.ana, db.session.get_one(Decision, done.id), window=UNDO)
    db.session.rollback()
    words = {
        "a colleague": "Ines Varga has kept this comment private.",
        "oneself": "Ana Brandt has kept this comment private.",
        "the writer": "Somebody has answered this by now, so it cannot be undone.",
    }
    assert str(refused.value) == words[later]
    assert done.answer is not None
    assert done.answer.shown


def test_one_thing_after_the_other_can_be_undone(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    before = pictures(comment)
    begin_write()
    approve(cast, comment)
    db.session.commit()
    begin_write()
    hide(cast, comment)
    db.session.commit()
    take_back(cast, comment)
    assert comment.shown
    take_back(cast, comment)
    assert pictures(comment) == before


def test_words_that_were_changed_meanwhile_stay_changed(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    hide(cast, comment)
    db.session.commit()
    begin_write()
    edit(comment, "Other words.", window=WINDOW)
    db.session.commit()
    take_back(cast, comment)
    assert comment.status is Status.PUBLISHED
    assert comment.latest.source == "Other words."
    assert comment.awaits_admission  # nobody has read them yet


def test_an_answer_that_was_read_is_not_taken_back(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    begin_write()
    answer_privately(cast, comment)
    db.session.commit()
    begin_write()
    case = case_of(comment, locked=True)
    assert case is not None
    seen(case)
    db.session.commit()
    with pytest.raises(Conflict, match="gone on since"):
        take_back(cast, comment)


def test_a_case_that_somebody_has_taken_since_stays_theirs(cast: Cast) -> None:
    comment, ines = cast.says(cast.tove, LOW), cast.ines
    begin_write()
    find_missed(cast, comment)
    db.session.commit()
    begin_write()
    case = case_of(comment, locked=True)
    assert case is not None
    claim(case, ines)
    db.session.commit()
    with pytest.raises(Conflict, match="gone on since"):
        take_back(cast, comment)
    db.session.rollback()
    assert case.owner_id == ines.id


@pytest.mark.parametrize(("seconds", "possible"), [(30, True), (31, False)])
def test_an_answer_can_be_taken_back_for_a_while(cast: Cast, still_clock: Clock, seconds: int, possible: bool) -> None:
    comment = cast.says(cast.tove, LOW)
    begin_write()
    answer(cast, comment)
    db.session.commit()
    still_clock.move(seconds=seconds)
    if possible:
        take_back(cast, comment)
    else:
        with pytest.raises(Conflict, match="time to undo an answer is over"):
            take_back(cast, comment)


def test_others_can_undo_what_they_could_do_but_no_answer(cast: Cast) -> None:
    comment, mara, ines = cast.says(cast.tove, LOW), cast.mara, cast.ines
    begin_write()
    hide(cast, comment)
    db.session.commit()
    with pytest.raises(Forbidden):
        take_back(cast, comment, by=mara)
    assert take_back(cast, comment, by=ines).user_id == ines.id
    with pytest.raises(Conflict, match="Ines Varga has undone this already"):
        take_back(cast, comment, number=0)
    begin_write()
    answer(cast, comment)
    db.session.commit()
    with pytest.raises(Forbidden):
        take_back(cast, comment, by=ines)


def take_back(cast: Cast, comment: Comment, by: object = None, number: int | None = None) -> Decision:
    """Undo the last decision on a comment that stands, or one by its number."""
    db.session.rollback()
    ana = cast.ana
    rows = decisions_on(comment)
    undone = {row.undoes_id for row in rows}
    standing = [row for row in rows if row.act is not Act.UNDO and row.id not in undone]
    done = standing[-1].id if number is None else rows[number].id
    begin_write()
    undone_by = undo(by or ana, db.session.get_one(Decision, done), window=UNDO)  # type: ignore[arg-type]
    db.session.commit()
    return undone_by


def pictures(comment: Comment) -> tuple[object, object]:
    """Return everything that an act can change."""
    case = case_of(comment)
    return picture(comment, FIELDS), picture(case, CASE_FIELDS)


def open_messages() -> list[tuple[int, NotificationState]]:
    """Return what is unsent, and which bells are unread."""
    rows = db.session.scalars(select(Notification).order_by(Notification.id))
    return [(row.id, row.state) for row in rows if row.read_at is None and row.state is not NotificationState.WITHDRAWN]


def mails() -> list[Notification]:
    return [row for row in db.session.scalars(select(Notification)) if row.channel is Channel.EMAIL]
