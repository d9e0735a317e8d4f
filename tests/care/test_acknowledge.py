"""The signed link of an alert: GET shows a level and a time, POST acts; harmless twice, and good for nothing else."""

import pytest

from service.accounts.models import User
from service.care.actions import dismiss
from service.care.claims import LINK_AGE_S, AlertLink, sign_alert
from service.care.climbing import climb
from service.care.models import Case
from service.care.queries import case_of, events_of
from service.comments.models import Comment
from service.config import current_keys
from service.core.db import begin_write, db
from service.triage.levels import Level
from tests.cast import CALM, LOW, Cast, reading, tampered, token_in
from tests.conftest import Clock

pytestmark = pytest.mark.db


def test_following_the_link_changes_nothing_and_shows_nothing_of_the_comment(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW, name="Walburga", read_as=reading(Level.CRISIS))
    url = link(cast, comment)
    page = cast.browser().get(url)
    assert "Someone may be in danger now" in page.text
    assert "2 March 2026" in page.text
    for private in ("exhausted", "Walburga", "Old maps", cast.mara.name, f"/comments/{comment.id}"):
        assert private not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert 'content="noindex"' in page.text
    assert case_behind(comment).acknowledged_at is None


def test_the_button_pauses_the_ladder_without_a_sign_in_and_twice_is_once(cast: Cast) -> None:
    comment, browser = cast.says(cast.tove, CALM, read_as=reading(Level.CRISIS)), cast.browser()
    url = link(cast, comment)
    for _click in range(2):
        assert browser.post(url).status_code == 303
    assert case_behind(comment).acknowledged_by == cast.mara.id
    assert [row.event.value for row in events_of(case_behind(comment))] == ["opened", "acknowledged"]
    assert "You are on this" in browser.get(url).text
    assert "Somebody is on this" in browser.get(link(cast, comment, cast.ana)).text


def test_a_link_that_buys_no_more_time_says_so(cast: Cast, still_clock: Clock) -> None:
    comment, browser = cast.says(cast.tove, CALM, read_as=reading(Level.CRISIS)), cast.browser()
    url, case_id = link(cast, comment), case_behind(comment).id
    browser.post(url)
    still_clock.move(minutes=15)
    begin_write()
    assert climb(case_id)
    db.session.commit()
    page = browser.get(url).text
    assert "You were on this, and others have been told since." in page
    assert "I am on this" not in page
    assert "I am on this" in browser.get(link(cast, comment, cast.ana)).text


def test_once_nobody_waits_it_says_so_and_does_nothing(cast: Cast) -> None:
    comment, browser = cast.says(cast.tove, CALM, read_as=reading(Level.URGENT)), cast.browser()
    url = link(cast, comment)
    begin_write()
    dismiss(case_behind(comment), cast.mara, "a song")
    db.session.commit()
    assert "Nobody waits here any more" in browser.get(url).text
    assert browser.post(url).status_code == 303
    assert case_behind(comment).acknowledged_at is None


def test_it_expires_and_is_bound_to_its_purpose(cast: Cast) -> None:
    comment, browser = cast.says(cast.tove, CALM, read_as=reading(Level.URGENT)), cast.browser()
    assert browser.post(tampered(link(cast, comment))).status_code == 404
    elsewhere = current_keys().sign("my comment", f"{case_behind(comment).id}-1-1-{cast.mara.id}")
    assert browser.post(f"/alerts/{elsewhere}").status_code == 404
    assert browser.get(f"/alerts/{elsewhere}").status_code == 404
    assert LINK_AGE_S == 3 * 24 * 3600
    assert case_behind(comment).acknowledged_at is None


def test_the_link_of_somebody_who_has_left_is_dead(cast: Cast) -> None:
    comment, browser = cast.says(cast.tove, CALM, read_as=reading(Level.URGENT)), cast.browser()
    url = link(cast, comment)
    begin_write()
    cast.mara.is_active = False
    db.session.commit()
    assert browser.get(url).status_code == 404
    assert browser.post(url).status_code == 404


def test_in_the_queue_a_button_does_the_same(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM, read_as=reading(Level.URGENT)), cast.browser(cast.ana)
    page = ana.get("/moderation")
    assert "I am on this" in page.text
    case_id = case_behind(comment).id
    ana.post(f"/moderation/cases/{case_id}/acknowledgements", data={"csrf_token": token_in(page)})
    assert case_behind(comment).acknowledged_by == cast.ana.id
    page = ana.get("/moderation")
    assert "Ana Brandt" in page.text
    assert "You look after it" in page.text


def test_an_author_cannot_touch_the_case_of_another_page(cast: Cast) -> None:
    elsewhere = cast.write_article(slug="elsewhere", author=cast.other_author)
    comment = cast.says(cast.tove, CALM, article=elsewhere, read_as=reading(Level.URGENT))
    mara, case_id = cast.browser(cast.mara), case_behind(comment).id
    form = {"csrf_token": token_in(mara.get("/moderation")), "token": "x"}
    for act in ("leases", "releases", "acknowledgements", "claims", "returns"):
        assert mara.post(f"/moderation/cases/{case_id}/{act}", data=form).status_code == 404
    assert case_behind(comment).acknowledged_at is None


def test_ownership_through_the_item_page(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, LOW)
    mara, ana = cast.browser(cast.mara), cast.browser(cast.ana)
    path, case_id = f"/moderation/comments/{comment.id}", case_behind(comment).id
    token = {"csrf_token": token_in(mara.get(path))}
    assert mara.post(f"/moderation/cases/{case_id}/claims", data=token).location == f"{path}?lane=care"
    assert "This is your case." in mara.get(path).text
    page = ana.get(path)
    assert "looks after this case" in page.text
    theirs = {"csrf_token": token_in(page)}
    assert ana.post(f"/moderation/cases/{case_id}/claims", data=theirs).status_code == 409
    refused = ana.post(f"/moderation/cases/{case_id}/claims", data={**theirs, "owner": str(cast.mara.id)})
    assert refused.status_code == 422
    taken = {**theirs, "owner": str(cast.mara.id), "reason": "Mara is on a train"}
    assert ana.post(f"/moderation/cases/{case_id}/claims", data=taken).status_code == 303
    page = ana.get(path)
    assert "Mara is on a train" in page.text
    assert ana.post(f"/moderation/cases/{case_id}/returns", data=theirs).status_code == 303
    assert case_behind(comment).owner_id is None
    assert mara.post(f"/moderation/cases/{case_id}/returns", data=token).status_code == 409


def link(cast: Cast, comment: Comment, user: User | None = None) -> str:
    case, recipient = case_behind(comment), user or cast.mara
    return f"/alerts/{sign_alert(current_keys(), AlertLink(case.id, case.opening, 1, recipient.id))}"


def case_behind(comment: Comment) -> Case:
    case = case_of(comment)
    assert case is not None
    return case
