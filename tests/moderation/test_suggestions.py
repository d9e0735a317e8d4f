"""What people might change: phrases that are mostly wrong, words of those who were missed, and putting either away."""

import re

import pytest

from service.accounts.models import User
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.errors import Invalid
from service.moderation.actions import give_feedback
from service.moderation.calibration.suggestions import (
    bring_again,
    declined,
    frequent,
    is_mostly_wrong,
    missed_words,
    put_away,
    wrong_phrases,
)
from service.moderation.models import Verdict
from service.moderation.phrases.tallies import Tally, keep_tallies
from service.triage.levels import Level
from service.triage.phrases.queries import refresh, shipped
from service.triage.queries import latest_scan
from tests.cast import CALM, Cast, token_in

pytestmark = pytest.mark.db
PATH = "/moderation/phrases/calibration"


def miss(user: User, comment: Comment) -> None:
    begin_write()
    give_feedback(user, comment, latest_scan(comment.id).id, Verdict.MISSED, Level.SUPPORT)  # type: ignore[union-attr]
    db.session.commit()


def three_missed(cast: Cast) -> None:
    for number in range(3):
        miss(cast.ana, cast.says(cast.reader(), f"A grey cloud sits here. {number}", name=f"Reader {number}"))
    for number in range(8):
        cast.says(cast.reader(), f"{CALM} I sat here for {number} hours.")


def tally(level: Level, right: int, wrong: int) -> str:
    key = next(phrase.key for phrase in shipped().values() if phrase.now.level is level)
    begin_write()
    keep_tallies({key: Tally(right + wrong, right, wrong)})
    db.session.commit()
    refresh()
    db.session.rollback()
    return key


def away(user: User, kind: str, subject: str) -> None:
    begin_write()
    put_away(user, kind, subject)
    db.session.commit()


def test_it_takes_enough_to_say_that_a_phrase_is_mostly_wrong() -> None:
    assert [is_mostly_wrong(Tally(20, right, wrong)) for right, wrong in ((1, 9), (0, 5), (0, 4), (3, 5), (9, 1))] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_phrase_that_was_mostly_wrong_is_suggested_until_it_is_put_away(cast: Cast) -> None:
    key = tally(Level.SUPPORT, 1, 9)
    [found] = wrong_phrases(cast.ana)
    assert (found.phrase.key, found.grave) == (key, False)
    away(cast.ana, "wrong", key)
    away(cast.ana, "wrong", key)
    assert wrong_phrases(cast.mara) == []
    [row] = declined(cast.site_id)
    begin_write()
    bring_again(cast.mara, row.id)
    bring_again(cast.mara, row.id)
    db.session.commit()
    assert len(wrong_phrases(cast.mara)) == 1


def test_a_grave_phrase_is_never_suggested_to_be_switched_off(cast: Cast) -> None:
    key = tally(Level.CRISIS, 1, 9)
    assert wrong_phrases(cast.ana)[0].grave
    page = cast.browser(cast.ana).get(PATH).text
    assert f"/entries/{key}?" in page
    assert "state=off" not in page


def test_words_of_those_who_were_missed_are_suggested(cast: Cast) -> None:
    three_missed(cast)
    found = missed_words(cast.ana)
    assert {each.words for each in found} == {"grey cloud", "cloud sits"}
    assert {(each.comments, each.people, each.elsewhere, each.compared) for each in found} == {(3, 3, 0, 8)}
    away(cast.ana, "missed", "grey cloud")
    assert {each.words for each in missed_words(cast.ana)} == {"cloud sits"}
    with pytest.raises(Invalid):
        away(cast.ana, "missed", "somebody’s own words")
    with pytest.raises(Invalid):
        away(cast.ana, "other", "cloud sits")


def test_one_person_who_was_missed_often_is_not_quoted(cast: Cast) -> None:
    for number in range(4):
        miss(cast.ana, cast.says(cast.tove, f"A grey cloud sits here. {number}"))
    assert missed_words(cast.ana) == []


def test_what_stands_everywhere_says_nothing() -> None:
    told = {number: (number, frozenset({"cloud", "lamp"})) for number in range(4)}
    others = [frozenset({"lamp"})] * 50
    assert [each.words for each in frequent(told, others)] == ["cloud"]
    assert frequent({1: (1, frozenset({"cloud"})), 2: (2, frozenset({"cloud"}))}, others) == []


def test_authors_are_shown_words_of_their_own_articles_alone(cast: Cast) -> None:
    three_missed(cast)
    assert missed_words(cast.mara) != []
    assert missed_words(cast.other_author) == []


def test_a_suggestion_leads_to_the_form_filled_in_and_changes_nothing_itself(cast: Cast) -> None:
    three_missed(cast)
    key = tally(Level.SUPPORT, 1, 9)
    browser = cast.browser(cast.mara)
    page = browser.get(PATH)
    assert "was wrong 9 of 10 times in 90 days." in page.text
    assert "You marked 3 comments of 3 people as missed that contain" in page.text
    form = browser.get(f"/moderation/phrases/entries/{key}?state=off&why=Wrong+9+of+10+times.").text
    assert re.search(r'value="off" checked', form)
    assert "Wrong 9 of 10 times." in form
    blank = browser.get("/moderation/phrases/new?words=grey+cloud&why=3+were+missed.").text
    assert "grey cloud" in blank
    assert "3 were missed." in blank
    sent = {"csrf_token": token_in(page), "kind": "missed", "subject": "grey cloud"}
    assert browser.post(f"{PATH}/declines", data=sent).status_code == 303
    assert browser.post(f"{PATH}/declines", data={**sent, "subject": "nothing"}).status_code == 422
    after = browser.get(PATH).text
    assert "words=grey+cloud" not in after
    assert "Suggest it again" in after
    [row] = declined(cast.site_id)
    address = f"{PATH}/declines/{row.id}/undos"
    db.session.rollback()
    assert browser.post(address, data={"csrf_token": sent["csrf_token"]}).status_code == 303
    assert "words=grey+cloud" in browser.get(PATH).text
