"""Lease: one person at a time is on a case for five minutes, which others see, and which stops nobody."""

import pytest

from service.care.claims import release, take_lease
from service.care.models import Case
from service.care.queries import case_of
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.moderation.actions import reply
from service.triage.levels import Level
from tests.cast import CALM, LOW, Cast, reading, token_in
from tests.conftest import Clock

pytestmark = pytest.mark.db


def test_one_at_a_time_for_five_minutes(cast: Cast, still_clock: Clock) -> None:
    case, mara, ana = case_behind(cast.says(cast.tove, LOW)), cast.mara, cast.ana
    begin_write()
    first = take_lease(case, mara)
    assert first.user_id == mara.id
    assert first.token
    refused = take_lease(case, ana)
    assert (refused.user_id, refused.token) == (mara.id, "")
    still_clock.move(minutes=4, seconds=59)
    assert take_lease(case, mara).token == first.token  # renewed, in whichever of her pages
    still_clock.move(minutes=4, seconds=59)
    assert take_lease(case, ana).user_id == mara.id
    still_clock.move(seconds=1)
    assert take_lease(case, ana).user_id == ana.id
    db.session.commit()


def test_a_page_that_is_closed_late_lets_go_of_its_own_lease_alone(cast: Cast, still_clock: Clock) -> None:
    case, mara, ana = case_behind(cast.says(cast.tove, LOW)), cast.mara, cast.ana
    begin_write()
    old = take_lease(case, mara)
    release(case, old.token)
    assert case.lease_user_id is None
    old = take_lease(case, mara)
    still_clock.move(minutes=6)
    take_lease(case, ana)
    release(case, old.token)
    release(case, "")
    assert case.lease_user_id == ana.id
    db.session.commit()


def test_it_neither_stops_the_ladder_nor_another_persons_answer(cast: Cast, still_clock: Clock) -> None:
    comment, mara, ana = cast.says(cast.tove, CALM, read_as=reading(Level.CRISIS)), cast.mara, cast.ana
    case = case_behind(comment)
    planned = case.next_step_at
    begin_write()
    take_lease(case, mara)
    assert case.next_step_at == planned
    reply(ana, comment, "I read this.")
    db.session.commit()
    assert case_behind(comment).ended


def test_opening_a_page_takes_nothing_and_its_script_takes_and_renews(
    cast: Cast, still_clock: Clock, statements: list[str]
) -> None:
    comment = cast.says(cast.tove, LOW)
    mara, ana, case_id = cast.browser(cast.mara), cast.browser(cast.ana), case_behind(comment).id
    path = f"/moderation/comments/{comment.id}"
    token = token_in(mara.get(path))
    statements.clear()
    mara.get(path)
    writing = [line for line in statements if line.lstrip().upper().startswith(("UPDATE", "INSERT"))]
    assert [line.split(" (")[0] for line in writing] == ["INSERT INTO audit"]  # who looked
    taken = mara.post(f"/moderation/cases/{case_id}/leases", data={"csrf_token": token, "by": "script"}).get_json()
    assert taken["who"] == "You are on this"
    seen = ana.get(path)
    assert "Dr. Mara Lindqvist is on this" in seen.text
    assert "Mara" in ana.get("/moderation").text
    other = ana.post(f"/moderation/cases/{case_id}/leases", data={"csrf_token": token_in(seen), "by": "script"})
    assert other.get_json() == {"who": "Dr. Mara Lindqvist is on this", "token": ""}
    gone = mara.post(f"/moderation/cases/{case_id}/releases", data={"csrf_token": token, "token": taken["token"]})
    assert gone.status_code == 204
    assert "is on this" not in ana.get(path).text


def test_without_a_script_a_button_takes_it(cast: Cast) -> None:
    comment, mara = cast.says(cast.tove, LOW), cast.browser(cast.mara)
    path = f"/moderation/comments/{comment.id}"
    form = {"csrf_token": token_in(mara.get(path))}
    answer = mara.post(f"/moderation/cases/{case_behind(comment).id}/leases", data=form)
    assert (answer.status_code, answer.location) == (303, f"{path}?lane=care")
    assert "You are on this" in mara.get(path).text


def case_behind(comment: Comment) -> Case:
    case = case_of(comment)
    assert case is not None
    return case
