"""News of the queue: who came in, what a colleague has done with what is shown, who is on it; 304 when nothing has."""

import re

import pytest
from flask.testing import FlaskClient

from service.care.claims import take_lease
from service.care.models import Case
from service.core.db import begin_write, db
from service.moderation.actions import decide, reply
from service.moderation.models import Act
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, reading
from tests.conftest import Clock

pytestmark = pytest.mark.db


def test_what_comes_in_is_counted_and_never_moves_the_list(cast: Cast, still_clock: Clock) -> None:
    ana = cast.browser(cast.ana)
    cast.says(cast.tove, LOW)
    path = news_path(ana, "/moderation")
    assert ana.get(path).json["new"] == ""
    still_clock.move(minutes=3)
    cast.says(cast.joao, CRISIS, name="João")
    cast.says(cast.reader(), CALM)
    told = ana.get(path).json
    assert (told["new"], told["lanes"]["care"], told["lanes"]["held"]) == ("1 new", 2, 1)
    assert ana.get(news_path(ana, "/moderation?lane=all")).json["new"] == ""


def test_somebody_who_writes_again_more_urgently_is_new(cast: Cast, still_clock: Clock) -> None:
    ana = cast.browser(cast.ana)
    low = cast.says(cast.tove, LOW)
    path = news_path(ana, "/moderation")
    still_clock.move(minutes=3)
    cast.says(cast.tove, CALM, to=low, read_as=reading(Level.NONE))
    assert ana.get(path).json["new"] == ""
    cast.says(cast.tove, CRISIS, to=low)
    assert ana.get(path).json["new"] == "1 new"


def test_nothing_new_is_a_304_of_few_statements(cast: Cast, statements: list[str]) -> None:
    ana = cast.browser(cast.ana)
    cast.says(cast.tove, LOW)
    path = news_path(ana, "/moderation")
    tag = ana.get(path).headers["ETag"]
    statements.clear()
    answer = ana.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert len(statements) <= 8
    cast.says(cast.joao, CRISIS, name="João")
    assert ana.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_card_says_who_is_on_it_and_who_has_dealt_with_it(cast: Cast) -> None:
    mara = cast.browser(cast.mara)
    low, crisis = cast.says(cast.tove, LOW), cast.says(cast.joao, CRISIS, name="João")
    path = news_path(mara, "/moderation")
    begin_write()
    take_lease(db.session.query(Case).filter_by(comment_id=crisis.id).one(), cast.ana)
    reply(cast.ana, low, "I read this.")
    db.session.commit()
    told = mara.get(path).json["cards"]
    assert told[str(crisis.id)] == {"gone": "", "here": "Ana Brandt is on this"}
    assert told[str(low.id)] == {"gone": "Ana Brandt has answered this comment.", "here": ""}


def test_an_answer_in_private_takes_a_card_away_and_what_waits_to_be_seen_is_no_news(
    cast: Cast, still_clock: Clock
) -> None:
    mara = cast.browser(cast.mara)
    crisis = cast.says(cast.joao, CRISIS, name="João")
    path = news_path(mara, "/moderation")
    still_clock.move(minutes=1)
    begin_write()
    reply(cast.ana, crisis, "Please call somebody now.", private=True)
    db.session.commit()
    told = mara.get(path).json["cards"][str(crisis.id)]
    assert told["gone"] == "Ana Brandt has answered this comment in private."
    still_clock.move(minutes=1)
    assert mara.get(news_path(mara, "/moderation")).json["cards"][str(crisis.id)]["gone"] == ""


def test_who_is_shown_to_have_been_answered_comes_back_when_they_write_again(cast: Cast, still_clock: Clock) -> None:
    mara = cast.browser(cast.mara)
    low = cast.says(cast.tove, LOW)
    path = news_path(mara, "/moderation")
    begin_write()
    reply(cast.ana, low, "I read this.")
    db.session.commit()
    still_clock.move(minutes=5)
    again = cast.says(cast.tove, LOW + " Still.", to=low)
    told = mara.get(path).json
    assert told["new"] == "1 new"
    assert told["cards"][str(low.id)]["gone"]
    assert str(again.id) not in told["cards"]


def test_an_item_says_what_somebody_else_has_done_with_it(cast: Cast) -> None:
    mara = cast.browser(cast.mara)
    comment = cast.says(cast.tove, CRISIS)
    path = news_path(mara, f"/moderation/comments/{comment.id}")
    quiet = mara.get(path)
    assert quiet.json == {"changed": ""}
    assert mara.get(path, headers={"If-None-Match": quiet.headers["ETag"]}).status_code == 304
    begin_write()
    decide(cast.ana, comment, Act.HIDE, version=comment.version, reason="not here")
    db.session.commit()
    assert mara.get(path).json == {"changed": "Ana Brandt has kept this comment private."}


def test_news_of_other_authors_pages_are_not_told(cast: Cast) -> None:
    olga = cast.browser(cast.other_author)
    path = news_path(olga, "/moderation")
    comment = cast.says(cast.tove, CRISIS)
    told = olga.get(path.replace("shown=", f"shown={comment.id}")).json
    assert (told["new"], told["lanes"]["care"]) == ("", 0)
    assert told["cards"][str(comment.id)]["here"] == ""
    assert olga.get(f"/moderation/comments/{comment.id}/news?version=1").status_code == 404


def test_news_that_come_late_leave_alone_what_an_act_has_said_meanwhile(cast: Cast) -> None:
    ana = cast.browser(cast.ana)
    with ana.session_transaction() as session:
        session.permanent = True  # as after signing in
    cast.says(cast.tove, LOW)
    path = news_path(ana, "/moderation")
    assert "Set-Cookie" not in ana.get(path).headers


@pytest.mark.parametrize("query", ["", "since=nonsense", "since=99999999999999999-0-0"])
def test_news_since_never_are_the_address_of_nothing(cast: Cast, query: str) -> None:
    assert cast.browser(cast.ana).get(f"/moderation/news?{query}").status_code == 404


def news_path(browser: FlaskClient, page: str) -> str:
    """Return where a page asks for its news."""
    found = re.search(r'data-news="([^"]+)"', browser.get(page).text)
    assert found
    return found[1].replace("&amp;", "&")
