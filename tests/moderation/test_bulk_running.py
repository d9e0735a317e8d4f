"""Many comments at once, step by step: killed, stopped, overtaken, mailed about and undone, and never done twice."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from service.accounts.actions import give_email
from service.accounts.models import User
from service.articles.models import Article, Mode
from service.comments.models import Comment, Status
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.errors import Conflict
from service.moderation.actions import decide
from service.moderation.bulk import actions, steps
from service.moderation.bulk.actions import confirm, stop, take, undo_all
from service.moderation.bulk.queries import due_bulks, progress_of
from service.moderation.bulk.running import run
from service.moderation.bulk.sparing import Spared
from service.moderation.models import Act, Decision
from service.moderation.queries import decisions_on
from service.notifications.models import Kind, Notification, NotificationState
from tests.cast import CALM, Cast
from tests.conftest import START, Clock, Outgoing
from tests.moderation.bulk import chosen, done, held, statuses, taken_back
from workers.bulk import carry_on, sweep_bulks


@pytest.mark.db
def test_a_colleague_who_is_faster_is_left_alone(app: Flask, cast: Cast) -> None:
    comments, ines = held(cast, 12), cast.ines.id
    bulk = chosen(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    db.session.commit()
    numbers, bulk_id = [comment.id for comment in comments], bulk.id
    late = []

    def decide_single_ones() -> None:
        with app.app_context():
            for number in numbers[::-1]:
                try:
                    begin_write()
                    comment = db.session.get_one(Comment, number)
                    decide(db.session.get_one(User, ines), comment, Act.HIDE, version=2, reason="one by one")
                    db.session.commit()
                except Conflict:
                    late.append(number)
                    db.session.rollback()

    colleague = threading.Thread(target=decide_single_ones)
    colleague.start()
    run(bulk_id, 60)
    colleague.join()
    db.session.expire_all()
    progress = progress_of(bulk)
    assert progress.done == len(late)
    assert progress.done + progress.passed_over == 12
    for comment in comments:
        assert len(decisions_on(comment)) == 1, "each was decided once, by whoever came first"


def test_who_is_an_author_no_longer_ends_what_they_began(cast: Cast) -> None:
    comments = held(cast, 2)
    bulk = chosen(cast.mara, Act.APPROVE)
    begin_write()
    confirm(cast.mara, bulk, "")
    db.session.get_one(Article, cast.article.id).author_id = cast.other_author.id
    db.session.commit()
    run(bulk.id, 60)
    assert set(statuses(comments)) == {Status.PENDING}


@pytest.mark.db
def test_a_worker_that_is_killed_in_the_middle_loses_nothing_and_does_nothing_twice(
    cast: Cast, still_clock: Clock, outbox: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "STEP", 3)
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    comments = held(cast, 8)
    bulk = chosen(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    db.session.commit()
    assert outbox.take("moderation.carry_on") == [bulk.id]
    done_so_far = steps.step
    calls = []

    def dies(*arguments: object) -> bool:
        calls.append(arguments)
        more = done_so_far(*arguments)  # type: ignore[arg-type]
        if len(calls) == 2:
            raise SystemExit("killed before it could commit")
        return more

    monkeypatch.setattr("service.moderation.bulk.running.step", dies)
    with pytest.raises(SystemExit):
        carry_on(bulk.id)
    db.session.rollback()
    assert statuses(comments).count(Status.PUBLISHED) == 3
    carry_on(bulk.id)
    assert statuses(comments).count(Status.PUBLISHED) == 3, "whoever died still holds the lease"
    assert due_bulks() == []
    still_clock.move(seconds=31)
    sweep_bulks()
    carry_on(bulk.id)
    assert set(statuses(comments)) == {Status.PUBLISHED}
    assert all(len(decisions_on(comment)) == 1 for comment in comments)
    assert cast.article.comment_count == 8


def test_readers_who_write_have_their_turn_between_two_steps(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(steps, "STEP", 2)
    monkeypatch.setattr("service.moderation.bulk.running.time.sleep", pauses.append)
    held(cast, 5)
    done(cast.ana, Act.APPROVE)
    assert pauses == [0.1, 0.1]


def test_a_slice_of_time_ends_and_asks_for_the_rest(cast: Cast, outbox: Outgoing) -> None:
    comments = held(cast, 2)
    bulk = chosen(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    db.session.commit()
    run(bulk.id, 0)
    assert outbox.take("moderation.carry_on") == [bulk.id]
    assert set(statuses(comments)) == {Status.PENDING}
    assert due_bulks() == [bulk.id]


def wanting(cast: Cast, number: int) -> list[Comment]:
    """Have so many answers held, to somebody who wants to hear of them."""
    asked = cast.says(cast.tove, "How do you all sleep?", name="Tove")
    begin_write()
    give_email(cast.tove, "tove@example.org", current_keys())
    cast.tove.email_confirmed_at = START
    asked.wants_answers = True
    db.session.get_one(Article, cast.article.id).mode = Mode.MODERATED
    db.session.commit()
    return [cast.says(cast.reader(), f"{CALM} {each}", name=f"Reader {each}", to=asked) for each in range(number)]


def mails() -> list[Notification]:
    db.session.expire_all()
    return list(db.session.scalars(select(Notification).where(Notification.kind == Kind.ANSWER)))


@pytest.mark.db
def test_mail_waits_until_all_of_it_is_done_and_can_no_longer_be_undone(
    cast: Cast, still_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "STEP", 2)
    wanting(cast, 5)
    bulk = chosen(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    db.session.commit()
    window = timedelta(seconds=30)
    for _ in range(2):
        begin_write()
        assert steps.step(bulk, window)
        db.session.commit()
        still_clock.move(minutes=2)
    assert len(mails()) == 4
    assert min(mail.not_before for mail in mails()) > START + timedelta(minutes=30), (
        "while it is under way none goes out"
    )
    begin_write()
    assert not steps.step(bulk, window)
    db.session.commit()
    ended = START + timedelta(minutes=4)
    assert {mail.not_before for mail in mails()} == {ended + window}, "all of them, when it is over"
    begin_write()
    undo_all(cast.ana, bulk)
    db.session.commit()
    assert min(mail.not_before for mail in mails()) > ended + timedelta(minutes=30), "nor while it is being undone"
    run(bulk.id, 60)
    assert {mail.state for mail in mails()} == {NotificationState.WITHDRAWN}


@pytest.mark.db
def test_mail_about_what_was_done_before_it_was_stopped_goes_out_after_the_time_to_undo(
    cast: Cast, still_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "STEP", 2)
    wanting(cast, 3)
    bulk = chosen(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    steps.step(bulk, timedelta(seconds=30))
    db.session.commit()
    begin_write()
    stop(cast.ana, bulk)
    db.session.commit()
    assert [mail.not_before for mail in mails()] == [START + timedelta(seconds=30)] * 2


@pytest.mark.db
def test_it_can_be_stopped_and_what_is_done_undone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "STEP", 2)
    comments = held(cast, 5)
    bulk = chosen(cast.ana, Act.HIDE)
    begin_write()
    confirm(cast.ana, bulk, "an advertisement")
    db.session.commit()
    with pytest.raises(Conflict):
        undo_all(cast.ana, bulk)
    begin_write()
    token = take(bulk.id)
    assert token is not None
    steps.step(bulk, timedelta())
    db.session.commit()
    for _click in range(2):
        begin_write()
        stop(cast.ana, bulk)
        db.session.commit()
    begin_write()
    assert actions.keep(bulk.id, token) is None, "whoever was at it notices"
    run(bulk.id, 60)
    assert statuses(comments).count(Status.HIDDEN) == 2
    taken_back(cast.ana, bulk)
    assert set(statuses(comments)) == {Status.PENDING}


@pytest.mark.db
def test_undoing_leaves_what_somebody_has_decided_since(cast: Cast) -> None:
    comments = held(cast, 3)
    bulk = done(cast.ana, Act.APPROVE)
    begin_write()
    decide(cast.ines, comments[1], Act.HIDE, version=comments[1].version, reason="names a street")
    db.session.commit()
    taken_back(cast.ana, bulk)
    assert statuses(comments) == [Status.PENDING, Status.HIDDEN, Status.PENDING]
    assert (progress_of(bulk).undone, progress_of(bulk).kept) == (2, 1)


def test_confirming_and_undoing_twice_is_once(cast: Cast) -> None:
    comments = held(cast, 2)
    bulk = done(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    db.session.commit()
    run(bulk.id, 60)
    for _click in range(2):
        taken_back(cast.ana, bulk)
    assert [row.act for row in decisions_on(comments[0])] == [Act.APPROVE, Act.UNDO]


def test_a_failure_with_one_comment_stops_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    comments = held(cast, 3)
    real: Callable[..., Decision] = steps.decide

    def fails(user: User, comment: Comment, *rest: object, **more: object) -> Decision:
        if comment.id == comments[1].id:
            raise RuntimeError("something that nobody foresaw")
        return real(user, comment, *rest, **more)

    monkeypatch.setattr(steps, "decide", fails)
    bulk = done(cast.ana, Act.APPROVE)
    assert statuses(comments) == [Status.PUBLISHED, Status.PENDING, Status.PUBLISHED]
    assert progress_of(bulk).spared == {Spared.FAILED: 1}
