"""Edit: a new revision for a quarter of an hour, and the old words stay public until the new ones are screened."""

from datetime import timedelta

import pytest

from service.comments.actions import edit, withdraw
from service.comments.models import Comment, Revision, Screening
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from tests.cast import CALM, Cast, screen
from tests.conftest import Clock, Outgoing

pytestmark = pytest.mark.db
WINDOW = timedelta(minutes=15)


def test_new_words_are_a_new_revision_that_waits(cast: Cast, outbox: Outgoing) -> None:
    comment = cast.says(cast.tove, CALM)
    version, old = comment.version, comment.latest
    outbox.take("moderation.screen")
    change(comment, "Better words.")
    assert comment.latest.number == 2
    assert comment.latest.source == "Better words."
    assert comment.public is old
    assert comment.awaits_admission
    assert comment.edited_at is not None
    assert comment.version == version + 1
    assert outbox.take("moderation.screen") == [comment.id]


def test_the_window_is_open_to_its_last_moment(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM)
    still_clock.move(minutes=15)
    change(comment, "Just in time.")
    still_clock.move(seconds=1)
    with pytest.raises(Conflict, match="time for changes is over"):
        change(comment, "Too late.")
    assert comment.latest.source == "Just in time."


def test_the_same_words_change_nothing(cast: Cast, outbox: Outgoing) -> None:
    comment = cast.says(cast.tove, CALM)
    outbox.take("moderation.screen")
    version = comment.version
    change(comment, f"{CALM}\r\n")
    assert comment.latest.number == 1
    assert comment.version == version
    assert comment.edited_at is None
    assert outbox.take("moderation.screen") == []


def test_words_that_were_never_screened_give_way(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM, screened=False)
    change(comment, "Better words.")
    first = db.session.query(Revision).filter_by(comment_id=comment.id, number=1).one()
    assert first.screening is Screening.SUPERSEDED
    screen(comment)
    assert comment.public is comment.latest
    assert comment.public.source == "Better words."


@pytest.mark.parametrize("body", ["", "   ", "x" * 5001])
def test_bad_words_leave_the_old_ones(cast: Cast, body: str) -> None:
    comment = cast.says(cast.tove, CALM)
    with pytest.raises(Invalid):
        change(comment, body)
    assert comment.latest.source == CALM


def test_what_was_taken_back_cannot_be_edited(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    withdraw(comment)
    db.session.commit()
    with pytest.raises(Conflict, match="taken this comment back"):
        change(comment, "Other words.")


def change(comment: Comment, body: str) -> None:
    begin_write()
    try:
        edit(comment, body, window=WINDOW)
        db.session.commit()
    finally:
        db.session.rollback()
