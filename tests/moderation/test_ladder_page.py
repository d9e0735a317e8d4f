"""The ladder on the page of alerts: drawn from what is set and who is there, changed by owners."""

import pytest

from service.care.claims import claim
from service.care.climbing import climb
from service.care.queries import case_of, ladder_waits
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CRISIS, Cast, token_in
from tests.conftest import Clock

pytestmark = pytest.mark.db
PAGE = "/moderation/alerts"


def words(page: str) -> str:
    return " ".join(page.replace("<bdi>", "").replace("</bdi>", "").split())


def climbs(comment: Comment) -> None:
    case = case_of(comment)
    assert case is not None
    begin_write()
    climb(case.id)
    db.session.commit()


def test_it_shows_how_far_the_ladder_of_one_person_has_come(cast: Cast, still_clock: Clock) -> None:
    assert cast.ana
    assert cast.ines
    comment = cast.says(cast.tove, CRISIS)
    for _step in ("the deputy, who is nobody", "the moderators"):
        still_clock.move(minutes=3)
        climbs(comment)
    page = words(cast.browser(cast.ana).get(PAGE).text)
    assert "Tove, waiting 6 min" in page
    assert 'Dr. Mara Lindqvist <span class="soft">(the author)</span></h4> <p>Bell and e-mail at 09:00.</p>' in page
    assert 'Ana Brandt, Ines Varga <span class="soft">(the moderators)</span></h4> <p>Bell and e-mail at 09:06.' in page
    assert "Nobody has said yet to be on it" in page
    assert 'In 4 min: Ines Varga <span class="soft">(on call)</span>' in page
    case = case_of(comment)
    assert case is not None
    begin_write()
    claim(case, cast.ana)
    db.session.commit()
    page = words(cast.browser(cast.ana).get(PAGE).text)
    assert "Ana Brandt looks after it" in page
    assert "In 15 min: Ines Varga" in page


def test_without_anybody_who_waits_it_shows_what_would_happen(cast: Cast) -> None:
    assert cast.article
    page = words(cast.browser(cast.ines).get(PAGE).text)
    assert 'At once: Dr. Mara Lindqvist <span class="soft">(the author)</span>' in page
    assert "After 10 min: Ines Varga" in page
    assert "for the articles of Dr. Mara Lindqvist" in page
    assert "Nobody has quiet hours." in page


def test_owners_change_the_waits_and_everything_or_nothing_is_kept(cast: Cast) -> None:
    assert cast.article
    ines = cast.browser(cast.ines)
    page = ines.get(PAGE)
    levels = ("crisis", "urgent", "support")
    form = {f"wait-{level}-{step}": "20" for level in levels for step in (2, 3, 4, 5)}
    form |= {"check-in-crisis": "5", "check-in-urgent": "2", "csrf_token": token_in(page)}
    wrong = ines.post(f"{PAGE}/waits", data={**form, "wait-support-5": "0"})
    assert wrong.status_code == 422
    assert 'value="20"' in wrong.text
    assert ladder_waits(cast.site_id)[Level.CRISIS, 2].total_seconds() == 180
    assert ines.post(f"{PAGE}/waits", data=form).status_code == 303
    assert {wait.total_seconds() for wait in ladder_waits(cast.site_id).values()} == {1200}
    db.session.refresh(current_site())
    assert (current_site().check_in_crisis_days, current_site().check_in_urgent_days) == (5, 2)
    assert "After 1 h: Ines Varga" in words(ines.get(PAGE).text)


def test_nobody_else_changes_them(cast: Cast) -> None:
    ana = cast.browser(cast.ana)
    page = ana.get(PAGE)
    assert "Change the waits" not in page.text
    assert ana.post(f"{PAGE}/waits", data={"csrf_token": token_in(page)}).status_code == 403
