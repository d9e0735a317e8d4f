"""Take a detail out: the page shows a sign in its place, staff keep the words, and nothing is scanned anew."""

import pytest

from service.comments.actions import edit, withdraw
from service.comments.models import Comment, Screening, Status
from service.comments.queries import thread_page
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from service.core.text import plain_text, render_comment
from service.moderation.actions import decide
from service.moderation.masking import mask, mask_on, own_words, places_of, sentences, without
from service.moderation.models import Act
from service.moderation.wording import Concern
from service.triage.queries import latest_scan
from tests.cast import CALM, CRISIS, Cast, screen
from tests.comments.test_edit import WINDOW
from tests.conftest import Clock

db_only = pytest.mark.db


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("No end", ["No end"]),
        ("One…\nTwo\n\nThree.", ["One…", "Two", "Three."]),
        ("At 3.15 p.m. she said: no.", ["At 3.15 p.m.", "she said: no."]),
        ("What?! Really...", ["What?!", "Really..."]),
        ("", []),
    ],
)
def test_a_text_falls_into_sentences(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == found


@pytest.mark.parametrize(
    ("passage", "left"),
    [
        ("the bridge", "I went to […]. […] is high."),
        ("THE  BRIDGE", "I went to […]. […] is high."),
        ("to the\nbridge", "I went […]. The bridge is high."),
        ("a.c", "I went to the bridge. The bridge is high."),
        ("  ", "I went to the bridge. The bridge is high."),
    ],
)
def test_a_passage_goes_wherever_it_stands(passage: str, left: str) -> None:
    source = "I went to the bridge. The bridge is high."
    assert without(source, places_of(passage, source)) == left


def test_stretches_that_meet_are_one_and_make_no_link() -> None:
    assert without("abcdef", [(2, 4), (0, 3)]) == "[…]ef"
    assert "<p>[…] (<a" in render_comment(without("word(https://example.org)", [(0, 4)]))


@db_only
def test_what_is_on_the_page_is_replaced_there(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    scan = latest_scan(comment.id)
    begin_write()
    mask(ana, comment, version=comment.version, concern=Concern.PRIVATE, passage="the lamp made me smile")
    db.session.commit()
    [conversation] = thread_page(cast.article).conversations
    assert "The part about […]." in plain_text(conversation.root.line.html)
    assert comment.latest.screening is Screening.DONE
    assert latest_scan(comment.id) is scan
    assert own_words(comment).source == CALM
    decision = mask_on(comment)
    assert decision is not None
    assert (decision.user_id, decision.reason) == (ana.id, "private")


@db_only
@pytest.mark.parametrize("publish", [True, False])
def test_the_rest_of_what_was_held_can_be_published_with_it(cast: Cast, publish: bool) -> None:
    comment, ana = cast.says(cast.tove, CRISIS), cast.ana
    begin_write()
    mask(ana, comment, version=comment.version, concern=Concern.METHOD, picked=[0], publish=publish)
    db.session.commit()
    assert comment.shown is publish
    assert (comment.held_at is None) is publish
    assert comment.latest.source == "[…] Goodbye everyone."


@db_only
def test_a_second_mask_leaves_the_first_and_knows_the_writers_words(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CRISIS), cast.ana
    for passage in ("the pills", "Goodbye"):
        begin_write()
        mask(ana, comment, version=comment.version, concern=Concern.METHOD, passage=passage)
        db.session.commit()
    assert comment.latest.source == "I have […] here beside me and I am going to kill myself tonight. […] everyone."
    assert own_words(comment).source == CRISIS


@db_only
@pytest.mark.parametrize(("passage", "picked"), [("", []), ("not there", []), ("", [99]), (CALM, []), ("", [0, 1])])
def test_a_choice_that_makes_no_sense_changes_nothing(cast: Cast, passage: str, picked: list[int]) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    begin_write()
    with pytest.raises(Invalid):
        mask(ana, comment, version=comment.version, concern=Concern.OTHER, passage=passage, picked=picked)
    db.session.rollback()
    assert comment.latest.source == CALM


@db_only
def test_what_was_taken_back_stays_as_it_is(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    begin_write()
    withdraw(comment)
    db.session.commit()
    with pytest.raises(Conflict):
        mask(ana, comment, version=comment.version, concern=Concern.OTHER, picked=[0])


@db_only
def test_an_edit_after_a_mask_is_read_by_a_person(cast: Cast, still_clock: Clock) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    begin_write()
    mask(ana, comment, version=comment.version, concern=Concern.PRIVATE, picked=[1])
    db.session.commit()
    begin_write()
    edit(comment, CALM, window=WINDOW)
    db.session.commit()
    screen(comment)
    assert comment.held_reason.startswith("Held because its writer has changed")
    assert comment.public is not None
    assert "[…]" in comment.public.source
    assert mask_on(comment) is None


@db_only
def test_words_that_wait_go_on_waiting(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    begin_write()
    edit(comment, CRISIS, window=WINDOW)
    db.session.commit()
    screen(comment)
    begin_write()
    mask(ana, comment, version=comment.version, concern=Concern.METHOD, picked=[0])
    db.session.commit()
    assert comment.public is not None
    assert comment.public.source == CALM
    assert comment.held_at is not None
    begin_write()
    decide(ana, comment, Act.APPROVE, version=comment.version)
    db.session.commit()
    assert comment.status is Status.PUBLISHED
    assert "[…]" in published(comment)


def published(comment: Comment) -> str:
    assert comment.public is not None
    return comment.public.source
