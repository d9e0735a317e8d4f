"""Answer and dismiss: a case is closed by a person alone, and opens again when distress is written again."""

from datetime import timedelta

import pytest

from service.care.actions import answered
from service.care.models import Case
from service.care.queries import case_of, events_of
from service.care.transitions import CaseState
from service.comments.actions import answer, edit, withdraw
from service.comments.models import Audience, Comment
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid, NotFound
from service.moderation.actions import decide, reply
from service.moderation.models import Act
from service.notifications.models import Notification, NotificationState
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, reading, screen
from tests.conftest import Clock, Outgoing

pytestmark = pytest.mark.db


def test_a_reply_closes_the_case_and_says_so(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, LOW)
    still_clock.move(hours=1)
    say(cast, comment, "I read this. How are your nights?")
    case = open_or_closed(comment)
    assert case.state is CaseState.ANSWERED
    assert case.closed_at == still_clock.moment
    assert happened(case) == ["opened", "answered"]


def test_a_reply_to_somebody_else_leaves_it_open(cast: Cast) -> None:
    cry = cast.says(cast.tove, LOW)
    other = cast.says(cast.joao, CALM, to=cry, name="João")
    say(cast, other, "Thank you, João.")
    assert open_or_closed(cry).state is CaseState.OPEN


def test_approving_is_not_answering(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CRISIS), cast.ana
    begin_write()
    decide(ana, comment, Act.APPROVE, version=comment.version)
    db.session.commit()
    assert comment.shown
    assert open_or_closed(comment).state is CaseState.OPEN


def test_a_reply_to_an_earlier_comment_answers_what_was_written_before_it(cast: Cast, still_clock: Clock) -> None:
    first = cast.says(cast.tove, LOW)
    still_clock.move(minutes=5)
    cast.says(cast.tove, f"{LOW} Still.", to=first)
    still_clock.move(minutes=5)
    say(cast, first, "I hear you, twice.")
    assert open_or_closed(first).state is CaseState.ANSWERED


def test_a_reply_from_before_the_last_word_does_not_close(cast: Cast, still_clock: Clock) -> None:
    first, mara = cast.says(cast.tove, LOW), cast.mara
    begin_write()
    early = answer(mara, first, "Written before.", by_author=True, audience=Audience.EVERYONE)
    db.session.commit()
    still_clock.move(minutes=5)
    cast.says(cast.tove, f"{LOW} Still.", to=first)
    begin_write()
    assert answered(first, early, mara) is None
    db.session.commit()
    assert open_or_closed(first).state is CaseState.OPEN


@pytest.mark.parametrize("hide_first", [True, False])
def test_only_a_reply_that_they_can_see_counts(cast: Cast, hide_first: bool) -> None:
    comment, ana = cast.says(cast.tove, CRISIS), cast.ana
    begin_write()
    if hide_first:
        decide(ana, comment, Act.HIDE, version=comment.version, reason="not here")
    public = answer(ana, comment, "On the page.", by_author=False, audience=Audience.EVERYONE)
    assert answered(comment, public, ana) is None  # it stands below something that its writer cannot find
    private = answer(ana, comment, "To you alone.", by_author=False, audience=Audience.WRITER)
    assert answered(comment, private, ana) is not None
    db.session.commit()
    assert open_or_closed(comment).state is CaseState.UNSEEN


