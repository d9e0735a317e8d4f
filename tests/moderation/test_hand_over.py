"""Hand over, tell the next ones, and leave notes: who hears of it, when, and what stays as it was."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from service.accounts.actions import add_absence, set_day
from service.care.models import Case
from service.care.queries import case_of
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from service.delivery import deliver
from service.moderation.actions import decide
from service.moderation.handing import escalate, hand_over, takers
from service.moderation.models import Act
from service.moderation.notes import add_note, forget_expired_notes, notes_on
from service.moderation.queries import decisions_on
from service.moderation.undoing import undo
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.queries import due_ids
from tests.cast import CALM, CRISIS, LOW, Cast
from tests.conftest import START, Clock, Outgoing

pytestmark = pytest.mark.db
WINDOW = timedelta(seconds=30)


def test_the_colleague_hears_of_it_in_the_bell_and_a_little_later_by_mail(cast: Cast, outbox: Outgoing) -> None:
    comment, ines = cast.says(cast.tove, LOW), cast.ines
    outbox.take("notifications.deliver")
    give(cast, comment, ines.id)
    bell, mail = told(ines.id)
    assert (bell.channel, bell.state) == (Channel.IN_APP, NotificationState.SENT)
    assert (mail.state, mail.not_before) == (NotificationState.WAITING, START + WINDOW)
    assert outbox.take("notifications.deliver") == []
    assert case(comment).owner_id == ines.id


def test_undone_they_hear_nothing(cast: Cast) -> None:
    comment, ines = cast.says(cast.tove, LOW), cast.ines
    give(cast, comment, ines.id)
    begin_write()
    undo(cast.ana, decisions_on(comment)[0], window=WINDOW)
    db.session.commit()
    bell, mail = told(ines.id)
    assert bell.read_at is not None
    assert mail.state is NotificationState.WITHDRAWN
    assert case(comment).owner_id is None


def test_once_somebody_has_answered_they_hear_nothing_more_of_it(cast: Cast) -> None:
    comment, ines = cast.says(cast.tove, LOW), cast.ines
    give(cast, comment, ines.id)
    begin_write()
    decision = decide(cast.ana, comment, Act.DISMISS, version=comment.version, reason="We have spoken.")
    db.session.commit()
    bell, mail = told(ines.id)
    assert (mail.state, bell.read_at is not None) == (NotificationState.WITHDRAWN, True)
    begin_write()
    undo(cast.ana, decision, window=WINDOW)
    db.session.commit()
    bell, mail = told(ines.id)
    assert (mail.state, bell.read_at) == (NotificationState.WAITING, None)


def test_no_mail_asks_somebody_to_take_what_was_handed_on(cast: Cast, still_clock: Clock) -> None:
    comment, ines, mara = cast.says(cast.tove, LOW), cast.ines, cast.mara
    give(cast, comment, ines.id)
    give(cast, comment, mara.id, owner_id=ines.id)
    still_clock.move(seconds=WINDOW.total_seconds())
    for number in due_ids(limit=10, kind=Kind.HANDED_OVER):
        deliver(number)
    assert told(ines.id)[1].state is NotificationState.WITHDRAWN
    assert told(mara.id)[1].state is NotificationState.SENT


@pytest.mark.parametrize(("words", "waits"), [(LOW, True), (CRISIS, False)])
def test_a_mail_waits_for_the_end_of_quiet_hours_but_not_one_about_a_crisis(
    cast: Cast, words: str, waits: bool
) -> None:
    comment, ines = cast.says(cast.tove, words), cast.ines
    begin_write()
    set_day(ines, time(7), time(11, 30), digest_hour=8)
    db.session.commit()
    give(cast, comment, ines.id)
    _bell, mail = told(ines.id)
    assert mail.not_before == (START.replace(hour=11, minute=30) if waits else START + WINDOW)


def test_the_ladder_goes_on_until_the_colleague_says_that_they_are_on_it(cast: Cast) -> None:
    comment, ines = cast.says(cast.tove, CRISIS), cast.ines
    before = case(comment).next_step_at
    give(cast, comment, ines.id)
    assert case(comment).next_step_at == before
    assert case(comment).acknowledged_at is None


def test_a_double_click_tells_once(cast: Cast) -> None:
    comment, ines = cast.says(cast.tove, LOW), cast.ines
    give(cast, comment, ines.id)
    give(cast, comment, ines.id)
    assert len(decisions_on(comment)) == 1


def test_of_two_at_once_the_second_is_told_who_has_it(cast: Cast) -> None:
    comment, ines, mara = cast.says(cast.tove, LOW), cast.ines, cast.mara
    give(cast, comment, ines.id)
    begin_write()
    with pytest.raises(Conflict, match="Ines Varga has taken this case already"):
        hand_over(ines, comment, mara.id, owner_id=None, version=comment.version, note="", window=WINDOW)


def test_it_goes_to_somebody_who_can_see_it_and_is_there(cast: Cast) -> None:
    comment, olga, ines, mara = cast.says(cast.tove, LOW), cast.other_author, cast.ines, cast.mara
    begin_write()
    add_absence(ines, date(2026, 3, 1), date(2026, 3, 9))
    db.session.commit()
    assert [user.id for user in takers(comment, cast.ana)] == [mara.id]
    for nobody in (olga.id, ines.id, 9_999):
        with pytest.raises(Invalid):
            give(cast, comment, nobody)


def test_nobody_is_asked_where_nobody_waits(cast: Cast) -> None:
    comment, ines = cast.says(cast.tove, CALM), cast.ines
    with pytest.raises(Conflict):
        give(cast, comment, ines.id)


def test_the_next_ones_are_told_at_once_and_once(cast: Cast, still_clock: Clock) -> None:
    assert cast.ana
    comment, mara = cast.says(cast.tove, LOW), cast.mara
    for _click in range(2):
        begin_write()
        escalate(mara, comment, version=comment.version, reason="I know this person.")
        db.session.commit()
    assert case(comment).step == 1
    assert len(decisions_on(comment)) == 1
    mails = [row for row in db.session.scalars(select(Notification)) if row.channel is Channel.EMAIL]
    assert [row.recipient_id for row in mails] == [mara.id]
    still_clock.move(minutes=2)
    begin_write()
    escalate(mara, comment, version=comment.version, reason="Still nobody.")
    db.session.commit()
    assert case(comment).step == 3  # nobody stands in for the author, so it goes past the deputy
    with pytest.raises(Conflict, match="cannot be undone"):
        undo(mara, decisions_on(comment)[-1], window=WINDOW)


def test_a_reason_is_needed_to_wake_others(cast: Cast) -> None:
    comment, mara = cast.says(cast.tove, LOW), cast.mara
    with pytest.raises(Invalid):
        escalate(mara, comment, version=comment.version, reason=" ")


def test_a_note_stands_beside_a_comment_or_beside_all_that_a_person_wrote(cast: Cast, still_clock: Clock) -> None:
    first, second, ana = cast.says(cast.tove, LOW), cast.says(cast.tove, CALM), cast.ana
    begin_write()
    add_note(ana, first, "Asked for the clinic's hours.", days=30)
    add_note(ana, first, "Prefers to be called T.", about_person=True)
    add_note(ana, first, "Prefers to be called T.", about_person=True)
    db.session.commit()
    assert [note.text for note in notes_on(first)] == ["Asked for the clinic's hours.", "Prefers to be called T."]
    assert [note.text for note in notes_on(second)] == ["Prefers to be called T."]
    still_clock.move(days=31)
    assert [note.text for note in notes_on(first)] == ["Prefers to be called T."]
    begin_write()
    forget_expired_notes()
    db.session.commit()
    still_clock.move(days=60)
    assert notes_on(first) == []


def test_a_note_can_be_undone(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, LOW), cast.ana
    begin_write()
    decision = add_note(ana, comment, "About somebody else.")
    db.session.commit()
    begin_write()
    undo(ana, decision, window=WINDOW)
    db.session.commit()
    assert notes_on(comment) == []


@pytest.mark.parametrize(("text", "days"), [("", 90), ("x" * 1001, 90), ("Good.", 7)])
def test_a_note_must_be_there_fit_and_end(cast: Cast, text: str, days: int) -> None:
    comment, ana = cast.says(cast.tove, LOW), cast.ana
    with pytest.raises(Invalid):
        add_note(ana, comment, text, days=days)


def give(cast: Cast, comment: Comment, to: int, *, owner_id: int | None = None) -> None:
    ana = cast.ana
    begin_write()
    hand_over(ana, comment, to, owner_id=owner_id, version=comment.version, note="You know her.", window=WINDOW)
    db.session.commit()


def told(user_id: int) -> list[Notification]:
    query = select(Notification).where(Notification.recipient_id == user_id, Notification.kind == Kind.HANDED_OVER)
    return list(db.session.scalars(query.order_by(Notification.id)))


def case(comment: Comment) -> Case:
    found = case_of(comment)
    assert found is not None
    return found
