"""Withdraw: for ever, from every page, by its writer alone."""

import pytest

from service.care.queries import case_of
from service.care.transitions import CaseState
from service.comments.actions import set_status, withdraw
from service.comments.models import Comment, Status
from service.comments.status import ALLOWED, Actor, check_transition
from service.core.db import begin_write, db
from service.core.errors import Conflict
from service.moderation.actions import decide
from service.moderation.models import Act
from tests.cast import CALM, CRISIS, LOW, Cast, screen

pytestmark = pytest.mark.db


def test_it_leaves_the_page_and_the_count(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    thread_version = cast.article.thread_version
    take_back(comment)
    assert comment.status is Status.WITHDRAWN
    assert not comment.shown
    assert cast.article.comment_count == 0
    assert cast.article.thread_version > thread_version


def test_twice_is_the_same_as_once(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    take_back(comment)
    version = comment.version
    take_back(comment)
    assert comment.version == version
    assert cast.article.comment_count == 0


def test_what_is_held_can_be_taken_back_and_no_longer_waits_for_a_decision(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    assert comment.held_at is not None
    take_back(comment)
    assert comment.held_at is None


def test_the_duty_to_answer_stays(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    take_back(comment)
    case = case_of(comment)
    assert case is not None
    assert case.state is CaseState.OPEN


def test_distress_is_found_although_the_words_were_taken_back_before_screening(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW, screened=False)
    take_back(comment)
    screen(comment)
    assert case_of(comment) is not None
    assert comment.status is Status.WITHDRAWN
    assert not comment.shown


def test_nobody_can_bring_it_back(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    take_back(comment)
    for act in (Act.APPROVE, Act.RESTORE, Act.HIDE, Act.SPAM):
        begin_write()
        with pytest.raises(Conflict, match="has taken it back"):
            decide(ana, comment, act, version=comment.version, reason="because")
        db.session.rollback()
    assert comment.status is Status.WITHDRAWN


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", Status)
def test_the_table_of_status_changes(actor: Actor, before: Status, after: Status) -> None:
    pending, published, hidden, spam = Status.PENDING, Status.PUBLISHED, Status.HIDDEN, Status.SPAM
    possible = {
        Actor.MACHINE: before is pending and after in (published, spam),
        Actor.STAFF: before is not Status.WITHDRAWN and after in (published, hidden, spam) and before is not after,
        Actor.WRITER: (before is not Status.WITHDRAWN and after is Status.WITHDRAWN)
        or (before is published and after is pending),
        Actor.UNDO: before in (published, hidden, spam) and after is not Status.WITHDRAWN and before is not after,
    }
    assert ((actor, before, after) in ALLOWED) == possible[actor]
    if possible[actor]:
        check_transition(actor, before, after)
    else:
        with pytest.raises(Conflict):
            check_transition(actor, before, after)


def test_the_machine_files_nothing_away_that_was_public(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    with pytest.raises(Conflict):
        set_status(comment, Actor.MACHINE, Status.SPAM)
    db.session.rollback()


def take_back(comment: Comment) -> None:
    begin_write()
    withdraw(comment)
    db.session.commit()
