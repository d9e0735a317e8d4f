"""Notify, lease, withdraw, retry: one message for each cause, tried again and again, never once it was withdrawn."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.db import begin_write, db
from service.core.errors import Conflict
from service.notifications import queries
from service.notifications.actions import mark_read, notify, notify_commenter
from service.notifications.attempts import LEASE, MAX_ATTEMPTS, backoff, bury_exhausted, delivered, failed, lease, retry
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.queries import attempts_of, bell, due_ids, stuck_count
from service.notifications.withdrawal import withdraw
from tests.cast import Cast, unread_count
from tests.conftest import Clock, Outgoing

pytestmark = pytest.mark.db


def test_each_recipient_is_told_once_through_each_channel(cast: Cast, outbox: Outgoing) -> None:
    people = [cast.mara.id, cast.ana.id]
    tell(cast, people, "case:1:1:support")
    tell(cast, people, "case:1:1:support")
    rows = db.session.query(Notification).all()
    assert sorted((row.recipient_id, row.channel) for row in rows) == sorted(
        (id_, c) for id_ in people for c in (Channel.IN_APP, Channel.EMAIL)
    )
    assert len(outbox.take("notifications.deliver")) == 2
    assert [unread_count(id_) for id_ in people] == [1, 1]


@pytest.mark.parametrize(("cause", "step"), [("case:1:2:support", 1), ("case:1:1:support", 2)])
def test_another_opening_or_step_is_another_message(cast: Cast, cause: str, step: int) -> None:
    tell(cast, [cast.mara.id], "case:1:1:support")
    tell(cast, [cast.mara.id], cause, step=step)
    assert len(emails()) == 2


def test_nothing_is_sent_for_what_was_rolled_back(cast: Cast, outbox: Outgoing) -> None:
    mara = cast.mara.id
    begin_write()
    notify(cast.site_id, "case:1:1", [mara], kind=Kind.CASE, level="support", path="/moderation")
    db.session.rollback()
    assert outbox.take("notifications.deliver") == []
    assert db.session.query(Notification).count() == 0


def test_withdrawing_reaches_the_cause_and_what_is_below_it_alone(cast: Cast) -> None:
    causes = ["case:1:1:support", "case:1:1:crisis", "case:1:10:support", "case:11:1:support", "case:1:2:support"]
    for cause in causes:
        tell(cast, [cast.mara.id], cause)
    begin_write()
    withdraw("case:1:1")
    db.session.commit()
    assert {row.cause for row in emails() if row.state is NotificationState.WITHDRAWN} == set(causes[:2])
    assert {row.cause for row in bell(cast.mara.id)} == set(causes[2:])


def test_a_wildcard_in_a_cause_is_only_a_sign(cast: Cast) -> None:
    tell(cast, [cast.mara.id], "case:1:1:support")
    begin_write()
    withdraw("case:%")
    withdraw("case:_:1")
    db.session.commit()
    assert emails()[0].state is NotificationState.WAITING


def test_what_was_withdrawn_cannot_be_leased(cast: Cast) -> None:
    tell(cast, [cast.mara.id], "case:1:1")
    begin_write()
    withdraw("case:1:1")
    assert lease(emails()[0].id) is None
    db.session.commit()


def test_only_one_has_the_lease_until_it_runs_out(cast: Cast, still_clock: Clock) -> None:
    tell(cast, [cast.mara.id], "case:1:1")
    number = emails()[0].id
    begin_write()
    assert lease(number) is not None
    assert lease(number) is None
    db.session.commit()
    assert due_ids(limit=10) == []
    still_clock.move(seconds=LEASE.total_seconds())
    assert due_ids(limit=10) == [number]
    begin_write()
    assert lease(number) is not None
    db.session.commit()
    assert [attempt.attempt for attempt in attempts_of(emails()[0])] == [1, 2]


def test_a_clock_that_is_set_back_makes_no_message_wait_but_those_for_later(cast: Cast, still_clock: Clock) -> None:
    tell(cast, [cast.mara.id], "case:1:1:support")
    later = {cast.mara.id: still_clock.moment + timedelta(hours=1)}
    begin_write()
    notify(cast.site_id, "case:2:1:support", [cast.mara.id], kind=Kind.CASE, path="/", not_before=later)
    db.session.commit()
    still_clock.move(minutes=-5)
    at_once, for_later = emails()
    assert due_ids(limit=10) == [at_once.id]
    begin_write()
    assert lease(at_once.id) is not None
    assert lease(for_later.id) is None
    still_clock.move(minutes=-5)
    assert due_ids(limit=10) == [at_once.id]


def test_who_read_the_clock_before_and_had_to_wait_for_the_row_does_not_send_it_too(
    cast: Cast, still_clock: Clock
) -> None:
    tell(cast, [cast.mara.id], "case:1:1:support")
    (mail,) = emails()
    begin_write()
    assert lease(mail.id) is not None
    still_clock.move(seconds=-1)
    assert lease(mail.id) is None
    db.session.rollback()


def test_who_lost_the_lease_cannot_say_that_it_was_sent(cast: Cast, still_clock: Clock) -> None:
    tell(cast, [cast.mara.id], "case:1:1")
    number = emails()[0].id
    begin_write()
    late = lease(number)
    assert late is not None
    still_clock.move(minutes=1)
    assert lease(number) is not None
    delivered(number, late.delivery_id, late.token)
    failed(number, late.delivery_id, late.token, "too late")
    db.session.commit()
    assert emails()[0].state is NotificationState.WAITING
    assert emails()[0].last_error == ""


def test_failures_are_tried_again_with_growing_pauses_and_end_after_eight(cast: Cast, still_clock: Clock) -> None:
    tell(cast, [cast.mara.id], "case:1:1")
    number, pauses = emails()[0].id, []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert fail(number) is (attempt == MAX_ATTEMPTS)
        pauses.append(emails()[0].not_before - still_clock.moment)
        if attempt < MAX_ATTEMPTS:
            assert due_ids(limit=10) == []
        still_clock.moment = emails()[0].not_before
    assert all(timedelta(seconds=7.5) <= pause <= timedelta(hours=1) for pause in pauses)
    assert pauses[6] > 4 * pauses[2]
    assert emails()[0].state is NotificationState.DEAD
    assert emails()[0].last_error == "the mail server answered 451"
    assert [attempt.error for attempt in attempts_of(emails()[0])] == ["the mail server answered 451"] * 8
    assert due_ids(limit=10) == []
    assert stuck_count(cast.site_id) == 1


@pytest.mark.parametrize("level", ["urgent", "crisis"])
def test_mail_about_somebody_in_danger_is_tried_on_until_it_is_withdrawn(
    cast: Cast, still_clock: Clock, level: str
) -> None:
    tell(cast, [cast.mara.id], "case:1:1", level=level)
    number = emails()[0].id
    for attempt in range(1, MAX_ATTEMPTS + 5):
        assert fail(number) is (attempt >= MAX_ATTEMPTS)  # somebody hears of it, and it goes on
        assert emails()[0].not_before - still_clock.moment <= timedelta(minutes=15)
        still_clock.moment = emails()[0].not_before
        assert due_ids(limit=10) == [number]
    assert emails()[0].state is NotificationState.WAITING
    assert stuck_count(cast.site_id) == 1
    begin_write()
    assert bury_exhausted() == []
    withdraw("case:1")
    db.session.commit()
    assert due_ids(limit=10) == []
    assert stuck_count(cast.site_id) == 0


def test_of_the_mails_to_one_person_about_a_case_the_newest_is_tried_on(cast: Cast, still_clock: Clock) -> None:
    mara, ana = cast.mara.id, cast.ana.id
    tell(cast, [mara, ana], "case:1:1", level="crisis")
    tell(cast, [mara], "case:1:1", level="crisis", step=5)
    tell(cast, [ana], "case:2:1", level="crisis", step=5)
    for _attempt in range(MAX_ATTEMPTS):
        for message in emails():
            fail(message.id)
        still_clock.move(hours=1)
    first, *others = emails()
    assert (first.recipient_id, first.step, first.state) == (mara, 1, NotificationState.DEAD)
    assert {row.state for row in others} == {NotificationState.WAITING}


def test_what_a_newer_mail_says_ends_with_its_own_error(cast: Cast, still_clock: Clock) -> None:
    mara = cast.mara.id
    tell(cast, [mara], "case:1:1", level="crisis")
    number = emails()[0].id
    for _attempt in range(MAX_ATTEMPTS + 1):
        fail(number)
        still_clock.move(hours=1)
    tell(cast, [mara], "case:1:1", level="crisis", step=5)
    assert due_ids(limit=10) == [emails()[1].id]
    begin_write()
    assert bury_exhausted() == [(number, cast.site_id)]
    db.session.commit()
    assert emails()[0].last_error == "the mail server answered 451"


def crash_at_the_last_attempt(number: int, still_clock: Clock) -> None:
    """Have all attempts but one fail, and begin the last, of which nobody ever hears again."""
    for _attempt in range(MAX_ATTEMPTS - 1):
        fail(number)
        still_clock.move(hours=1)
    begin_write()
    assert lease(number) is not None
    db.session.commit()


def test_a_crash_at_the_eighth_attempt_ends_no_mail_about_a_crisis(cast: Cast, still_clock: Clock) -> None:
    tell(cast, [cast.mara.id], "case:1:1", level="crisis")
    number = emails()[0].id
    crash_at_the_last_attempt(number, still_clock)
    still_clock.move(minutes=1)
    begin_write()
    assert bury_exhausted() == []
    assert lease(number) is not None
    db.session.commit()


def test_a_letter_to_a_reader_is_tried_on_for_three_days(cast: Cast, still_clock: Clock) -> None:
    begin_write()
    notify_commenter(cast.site_id, "letter:1:1", cast.tove.id, kind=Kind.LETTER, path="/")
    db.session.commit()
    number = emails()[0].id
    for _attempt in range(MAX_ATTEMPTS + 1):
        fail(number)
        still_clock.move(hours=1)
    assert emails()[0].state is NotificationState.WAITING
    still_clock.move(days=3)
    assert due_ids(limit=10) == []
    begin_write()
    assert bury_exhausted() == [(number, cast.site_id)]
    db.session.commit()


def test_a_person_can_have_the_dead_tried_again(cast: Cast, still_clock: Clock, outbox: Outgoing) -> None:
    tell(cast, [cast.mara.id], "case:1:1")
    message = emails()[0]
    with pytest.raises(Conflict):
        retry(message)
    for _attempt in range(MAX_ATTEMPTS):
        fail(message.id)
        still_clock.move(hours=1)
    outbox.take("notifications.deliver")
    begin_write()
    retry(message)
    db.session.commit()
    assert outbox.take("notifications.deliver") == [message.id]
    assert due_ids(limit=10) == [message.id]
    assert message.attempts == 0


def test_a_crash_at_the_last_attempt_is_declared_dead_by_somebody_else(cast: Cast, still_clock: Clock) -> None:
    tell(cast, [cast.mara.id], "case:1:1")
    number = emails()[0].id
    crash_at_the_last_attempt(number, still_clock)
    begin_write()
    assert bury_exhausted() == []
    still_clock.move(minutes=1)
    assert bury_exhausted() == [(number, cast.site_id)]
    assert bury_exhausted() == []
    db.session.commit()
    assert emails()[0].state is NotificationState.DEAD


@pytest.mark.parametrize(
    ("level", "state"), [("support", NotificationState.DEAD), ("crisis", NotificationState.WAITING)]
)
def test_what_does_not_get_through_stands_first_in_the_outbox(
    cast: Cast, still_clock: Clock, level: str, state: NotificationState
) -> None:
    for number in range(3):
        tell(cast, [cast.mara.id], f"case:{number}:1", level=level)
    first = emails()[0].id
    for _attempt in range(MAX_ATTEMPTS):
        fail(first)
        still_clock.move(hours=1)
    found = queries.outbox(cast.site_id)
    assert found[0].id == first
    assert {row.channel for row in found} == {Channel.EMAIL}
    assert queries.outbox(cast.site_id, state=state)[0].id == first


def test_the_bell_forgets_what_was_read(cast: Cast) -> None:
    mara, ana = cast.mara.id, cast.ana.id
    tell(cast, [mara, ana], "case:1:1")
    begin_write()
    mark_read(mara)
    db.session.commit()
    assert (unread_count(mara), unread_count(ana)) == (0, 1)


@given(st.integers(min_value=1, max_value=40), st.floats(min_value=0, max_value=1))
def test_backoff_lies_between_half_and_the_whole_of_its_step(attempts: int, chance: float) -> None:
    whole = min(3600.0, 30.0 * 2 ** (attempts - 1))
    assert whole / 2 <= backoff(attempts, chance).total_seconds() <= whole


def test_eight_attempts_outlast_half_an_hour_without_a_mail_server() -> None:
    shortest = sum((backoff(attempts, 0.0) for attempts in range(1, MAX_ATTEMPTS)), timedelta())
    assert shortest > timedelta(minutes=30)


def tell(cast: Cast, recipients: list[int], cause: str, *, step: int = 1, level: str = "support") -> None:
    begin_write()
    notify(cast.site_id, cause, recipients, kind=Kind.CASE, level=level, path="/moderation/comments/1", step=step)
    db.session.commit()


def emails() -> list[Notification]:
    return db.session.query(Notification).filter_by(channel=Channel.EMAIL).order_by(Notification.id).all()


def fail(number: int) -> bool:
    begin_write()
    leased = lease(number)
    assert leased is not None
    dead = failed(number, leased.delivery_id, leased.token, "the mail server answered 451")
    db.session.commit()
    return dead
