"""Report a comment as a reader does: without a cookie, without an account, and nobody hears of it but staff."""

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.comments.models import Comment
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.networks import DayKey, forget_old_keys
from service.moderation.reports.models import Reason, Report
from service.reader.mine import MINE
from service.site.actions import change
from service.site.queries import current_site
from tests.cast import CALM, CRISIS, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.db


def test_every_comment_of_the_shared_page_leads_to_its_form(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    page = client.get("/articles/old-maps").text
    assert f'href="/comments/{comment.id}/reports" rel="nofollow"' in page
    asked = client.get(f"/comments/{comment.id}/reports")
    assert asked.status_code == 200
    assert asked.headers["Cache-Control"] == "no-store"
    assert asked.headers["X-Robots-Tag"] == "noindex"
    assert re.findall(r'name="about" value="(\w+)"', asked.text) == [reason.value for reason in Reason]


def test_a_worry_is_thanked_with_lines_and_the_writer_hears_nothing(cast: Cast, client: FlaskClient) -> None:
    begin_write()
    change(current_site(), help_country="NL")
    db.session.commit()
    comment = cast.says(cast.tove, CALM)
    mine = f"/my/{current_keys().sign(MINE, str(comment.id))}"
    before = client.get(mine).text
    sent = post(client, comment, about="worried", body="She may be in danger.")
    assert sent.status_code == 303
    assert sent.headers.getlist("Set-Cookie") == []
    page = html.unescape(client.get(sent.location).text)
    assert "It was a kind thing to do." in page
    assert "we won’t say who told us" in page
    assert "If you think someone could die, call" in page
    assert "tel:" in page
    assert client.get(mine).text == before
    assert [told.words for told in every()] == ["She may be in danger."]


def test_thanks_without_a_country_ask_for_one(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    page = client.get(post(client, comment, about="hurtful").location).text
    assert "Pick your country" in page
    assert "kind thing" not in page
    assert "tel:" in client.get(f"/comments/{comment.id}/reports/thanks?about=hurtful&country=NL").text


def test_what_cannot_be_taken_comes_back_with_every_word(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    words = "</textarea><script>" + "x" * 1000
    for changes, status in (({"about": "nonsense"}, 422), ({"about": "spam"}, 422)):
        sent = post(client, comment, body=words, **changes)
        assert sent.status_code == status
        assert "<script>x" not in sent.text
        typed = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", sent.text, re.DOTALL)
        assert typed
        assert html.unescape(typed[1]) == words
    assert every() == []


def test_only_what_everybody_may_read_can_be_reported(cast: Cast, client: FlaskClient) -> None:
    held = cast.says(cast.tove, CRISIS)
    assert client.get(f"/comments/{held.id}/reports").status_code == 404
    sent = post(client, held, about="worried", body="Typed with care.")
    assert sent.status_code == 404
    assert "Typed with care." in sent.text
    assert every() == []


def test_a_reader_counts_once_and_an_invented_cookie_makes_nobody_new(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    for number in range(3):
        browser = cast.browser()
        browser.set_cookie("attune-guest", f"made up {number}")
        post(browser, comment, about="spam")
    elsewhere = cast.browser()
    elsewhere.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    post(elsewhere, comment, about="spam")
    assert len(every()) == 2


def test_neighbours_in_one_ipv6_network_are_one(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    for address in ("2001:db8:1:2::7", "2001:db8:1:2:ffff::9", "2001:db8:1:3::7"):
        browser = cast.browser()
        browser.environ_base["REMOTE_ADDR"] = address
        post(browser, comment, about="spam")
    assert len(every()) == 2


def test_the_eleventh_report_of_an_hour_is_given_back(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    comments = [cast.says(cast.reader(), f"{CALM} {number}") for number in range(11)]
    for comment in comments[:10]:
        assert post(client, comment, about="spam").status_code == 303
    sent = post(client, comments[10], about="worried", body="Typed with care.")
    assert sent.status_code == 429
    assert int(sent.headers["Retry-After"]) > 0
    assert "Typed with care." in sent.text
    assert 'value="worried" required checked' in sent.text
    still_clock.move(hours=1)
    assert post(client, comments[10], about="worried").status_code == 303


def test_the_key_of_a_day_is_thrown_away(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM)
    post(client, comment, about="spam")
    still_clock.move(days=2)
    begin_write()
    forget_old_keys()
    db.session.commit()
    assert db.session.scalars(select(DayKey)).all() == []
    post(client, comment, about="spam")
    assert len({told.reporter_key for told in every()}) == 2


def post(client: FlaskClient, comment: Comment, *, about: str, body: str = "") -> TestResponse:
    return client.post(f"/comments/{comment.id}/reports", data={"about": about, "body": body})


def every() -> list[Report]:
    return list(db.session.scalars(select(Report).order_by(Report.id)))
