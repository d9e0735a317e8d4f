"""Screening: distress first, then admission; nothing of a stranger is public before."""

from datetime import timedelta

import pytest

from service.articles.models import Mode
from service.care.queries import case_of
from service.comments.actions import edit
from service.comments.models import Comment, Screening, Status
from service.core.db import begin_write, db
from service.moderation.actions import reply
from service.moderation.screening import (
    fail_screening,
    finish_screening,
    give_up_screenings,
    lease_screening,
    overdue,
)
from service.notifications.queries import bell
from service.triage.levels import Level
from service.triage.queries import latest_scan
from service.triage.scanner import Finding, scan
from tests.cast import CALM, CRISIS, LOW, Cast, reading, screen
from tests.conftest import Clock, Outgoing

pytestmark = pytest.mark.db
WINDOW = timedelta(minutes=15)


def test_a_new_comment_is_pending_and_a_message_asks_for_its_screening(cast: Cast, outbox: Outgoing) -> None:
    comment = cast.says(cast.tove, CALM, screened=False)
    assert comment.status is Status.PENDING
    assert not comment.shown
    assert outbox.take("moderation.screen") == [comment.id]


def test_screening_publishes_a_calm_comment_on_an_open_article(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    assert comment.shown
    assert comment.latest.screening is Screening.DONE
    assert cast.article.comment_count == 1
    assert case_of(comment) is None


def test_a_first_comment_is_held_where_only_known_people_are_published(cast: Cast) -> None:
    article = cast.write_article(Mode.KNOWN, slug="known")
    comment = cast.says(cast.tove, CALM, article=article)
    assert comment.status is Status.PENDING
    assert "first comment" in comment.held_reason


def test_somebody_who_was_published_before_is_known(cast: Cast) -> None:
    cast.says(cast.tove, CALM)
    article = cast.write_article(Mode.KNOWN, slug="known")
    assert cast.says(cast.tove, CALM, article=article).shown


def test_distress_opens_a_case_with_a_due_time_and_rings_the_bells_of_author_and_moderators(
    cast: Cast, still_clock: Clock, outbox: Outgoing
) -> None:
    assert cast.ana
    comment = cast.says(cast.tove, LOW)
    case = case_of(comment)
    assert case is not None
    assert case.level is Level.SUPPORT
    assert (case.due_at - still_clock.moment).total_seconds() == 24 * 3600
    assert comment.shown
    assert outbox.take("notifications.deliver") == []  # by mail in the digest, and before it falls due
    assert len(bell(cast.mara.id)) == 1
    assert len(bell(cast.ana.id)) == 1


def test_what_is_urgent_is_mailed_to_the_author_at_once(cast: Cast, outbox: Outgoing) -> None:
    assert cast.ana
    cast.says(cast.tove, CALM, read_as=reading(Level.URGENT))
    assert len(outbox.take("notifications.deliver")) == 1
    assert len(bell(cast.mara.id)) == 1


def test_a_crisis_comment_is_held_and_due_in_half_an_hour(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CRISIS)
    case = case_of(comment)
    assert case is not None
    assert case.level is Level.CRISIS
    assert (case.due_at - still_clock.moment).total_seconds() == 30 * 60
    assert not comment.shown
    assert comment.held_at is not None


def test_three_cries_are_one_case(cast: Cast) -> None:
    first = cast.says(cast.tove, LOW)
    cast.says(cast.tove, LOW + " Again.", to=first)
    cast.says(cast.tove, LOW + " And again.", to=first)
    case = case_of(first)
    assert case is not None
    assert case.opening == 1


def test_screening_twice_is_the_same_as_once(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    version = comment.version
    screen(comment)
    assert comment.version == version
    assert cast.article.comment_count == 1


def test_an_edit_is_screened_before_the_public_sees_it(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    edit(comment, "Other words, just as calm.", window=WINDOW)
    db.session.commit()
    assert "lamp" in _public(comment)
    screen(comment)
    assert "Other words" in _public(comment)


def test_an_edit_into_a_crisis_leaves_the_old_words_public_and_opens_a_case(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    edit(comment, CRISIS, window=WINDOW)
    db.session.commit()
    screen(comment)
    assert "lamp" in _public(comment)
    assert comment.held_at is not None
    assert case_of(comment) is not None


def test_an_edit_is_never_judged_by_the_old_text(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS, screened=False)
    begin_write()
    work = lease_screening(comment.id)
    db.session.commit()
    assert work is not None
    begin_write()
    edit(comment, CALM, window=WINDOW)
    db.session.commit()
    begin_write()
    finish_screening(work, scan(work.source))
    db.session.commit()
    assert case_of(comment) is None
    screen(comment)
    assert comment.shown


def test_only_one_worker_has_the_lease(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM, screened=False)
    begin_write()
    assert lease_screening(comment.id) is not None
    assert lease_screening(comment.id) is None
    still_clock.move(seconds=11)
    assert lease_screening(comment.id) is not None
    db.session.rollback()


def test_who_read_the_clock_before_and_had_to_wait_for_the_row_does_not_screen_it_too(
    cast: Cast, still_clock: Clock
) -> None:
    comment = cast.says(cast.tove, CALM, screened=False)
    begin_write()
    still_clock.move(seconds=1)
    assert lease_screening(comment.id) is not None
    still_clock.move(seconds=-1)
    assert lease_screening(comment.id) is None
    db.session.rollback()


def test_a_clock_that_is_set_back_makes_no_comment_wait(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM, screened=False)
    still_clock.move(minutes=-5)
    assert list(overdue(10).values()) == [comment.id]
    begin_write()
    assert lease_screening(comment.id) is not None
    assert lease_screening(comment.id) is None
    db.session.rollback()


def test_a_lease_that_ran_out_cannot_finish(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM, screened=False)
    begin_write()
    late = lease_screening(comment.id)
    db.session.commit()
    still_clock.move(seconds=11)
    begin_write()
    assert lease_screening(comment.id) is not None
    db.session.commit()
    assert late is not None
    begin_write()
    finish_screening(late, scan(CALM))
    db.session.commit()
    assert comment.status is Status.PENDING


def test_two_failures_make_it_unscanned_held_and_alarmed(cast: Cast, still_clock: Clock, outbox: Outgoing) -> None:
    people = [cast.mara, cast.ana]
    comment = cast.says(cast.tove, CALM, screened=False)
    for _attempt in range(2):
        begin_write()
        work = lease_screening(comment.id)
        assert work is not None
        fail_screening(work)
        db.session.commit()
    outbox.take("moderation.screen")
    begin_write()
    assert give_up_screenings() == [comment.id]
    db.session.commit()
    assert comment.latest.screening is Screening.FAILED
    assert comment.status is Status.PENDING
    assert comment.held_reason.startswith("Not scanned")
    assert len(outbox.take("notifications.deliver")) == len(people)
    begin_write()
    assert give_up_screenings() == []
    db.session.rollback()


def test_harm_is_held(cast: Cast) -> None:
    def as_harm(_text: str) -> Finding:
        return Finding(level=Level.NONE, score=0.0, harm=("attack",), matches=(), version="test")

    comment = cast.says(cast.tove, CALM, read_as=as_harm)
    assert not comment.shown
    assert comment.held_at is not None


def test_a_strangers_answer_to_somebody_in_danger_is_held(cast: Cast) -> None:
    def as_urgent(_text: str) -> Finding:
        return Finding(level=Level.URGENT, score=0.9, harm=(), matches=(), version="test")

    cry = cast.says(cast.tove, CALM, read_as=as_urgent)
    answer = cast.says(cast.joao, CALM + " Yes.", to=cry, name="João")
    assert not answer.shown
    assert "waits for help" in answer.held_reason


def test_a_note_for_the_author_alone_is_never_public(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM, audience="author")
    assert not comment.shown
    assert comment.held_at is not None


def _public(comment: Comment) -> str:
    assert comment.public is not None
    return comment.public.source


def test_a_short_answer_is_read_by_the_question_before_it(cast: Cast) -> None:
    low = cast.says(cast.tove, LOW)
    begin_write()
    asked = reply(cast.mara, low, "Tove, I am worried about you. Are you thinking of killing yourself?")
    db.session.commit()
    said = cast.says(cast.tove, "Yes, tonight.", to=asked)
    case = case_of(low)
    assert case is not None
    assert case.level is Level.CRISIS
    assert not said.shown
    assert not cast.says(cast.joao, "Yes, tonight.", name="João").held_at


def test_a_hint_of_somebody_who_was_in_danger_lately_opens_a_case(cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.tove, CRISIS)
    still_clock.move(days=3)
    hint = "It's no different today."
    assert case_of(cast.says(cast.joao, hint)) is None
    comment = cast.says(cast.tove, hint)
    scanned = latest_scan(comment.id)
    assert scanned is not None
    assert scanned.level is Level.SUPPORT
    assert scanned.reasons[-1]["context"] == ["their comment of 3 days ago was crisis"]
    assert case_of(comment) is not None
    still_clock.move(days=15)
    assert case_of(cast.says(cast.tove, hint)) is None
