"""Next most urgent: past whatever a colleague is on, with a lease; and one at a time from act to act."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.care.claims import claim, take_lease
from service.care.models import Case
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.moderation.models import Act
from service.moderation.queue.place import Lane, Place
from service.moderation.queue.turns import next_one
from service.triage.levels import Level
from tests.cast import CALM, Cast, reading, token_in, version_in
from tests.conftest import Clock

pytestmark = pytest.mark.db


@pytest.fixture
def three(cast: Cast) -> list[Comment]:
    """A crisis, an urgent comment and one that sounds low, in the order of the lane."""
    levels = (Level.CRISIS, Level.URGENT, Level.SUPPORT)
    return [cast.says(cast.reader(), CALM, read_as=reading(level)) for level in levels]


def test_the_next_one_is_the_most_urgent_and_is_leased(cast: Cast, three: list[Comment]) -> None:
    assert turn(cast, None) == three[0].id
    assert case_of(three[0]).lease_user_id == cast.ana.id


def test_what_a_colleague_has_open_is_passed_over_until_they_leave(
    cast: Cast, three: list[Comment], still_clock: Clock
) -> None:
    begin_write()
    take_lease(case_of(three[0]), cast.mara)
    db.session.commit()
    assert turn(cast, None) == three[1].id
    still_clock.move(minutes=6)
    assert turn(cast, None) == three[0].id


def test_what_a_colleague_looks_after_is_passed_over_until_it_is_overdue(
    cast: Cast, three: list[Comment], still_clock: Clock
) -> None:
    begin_write()
    claim(case_of(three[0]), cast.mara)
    db.session.commit()
    assert turn(cast, None) == three[1].id
    still_clock.move(minutes=31)
    assert turn(cast, None) == three[0].id


def test_it_goes_on_through_the_lane_and_begins_anew_at_its_end(cast: Cast, three: list[Comment]) -> None:
    found = [three[0].id]
    for _step in range(3):
        found.append(turn(cast, found[-1]) or 0)
    assert found == [three[0].id, three[1].id, three[2].id, three[0].id]


def test_alone_in_the_lane_there_is_no_next_one(cast: Cast) -> None:
    assert turn(cast, None) is None
    only = cast.says(cast.tove, CALM, read_as=reading(Level.SUPPORT))
    assert turn(cast, only.id) is None
    browser = cast.browser(cast.ana)
    answer = press(browser, f"/moderation/comments/{only.id}", after=only.id)
    assert answer.location == "/moderation?lane=care&left=none"
    assert "Nobody is left for you here." in browser.get(answer.location).text


def test_one_at_a_time_an_act_leads_to_the_next_and_then_back(cast: Cast, three: list[Comment]) -> None:
    ana = cast.browser(cast.ana)
    place = press(ana, "/moderation").location
    for following in (*three[1:], None):
        assert "one=1" in place
        page = ana.get(place)
        answer = ana.post(
            place.partition("?")[0] + "/decisions?" + place.partition("?")[2],
            data={"csrf_token": token_in(page), "version": version_in(page), "act": Act.DISMISS, "reason": "calm"},
        )
        place = answer.location
        assert place.startswith(f"/moderation/comments/{following.id}?" if following else "/moderation?")
    assert place == "/moderation?lane=care"


def test_going_on_keeps_what_the_lane_is_narrowed_down_to(cast: Cast, three: list[Comment]) -> None:
    ana = cast.browser(cast.ana)
    place = press(ana, "/moderation?lane=care&level=support").location
    assert place == f"/moderation/comments/{three[0].id}?lane=care&one=1"  # the big button is always about everybody
    answer = press(ana, f"/moderation/comments/{three[2].id}?lane=care&level=support", after=three[2].id)
    assert answer.location == "/moderation?lane=care&level=support&left=none"


def test_in_held_the_longest_wait_comes_next(cast: Cast, still_clock: Clock) -> None:
    held = []
    for number in range(2):
        held.append(cast.says(cast.reader(), f"{CALM} {number}", audience="author").id)
        still_clock.move(minutes=1)
    assert turn(cast, None, Lane.HELD) == held[0]
    assert turn(cast, held[0], Lane.HELD) == held[1]


def turn(cast: Cast, after: int | None, lane: Lane = Lane.CARE) -> int | None:
    begin_write()
    found = next_one(cast.ana, Place(lane), after)
    db.session.commit()
    return found


def press(browser: FlaskClient, page: str, after: int | None = None) -> TestResponse:
    """Press the button of a page that leads to the next one, as a form does."""
    drawn = browser.get(page)
    action = drawn.text.partition('action="/moderation/next')[2].partition('"')[0].replace("&amp;", "&")
    fields = {"csrf_token": token_in(drawn), **({"after": after} if after else {})}
    return browser.post(f"/moderation/next{action}", data=fields)


def case_of(comment: Comment) -> Case:
    return db.session.query(Case).filter_by(comment_id=comment.id).one()
