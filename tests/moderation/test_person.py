"""The page of one person: what they wrote over time, their cases and notes, through the eyes of who looks."""

from datetime import timedelta

import pytest

from service.comments.models import Comment
from service.core import clock
from service.core.db import begin_write, db
from service.moderation import person as person_module
from service.moderation.actions import reply
from service.moderation.models import Note
from tests.cast import CALM, CRISIS, LOW, Cast, token_in
from tests.conftest import Clock


@pytest.mark.db
def test_it_shows_comments_scans_and_cases_over_time(cast: Cast, still_clock: Clock) -> None:
    low = cast.says(cast.tove, LOW)
    ana, still = cast.ana, still_clock
    still.move(hours=3)
    begin_write()
    reply(ana, low, "I read this twice, and I am glad you wrote.")
    db.session.commit()
    still.move(days=40)
    calm = cast.says(cast.tove, CALM)
    page = cast.browser(ana).get(url(low)).text
    assert "2 comments" in page
    assert "11 April 2026" in page
    assert "April 2026" in page
    assert "March 2026" in page
    assert "answered after 3 h" in page
    assert page.index(f"/moderation/comments/{calm.id}") < page.index(f"/moderation/comments/{low.id}")


@pytest.mark.db
def test_an_author_sees_what_stands_on_their_own_pages(cast: Cast) -> None:
    mine = cast.says(cast.tove, LOW)
    other = cast.write_article(slug="other", author=cast.other_author)
    theirs = cast.says(cast.tove, CRISIS, article=other)
    page = cast.browser(cast.mara).get(url(mine)).text
    assert "1 comment," in page
    assert f"/moderation/comments/{theirs.id}" not in page
    assert "Someone may be in danger now" not in page
    item = cast.browser(cast.mara).get(f"/moderation/comments/{mine.id}").text
    assert "I have the pills" not in item  # nor beside a comment of their own
    assert "2 comments" in cast.browser(cast.ana).get(url(mine)).text
    stranger = cast.says(cast.joao, CALM, article=other, name="Joao")
    assert cast.browser(cast.mara).get(url(stranger)).status_code == 404
    assert cast.browser(cast.mara).get("/moderation/people/999").status_code == 404


def test_heavy_words_stay_folded_and_notes_go_away(cast: Cast, still_clock: Clock) -> None:
    comment, ana = cast.says(cast.tove, CRISIS), cast.ana
    begin_write()
    note = Note(
        site_id=cast.site_id,
        commenter_id=comment.commenter_id,
        user_id=ana.id,
        text="Prefers her first name.",
        expires_at=clock.now() + timedelta(days=3),
    )
    db.session.add(note)
    db.session.commit()
    browser = cast.browser(ana)
    page = browser.get(url(comment)).text
    assert "Show the words when I’m ready" in page
    assert "Prefers her first name." in page
    still_clock.move(days=4)
    assert "Prefers her first name." not in browser.get(url(comment)).text


def test_a_note_about_the_person_is_kept_until_its_date_and_can_be_undone(cast: Cast, still_clock: Clock) -> None:
    first, second = cast.says(cast.tove, LOW), cast.says(cast.tove, CALM)
    browser = cast.browser(cast.ana)
    token = token_in(browser.get(url(first)))
    for _click in range(2):
        sent = browser.post(f"{url(first)}/notes", data={"csrf_token": token, "note": "Call her T.", "days": "30"})
        assert sent.status_code == 303
    page = browser.get(sent.location).text
    assert page.count("Call her T.</p>") == 1
    assert "Your note about" in page
    for comment in (first, second):
        assert "Call her T." in browser.get(f"/moderation/comments/{comment.id}").text
    wrong = browser.post(f"{url(first)}/notes", data={"csrf_token": token, "note": "x" * 1001, "days": "365"})
    assert wrong.status_code == 422
    assert "x" * 1001 in wrong.text
    assert 'value="365" selected' in wrong.text
    theirs = cast.browser(cast.other_author)
    refused = theirs.post(f"{url(first)}/notes", data={"csrf_token": token_in(theirs.get("/moderation")), "note": "?"})
    assert refused.status_code == 404
    still_clock.move(days=31)
    assert "Call her T." not in browser.get(url(first)).text


def test_long_histories_are_paged(cast: Cast, monkeypatch: pytest.MonkeyPatch, still_clock: Clock) -> None:
    monkeypatch.setattr(person_module, "PAGE_SIZE", 2)
    written = []
    for number in range(5):
        still_clock.move(minutes=number % 2)  # two at the same moment
        written.append(cast.says(cast.tove, f"The map number {number} is lovely.").id)
    browser, seen = cast.browser(cast.ana), []
    here = f"/moderation/people/{cast.tove.id}"
    while here:
        page = browser.get(here).text
        seen += [id_ for id_ in written if f'id="said-{id_}"' in page]
        here = page.partition('class="last" href="')[2].partition('"')[0]
    assert sorted(seen) == written


def url(comment: Comment) -> str:
    return f"/moderation/people/{comment.commenter_id}"