def test_what_was_taken_back_is_answered_in_private(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    begin_write()
    withdraw(comment)
    db.session.commit()
    written = say(cast, comment, "You need not show it to be heard.")
    assert written.audience is Audience.WRITER
    assert open_or_closed(comment).state is CaseState.UNSEEN


def test_it_opens_again_with_a_new_number_and_alerts_again(cast: Cast, still_clock: Clock, outbox: Outgoing) -> None:
    first = cast.says(cast.tove, LOW)
    say(cast, first, "I hear you.")
    outbox.take("notifications.deliver")
    still_clock.move(days=2)
    cast.says(cast.tove, f"{LOW} Again.", to=first, read_as=reading(Level.URGENT))
    case = open_or_closed(first)
    assert (case.state, case.opening) == (CaseState.OPEN, 2)
    assert case.waiting_since == still_clock.moment
    assert case.due_at == still_clock.moment + timedelta(hours=4)
    assert case.closed_at is None
    assert len(outbox.take("notifications.deliver")) == 1
    assert happened(case) == ["opened", "answered", "reopened"]


def test_thanks_after_a_support_answer_leave_it_answered(cast: Cast, still_clock: Clock) -> None:
    first = cast.says(cast.tove, LOW)
    say(cast, first, "I hear you.")
    still_clock.move(days=1)
    cast.says(cast.tove, CALM, to=first)
    case = open_or_closed(first)
    assert case.state is CaseState.ANSWERED
    assert happened(case) == ["opened", "answered", "wrote again"]


@pytest.mark.parametrize("level", [Level.NONE, Level.SUPPORT])
def test_any_word_after_an_urgent_answer_opens_it_again_at_its_level(
    cast: Cast, still_clock: Clock, level: Level
) -> None:
    first = cast.says(cast.tove, CALM, read_as=reading(Level.URGENT))
    say(cast, first, "I hear you.")
    still_clock.move(days=1)
    cast.says(cast.tove, f"{CALM} Goodbye.", to=first, read_as=reading(level))
    case = open_or_closed(first)
    assert (case.state, case.level) == (CaseState.OPEN, Level.URGENT)
    assert case.due_at == still_clock.moment + timedelta(hours=4)


def test_a_higher_level_raises_it_and_brings_it_forward(cast: Cast, still_clock: Clock, outbox: Outgoing) -> None:
    first = cast.says(cast.tove, LOW)
    outbox.take("notifications.deliver")
    still_clock.move(hours=1)
    worse = cast.says(cast.tove, CALM, to=first, read_as=reading(Level.CRISIS))
    case = open_or_closed(first)
    assert (case.level, case.comment_id, case.opening) == (Level.CRISIS, worse.id, 1)
    assert case.due_at == still_clock.moment + timedelta(minutes=30)
    assert case.waiting_since == first.created_at
    assert len(outbox.take("notifications.deliver")) == 1


def test_a_higher_level_never_puts_it_off(cast: Cast, still_clock: Clock) -> None:
    first = cast.says(cast.tove, LOW)
    due_at = open_or_closed(first).due_at
    still_clock.move(hours=23, minutes=50)
    cast.says(cast.tove, CALM, to=first, read_as=reading(Level.URGENT))
    assert open_or_closed(first).due_at == due_at


def test_a_lower_level_never_lowers_it(cast: Cast, outbox: Outgoing) -> None:
    first = cast.says(cast.tove, CALM, read_as=reading(Level.URGENT))
    outbox.take("notifications.deliver")
    cast.says(cast.tove, LOW, to=first)
    case = open_or_closed(first)
    assert case.level is Level.URGENT
    assert outbox.take("notifications.deliver") == []


def test_an_edit_into_worse_raises_it(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, LOW)
    still_clock.move(minutes=10)
    begin_write()
    edit(comment, CALM, window=timedelta(minutes=15))
    db.session.commit()
    screen(comment, reading(Level.CRISIS))
    case = open_or_closed(comment)
    assert case.level is Level.CRISIS
    assert case.due_at == still_clock.moment + timedelta(minutes=30)


def test_two_people_in_one_conversation_have_a_case_each(cast: Cast) -> None:
    first = cast.says(cast.tove, LOW)
    second = cast.says(cast.joao, f"{LOW} Me too.", to=first, name="João")
    say(cast, first, "I hear you.")
    assert open_or_closed(first).state is CaseState.ANSWERED
    assert open_or_closed(second).state is CaseState.OPEN


def test_one_person_in_two_conversations_has_a_case_in_each(cast: Cast) -> None:
    first, second = cast.says(cast.tove, LOW), cast.says(cast.tove, f"{LOW} Elsewhere.")
    say(cast, first, "I hear you.")
    assert open_or_closed(second).state is CaseState.OPEN


def test_dismissing_needs_a_reason_and_takes_back_what_is_unsent(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, LOW, read_as=reading(Level.URGENT)), cast.ana
    begin_write()
    with pytest.raises(Invalid) as refused:
        decide(ana, comment, Act.DISMISS, version=comment.version, reason="  ")
    assert refused.value.field == "reason"
    decide(ana, comment, Act.DISMISS, version=comment.version, reason="a line from a song")
    db.session.commit()
    case = open_or_closed(comment)
    assert case.state is CaseState.DISMISSED
    assert events_of(case)[-1].reason == "a line from a song"
    assert events_of(case)[-1].user_id == ana.id
    mail = db.session.query(Notification).filter_by(channel="email").all()
    assert {row.state for row in mail} == {NotificationState.WITHDRAWN}


def test_nothing_can_be_dismissed_twice_or_where_nobody_waits(cast: Cast) -> None:
    low, calm, ana = cast.says(cast.tove, LOW), cast.says(cast.joao, CALM, name="João"), cast.ana
    begin_write()
    decide(ana, low, Act.DISMISS, version=low.version, reason="a song")
    with pytest.raises(Conflict):
        decide(ana, low, Act.DISMISS, version=low.version, reason="a song")
    with pytest.raises(NotFound):
        decide(ana, calm, Act.DISMISS, version=calm.version, reason="a song")
    db.session.rollback()


def test_a_dismissed_case_opens_again(cast: Cast, still_clock: Clock) -> None:
    comment, ana = cast.says(cast.tove, LOW), cast.ana
    begin_write()
    decide(ana, comment, Act.DISMISS, version=comment.version, reason="a song")
    db.session.commit()
    still_clock.move(days=1)
    cast.says(cast.tove, f"{LOW} Not a song.", to=comment)
    assert (open_or_closed(comment).state, open_or_closed(comment).opening) == (CaseState.OPEN, 2)


def say(cast: Cast, parent: Comment, words: str) -> Comment:
    mara = cast.mara
    begin_write()
    written = reply(mara, parent, words)
    db.session.commit()
    return written


def open_or_closed(comment: Comment) -> Case:
    case = case_of(comment)
    assert case is not None
    return case


def happened(case: Case) -> list[str]:
    return [row.event.value for row in events_of(case)]
