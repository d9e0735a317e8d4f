"""An answer in private counts once its reader has opened their page, and not when a machine has followed the link."""

import pytest

from service.accounts.models import Commenter
from service.care.models import Case
from service.care.queries import case_of
from service.care.transitions import CaseState
from service.comments.models import Comment
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.signing import token_hash
from service.moderation.actions import reply
from service.moderation.queue.cards import cards
from service.moderation.queue.place import Lane, Place
from service.moderation.queue.tallies import tallies
from service.reader.mine import MINE
from service.triage.levels import Level
from tests.cast import CALM, Cast, reading
from tests.conftest import Clock

pytestmark = pytest.mark.db


@pytest.fixture
def comment(cast: Cast) -> Comment:
    """A note for the author alone that Mara has answered."""
    note = cast.says(cast.tove, CALM, audience="author", read_as=reading(Level.URGENT))
    begin_write()
    reply(cast.mara, note, "I am here.")
    db.session.commit()
    return note


def test_it_stays_in_the_queue_below_those_who_wait(cast: Cast, comment: Comment, still_clock: Clock) -> None:
    still_clock.move(days=3)
    waiting = cast.says(cast.joao, f"{CALM} João.", read_as=reading(Level.SUPPORT))
    shown = cards(cast.mara, Place(Lane.CARE), None)[0]
    assert [card.comment.id for card in shown] == [waiting.id, comment.id]
    assert tallies(cast.mara)[0].oldest == waiting.created_at
    assert "Answered, not yet seen" in cast.browser(cast.mara).get("/moderation").text


def test_a_browser_that_goes_to_the_page_has_seen_it(cast: Cast, comment: Comment) -> None:
    page = cast.browser().get(secret_page(comment), headers={"Sec-Fetch-Mode": "navigate"})
    assert "I am here." in page.text
    case = case_behind(comment)
    assert case.state is CaseState.ANSWERED
    assert case.next_step_at is None
    assert case.closed_at is not None


def test_the_writers_cookie_is_enough(cast: Cast, comment: Comment) -> None:
    browser = cast.browser()
    begin_write()
    db.session.get_one(Commenter, comment.commenter_id).cookie_hash = token_hash("tove's own")
    db.session.commit()
    browser.set_cookie("attune-guest", "tove's own")
    browser.get(secret_page(comment))
    assert case_behind(comment).state is CaseState.ANSWERED


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Mode": "cors"}, {"Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch;prerender"}],
)
def test_a_machine_that_follows_the_link_has_not(cast: Cast, comment: Comment, headers: dict[str, str]) -> None:
    assert cast.browser().get(secret_page(comment), headers=headers).status_code == 200
    assert case_behind(comment).state is CaseState.UNSEEN


def test_the_page_of_another_comment_does_not_show_it(cast: Cast, comment: Comment) -> None:
    other = cast.says(cast.tove, f"{CALM} Again.", read_as=reading(Level.NONE))
    cast.browser().get(secret_page(other), headers={"Sec-Fetch-Mode": "navigate"})
    assert case_behind(comment).state is CaseState.UNSEEN


def secret_page(comment: Comment) -> str:
    return f"/my/{current_keys().sign(MINE, str(comment.id))}"


def case_behind(comment: Comment) -> Case:
    case = case_of(comment)
    assert case is not None
    return case
