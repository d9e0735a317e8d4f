"""Ask for a small change: the writer sees it beside their comment, can edit until they have, and a person reads it."""

import pytest

from service.comments.actions import edit, withdraw
from service.comments.models import Comment, Status
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from service.moderation.actions import ask_to_edit, decide
from service.moderation.masking import mask
from service.moderation.models import Act
from service.moderation.queries import decisions_on
from service.moderation.wording import Concern
from service.reader.mine import MINE
from tests.cast import CALM, Cast, screen
from tests.comments.test_edit import WINDOW
from tests.conftest import Clock

pytestmark = pytest.mark.db

WORDS = "Could you take the street out?"


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.HIDDEN])
def test_the_writer_can_edit_for_as_long_as_they_are_asked(cast: Cast, still_clock: Clock, status: Status) -> None:
    comment = asked(cast, status)
    assert comment.change_waits
    still_clock.move(days=9)
    begin_write()
    edit(comment, "Thank you for this page.", window=WINDOW)
    db.session.commit()
    assert not comment.change_waits
    screen(comment)
    assert comment.status is status
    assert comment.held_reason.startswith("Held because its writer has changed")
    assert comment.public is not None
    assert comment.public.source == CALM  # until a person has read the new words
    still_clock.move(minutes=1)
    begin_write()
    with pytest.raises(Conflict):
        edit(comment, "And again.", window=WINDOW)
    db.session.rollback()
    begin_write()
    decide(cast.ana, comment, Act.APPROVE, version=comment.version)
    db.session.commit()
    assert comment.public.source == "Thank you for this page."
    assert comment.change_asked == ""


def test_publishing_or_keeping_private_ends_it(cast: Cast, still_clock: Clock) -> None:
    comment = asked(cast, Status.HIDDEN)
    begin_write()
    decide(cast.ana, comment, Act.RESTORE, version=comment.version)
    db.session.commit()
    still_clock.move(days=1)
    with pytest.raises(Conflict):
        edit(comment, "Too late.", window=WINDOW)


def test_the_writer_reads_it_kindly_and_has_the_form(cast: Cast, still_clock: Clock) -> None:
    comment, ana = asked(cast, Status.PUBLISHED), cast.ana
    still_clock.move(days=1)
    address = f"/my/{current_keys().sign(MINE, str(comment.id))}"
    page = cast.browser().get(address).text
    assert WORDS in page
    assert f'action="{address}/edit' in page
    begin_write()
    mask(ana, comment, version=comment.version, concern=Concern.PRIVATE, picked=[1])
    db.session.commit()
    page = cast.browser().get(address).text
    assert "We have taken one part out of your words" in page
    assert "It could tell strangers who someone is" in page


def test_a_double_click_asks_once_and_other_words_ask_anew(cast: Cast) -> None:
    comment = asked(cast, Status.PUBLISHED)
    begin_write()
    ask_to_edit(cast.ana, comment, WORDS, version=comment.version - 1, concern=Concern.PRIVATE)
    db.session.commit()
    assert [row.act for row in decisions_on(comment)] == [Act.ASK_EDIT]
    begin_write()
    ask_to_edit(cast.ana, comment, "Or the name?", version=comment.version, concern=Concern.PRIVATE)
    db.session.commit()
    assert comment.change_asked == "Or the name?"


@pytest.mark.parametrize("words", ["", "  ", "x" * 501])
def test_the_words_must_be_there_and_fit(cast: Cast, words: str) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    with pytest.raises(Invalid):
        ask_to_edit(ana, comment, words, version=comment.version, concern=Concern.OTHER)


def test_nobody_is_asked_about_what_is_gone(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    begin_write()
    withdraw(comment)
    db.session.commit()
    with pytest.raises(Conflict):
        ask_to_edit(ana, comment, WORDS, version=comment.version, concern=Concern.OTHER)


def asked(cast: Cast, status: Status) -> Comment:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    if status is Status.HIDDEN:
        begin_write()
        decide(ana, comment, Act.HIDE, version=comment.version, reason="names a street")
        db.session.commit()
    begin_write()
    ask_to_edit(ana, comment, WORDS, version=comment.version, concern=Concern.PRIVATE)
    db.session.commit()
    if status is Status.PUBLISHED:
        return comment
    for row in decisions_on(comment)[:1]:
        assert row.act is Act.HIDE
    return comment
