"""My comment: what has become of it, new words for a quarter of an hour, and taking it back for ever."""

import html
import re

import pytest
from flask.testing import FlaskClient

from service.comments.models import Comment, Status
from service.config import current_keys
from service.core.db import begin_write, db
from service.moderation.actions import decide, reply
from service.moderation.models import Act
from service.reader.mine import MINE
from tests.cast import CALM, CRISIS, LOW, Cast, screen
from tests.conftest import Clock

pytestmark = pytest.mark.db


def test_the_link_is_the_key_and_cannot_be_guessed(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    mine = address(comment)
    assert client.get(mine).status_code == 200
    other = current_keys().sign("another purpose", str(comment.id))
    for forged in (f"{mine}x", "/my/1", f"/my/{other}", "/my/MQ", mine[:-4] + "AAAA"):
        assert client.get(forged).status_code == 404, forged
        assert client.post(f"{forged}/edit", data={"body": "Mine now."}).status_code == 404
        assert client.post(f"{forged}/withdraw").status_code == 404
    assert comment.latest.source == CALM


def test_the_page_is_kept_by_nobody(cast: Cast, client: FlaskClient) -> None:
    answer = client.get(address(cast.says(cast.tove, CALM)))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert 'content="noindex"' in answer.text


def test_new_words_wait_for_screening_and_the_old_ones_stay(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    sent = client.post(f"{address(comment)}/edit", data={"body": "Better *words*."})
    assert sent.status_code == 303
    assert "Better <em>words</em>." in client.get(address(comment)).text
    assert "lamp" in client.get("/articles/old-maps").text
    assert "Better" not in client.get("/articles/old-maps").text
    screen(comment)
    assert "Better <em>words</em>." in client.get("/articles/old-maps").text
    assert "lamp" not in client.get("/articles/old-maps").text


@pytest.mark.parametrize(
    ("failure", "status"), [("late", 409), ("empty", 422), ("long", 422), ("gone", 409), ("origin", 403)]
)
def test_new_words_that_are_not_taken_are_given_back(
    cast: Cast, client: FlaskClient, still_clock: Clock, failure: str, status: int
) -> None:
    comment = cast.says(cast.tove, CALM)
    body = {"empty": " ", "long": "x" * 5001}.get(failure, "New words <i>that</i> took long.")
    if failure == "late":
        still_clock.move(minutes=15, seconds=1)
    if failure == "gone":
        client.post(f"{address(comment)}/withdraw")
    headers = {"Sec-Fetch-Site": "cross-site"} if failure == "origin" else {}
    sent = client.post(f"{address(comment)}/edit", data={"body": body}, headers=headers)
    assert sent.status_code == status
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", sent.text, re.DOTALL)
    assert failure == "empty" or (found and html.unescape(found[1]) == body)
    assert comment.latest.source == ("" if failure == "gone" else CALM)


def test_after_the_window_there_is_no_form_for_new_words(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM)
    assert "<textarea" in client.get(address(comment)).text
    still_clock.move(minutes=15)
    assert "<textarea" not in client.get(address(comment)).text


def test_taking_back_is_for_ever_and_leaves_a_line_where_somebody_answered(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, "Words that she takes back.")
    answer = cast.says(cast.joao, "I hear you.", to=comment, name="João")
    assert client.post(f"{address(comment)}/withdraw").status_code == 303
    assert client.post(f"{address(comment)}/withdraw").status_code == 303
    page = client.get("/articles/old-maps").text
    assert "takes back" not in page
    assert {f'id="comment-{comment.id}"', f'id="comment-{answer.id}"'} <= set(re.findall(r'id="comment-\d+"', page))
    mine = client.get(address(comment)).text
    assert "takes back" not in mine
    assert "<textarea" not in mine


def test_answers_stand_on_the_page_public_and_private_ones(cast: Cast, client: FlaskClient) -> None:
    comment, ana, mara = cast.says(cast.tove, LOW), cast.ana, cast.mara
    begin_write()
    reply(mara, comment, "Said on the page.")
    decide(ana, comment, Act.HIDE, version=comment.version, reason="names a place")
    reply(ana, comment, "Said to you alone.")
    db.session.commit()
    mine = client.get(address(comment)).text
    assert "Said on the page." in mine
    assert "Said to you alone." in mine
    assert "names a place" not in mine
    assert "Said to you alone." not in client.get("/articles/old-maps").text


def test_who_comes_back_reads_first_what_a_person_answered(cast: Cast, client: FlaskClient) -> None:
    comment, ana = cast.says(cast.tove, CRISIS), cast.ana
    begin_write()
    reply(ana, comment, "I am glad that you wrote.", private=True)
    db.session.commit()
    mine = client.get(address(comment)).text
    order = [mine.index(words) for words in ("I am glad that you wrote.", 'id="letter"', 'id="state"')]
    assert order == sorted(order)
    assert "A person has read it and answered you." in mine
    assert "will read it" not in mine


@pytest.mark.parametrize("words", [CALM, LOW, CRISIS])
def test_no_state_says_that_it_was_flagged(cast: Cast, client: FlaskClient, words: str) -> None:
    comment = cast.says(cast.tove, words)
    page = client.get(address(comment)).text
    state = page.partition('id="state"')[2].partition("</section>")[0]
    assert state
    for word in ("flag", "level", "urgent", "crisis", "distress", "machine", "suspicious"):
        assert word not in state.casefold()


def test_every_status_has_a_page(cast: Cast, client: FlaskClient) -> None:
    comment, ana = cast.says(cast.tove, CALM, screened=False), cast.ana
    states = [state_of(client, comment)]
    screen(comment)
    states.append(state_of(client, comment))
    for act in (Act.HIDE, Act.RESTORE, Act.SPAM):
        begin_write()
        decide(ana, comment, act, version=comment.version, reason="because")
        db.session.commit()
        states.append(state_of(client, comment))
    client.post(f"{address(comment)}/withdraw")
    states.append(state_of(client, comment))
    on_its_way, public, hidden, restored, spam, gone = states
    assert public == restored
    assert hidden == spam
    assert len({on_its_way, public, hidden, gone}) == 4
    assert comment.status is Status.WITHDRAWN


def address(comment: Comment) -> str:
    return f"/my/{current_keys().sign(MINE, str(comment.id))}"


def state_of(client: FlaskClient, comment: Comment) -> str:
    page = client.get(address(comment))
    assert page.status_code == 200
    found = re.search(r'id="state-title">(.*?)</h2>', page.text, re.DOTALL)
    assert found
    return found[1]
