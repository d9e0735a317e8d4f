"""What pages say and offer, as they come from the server: no browser is needed to see it."""

import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.accounts.models import User
from service.app import create_app
from service.comments.actions import withdraw
from service.comments.models import Comment
from service.config import Settings, current_keys
from service.core.db import begin_write, db
from service.core.leases import beat
from service.moderation import actions
from service.moderation.models import Act
from service.reader.mine import MINE
from service.site.actions import change
from service.site.queries import current_site
from tests.cast import CALM, CRISIS, LOW, Cast, plant, token_in, version_in
from tests.conftest import SECRET, Clock

STATIC = Path(__file__).parents[2] / "service" / "static"


def test_an_anonymous_page_is_the_same_for_everybody_and_holds_no_token(cast: Cast) -> None:
    cast.says(cast.tove, CALM)
    known = cast.browser()
    known.set_cookie("attune-guest", "somebody who wrote here before")
    first, second = cast.browser().get("/articles/old-maps"), known.get("/articles/old-maps")
    assert first.data == second.data
    assert b"csrf" not in first.data
    assert "Set-Cookie" not in first.headers


@pytest.mark.parametrize(
    "name", ["tokens.css", "attune.css", "form.js", "thread.js", "exit.js", "my-comment.js", "favicon.svg"]
)
def test_files_are_kept_for_a_year_by_their_content(app: Flask, client: FlaskClient, name: str) -> None:
    with app.test_request_context():
        address = app.jinja_env.globals["static_url"](name)  # type: ignore[operator]
    assert re.fullmatch(rf"/static/{re.escape(name)}\?v=[0-9a-f]{{12}}", address)
    answer = client.get(address)
    assert answer.data == (STATIC / name).read_bytes()
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    answer.close()


@pytest.mark.parametrize("signed_in", [False, True])
def test_an_error_page_needs_no_database_and_keeps_what_was_typed(tmp_path: Path, signed_in: bool) -> None:
    app = create_app(
        Settings(data_dir=tmp_path, secret_key=SECRET, database_url="postgresql://nobody@127.0.0.1:1/nothing")
    )
    browser = app.test_client()
    if signed_in:
        with browser.session_transaction() as session:
            session["_user_id"] = "a session that nobody can look up now"
    answer = browser.post(
        "/articles/old-maps/comments",
        data={"body": "\nMy <b>words</b>", "name": "Tove", "email": ""},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "My &lt;b&gt;words&lt;/b&gt;</textarea>" in answer.text
    assert 'value="Tove"' in answer.text
    assert 'id="exit" href="https://www.wikipedia.org/"' in answer.text


def test_whatever_went_wrong_readers_can_leave_fast(cast: Cast, client: FlaskClient) -> None:
    words = {"body": "Words that nobody here may see.", "name": "Tove"}
    path = f"/articles/{cast.article.slug}/comments"
    refused = client.post(path, data=words, headers={"Sec-Fetch-Site": "cross-site"})
    missing = client.get("/nowhere")
    assert (refused.status_code, missing.status_code) == (403, 404)
    for page in (refused.text, missing.text):
        assert 'id="exit" href="https://www.wikipedia.org/"' in page
        assert "/static/exit.js" in page
    assert 'id="exit"' not in cast.browser(cast.ana).get("/moderation/comments/999").text
    begin_write()
    change(current_site(), exit_url="")
    db.session.commit()
    assert 'id="exit"' not in client.get("/nowhere").text


def test_what_was_typed_comes_back_sign_by_sign(cast: Cast, client: FlaskClient) -> None:
    body = '\n</textarea><p class="gone">&amp; "quoted"\n\n  ' + "x" * 5000
    name = cast.mara.name
    article = cast.article
    answer = client.post(f"/articles/{article.slug}/comments", data={"body": body, "name": name})
    assert answer.status_code == 422
    typed = re.search(r'<textarea class="textarea" id="body"[^>]*>(.*?)</textarea>', answer.text, re.DOTALL)
    assert typed
    assert unescape(typed[1].removeprefix("\n")) == body
    assert f'value="{name}"' in answer.text


def test_a_comment_that_was_taken_back_leaves_a_line_and_no_name(cast: Cast, client: FlaskClient) -> None:
    first = cast.says(cast.tove, "Something too fast.", name="Wren")
    cast.says(cast.joao, CALM, to=first, name="Pim")
    begin_write()
    withdraw(first)
    db.session.commit()
    page = client.get("/articles/old-maps").text
    assert f'<p class="gone" id="comment-{first.id}">This comment was taken back' in page
    assert "Wren" not in page
    assert "Something too fast" not in page
    assert "replying to" not in page
    assert 'aria-label="Conversation"' in page


def test_links_reach_every_comment_of_a_long_thread_once(cast: Cast, client: FlaskClient) -> None:
    """150 roots and one conversation of 250: following every link shows each comment, and none on two pages."""
    parents: list[int | None] = [None, *[0] * 249, *[None] * 150]
    ids = plant(cast.article, parents)
    seen: list[int] = []
    todo = ["/articles/old-maps"]
    for address in todo:
        page = client.get(address).text
        seen += [int(number) for number in re.findall(r'<article class="comment[^"]*" id="comment-(\d+)"', page)]
        onward = re.findall(r'class="more" href="([^"#]+)|<a class="last" href="([^"#]+)', page)
        todo += [unescape(more or following) for more, following in onward]
    roots_drawn_again = [ids[0]] * sum("conversation=" in address for address in todo)
    assert sorted(seen) == sorted(ids + roots_drawn_again)


def test_links_to_answer_keep_place_and_order(cast: Cast, client: FlaskClient) -> None:
    ids = plant(cast.article, [None] * 3)
    page = client.get(f"/articles/old-maps?order=newest&page={ids[1]}").text
    assert f'href="/articles/old-maps?order=newest&amp;page={ids[1]}&amp;answer={ids[0]}#answer"' in unescape_once(page)
    answering = client.get(f"/articles/old-maps?order=newest&page={ids[1]}&answer={ids[0]}").text
    assert f'<input type="hidden" name="parent" value="{ids[0]}">' in answering
    assert f'action="/articles/old-maps/comments?order=newest&amp;page={ids[1]}#answer"' in answering


def unescape_once(page: str) -> str:
    """Write every ampersand of an address in the same way."""
    return re.sub(r"&(?!amp;)", "&amp;", page)


def test_staff_without_this_page_are_told_who_answers(cast: Cast) -> None:
    cast.says(cast.tove, CALM)
    page = cast.browser(cast.other_author).get("/articles/old-maps").text
    assert "The author of this page and moderators answer here." in page
    assert "Look after it" not in page
    assert ">Answer<" not in page


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (Act.HIDE, "Your comment is not on the page."),
        (Act.SPAM, "Your comment is not on the page."),
        (Act.APPROVE, "Your comment is on the page."),
        (None, "Thank you for writing. We have your comment."),
    ],
)
def test_my_comment_says_where_it_stands_and_never_why(
    cast: Cast, client: FlaskClient, act: Act | None, sentence: str
) -> None:
    comment = cast.says(cast.tove, CRISIS)
    if act is not None:
        _decide(cast.ana, comment, act)
    page = client.get(_mine(comment)).text
    assert f">{sentence}<" in page
    assert "Only you can see this note." in page
    state = re.search(r'<section class="state".*?</section>', page, re.DOTALL)
    assert state
    for word in ("flag", "danger", "suicid", "spam", "hidden", "detect", "because"):
        assert word not in re.sub(r"<[^>]+>", "", state[0]).lower()


def test_a_change_that_comes_too_late_is_given_back(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM)
    assert "Edit comment" in client.get(_mine(comment)).text
    still_clock.move(minutes=16)
    assert "Edit comment" not in client.get(_mine(comment)).text
    answer = client.post(_mine(comment) + "/edit", data={"body": "Words that came too late."})
    assert answer.status_code == 409
    assert "Words that came too late.</textarea>" in answer.text


@pytest.mark.parametrize(
    ("act", "offered"),
    [
        (None, {"approve", "hide", "spam", "dismiss"}),
        (Act.APPROVE, {"hide", "spam", "dismiss"}),
        (Act.HIDE, {"restore", "spam", "dismiss"}),
        (Act.SPAM, {"restore", "hide"}),  # filing as spam has dismissed the case
    ],
)
def test_an_item_offers_what_can_be_done_and_nothing_else(cast: Cast, act: Act | None, offered: set[str]) -> None:
    comment = cast.says(cast.tove, CRISIS)
    if act is not None:
        _decide(cast.ana, comment, act)
    page = cast.browser(cast.ana).get(f"/moderation/comments/{comment.id}").text
    fates = {"approve", "restore", "hide", "spam", "dismiss"}
    assert set(re.findall(r'name="act" value="(\w+)"', page)) & fates == offered


def test_every_act_that_is_offered_can_be_done(cast: Cast) -> None:
    browser = cast.browser(cast.ana)
    for act in ("approve", "hide", "spam", "dismiss"):
        comment = cast.says(cast.reader(), CRISIS)
        page = browser.get(f"/moderation/comments/{comment.id}")
        sent = {"act": act, "reason": "Because.", "csrf_token": token_in(page), "version": version_in(page)}
        assert browser.post(f"/moderation/comments/{comment.id}/decisions", data=sent).status_code == 303
        assert 'class="toast"' in browser.get("/moderation").text
        assert 'class="toast"' in browser.get("/moderation").text  # stays until the next act


def test_who_reads_a_reply_is_said_before_it_is_written(cast: Cast) -> None:
    browser = cast.browser(cast.ana)
    note = cast.says(cast.tove, CALM, audience="author")
    public = cast.says(cast.joao, LOW, name="João")
    hidden = cast.says(cast.reader(), CRISIS, name="M.")
    _decide(cast.ana, hidden, Act.HIDE)
    for comment, private in ((note, True), (public, False), (hidden, True)):
        page = browser.get(f"/moderation/comments/{comment.id}").text
        assert "Private message" in page
        assert ("Public answer" in page) is not private
        assert ("Who reads your reply?" in page) is not private
        assert ("Publish answer to everyone" in page) is not private


def test_marks_and_reasons_have_the_same_numbers(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    page = cast.browser(cast.ana).get(f"/moderation/comments/{comment.id}").text
    marks = re.findall(r'<mark>([^<]+)</mark><span class="noteref"><a href="#why-(\d+)"', page)
    reasons = dict(re.findall(r'<li id="why-(\d+)"><strong><q>([^<]+)</q>', page))
    assert marks
    assert {number: unescape(phrase) for phrase, number in marks}.items() <= {
        number: unescape(phrase) for number, phrase in reasons.items()
    }.items()


def test_staff_words_and_names_are_never_markup(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW + " <i>I</i> & <script>alert(1)</script>", name="<b>Tove</b>")
    browser = cast.browser(cast.ana)
    for path in ("/moderation", "/moderation?lane=all", f"/moderation/comments/{comment.id}", "/articles/old-maps"):
        page = browser.get(path).text
        assert "<b>Tove" not in page
        assert "&lt;b&gt;Tove&lt;/b&gt;" in page
        assert "<script>" not in page


def test_the_queue_says_when_the_machine_is_silent_or_behind(cast: Cast, still_clock: Clock) -> None:
    browser = cast.browser(cast.ana)
    assert "No worker has given a sign of life yet." in browser.get("/moderation").text
    _beat()
    page = browser.get("/moderation").text
    assert "sign of life" not in page
    assert "Everybody here has been answered." in page
    cast.says(cast.tove, CALM, screened=False)
    still_clock.move(seconds=59)
    _beat()
    assert "The machine is behind." not in browser.get("/moderation").text
    still_clock.move(seconds=62)
    _beat()
    assert "The machine is behind." in browser.get("/moderation").text
    still_clock.move(seconds=61)
    page = browser.get("/moderation").text
    assert "The worker gave its last sign of life 1 min ago." in page


def test_a_card_says_how_late_it_is_in_words(cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.tove, CRISIS)
    browser = cast.browser(cast.ana)
    assert "due in 30 min" in browser.get("/moderation").text
    still_clock.move(minutes=36)
    page = browser.get("/moderation").text
    assert "Waiting <b>36 min</b>" in page
    assert "overdue by 6 min" in page
    assert "Someone may be in danger now" in page


def test_the_button_leads_to_the_most_urgent_from_every_lane(cast: Cast) -> None:
    cast.says(cast.tove, LOW)
    urgent = cast.says(cast.joao, CRISIS)
    browser = cast.browser(cast.ana)
    for lane in ("care", "held", "all"):
        page = browser.get(f"/moderation?lane={lane}")
        [form] = re.findall(r'action="(/moderation/next[^"]*)".*\n.*Next most urgent', page.text)
        answer = browser.post(unescape(form), data={"csrf_token": token_in(page)})
        assert answer.location == f"/moderation/comments/{urgent.id}?lane=care&one=1"


def test_mail_is_for_owners(cast: Cast) -> None:
    assert ">Mail</a>" in cast.browser(cast.ines).get("/moderation").text
    assert ">Mail</a>" not in cast.browser(cast.ana).get("/moderation").text


def test_a_page_without_articles_is_kind(client: FlaskClient) -> None:
    assert "Nothing stands here yet." in client.get("/").text


def _decide(user: User, comment: Comment, act: Act) -> None:
    begin_write()
    actions.decide(user, comment, act, version=comment.version, reason="Because.")
    db.session.commit()


def _mine(comment: Comment) -> str:
    return f"/my/{current_keys().sign(MINE, str(comment.id))}"


def _beat() -> None:
    begin_write()
    beat("test worker", "worker", 1)
    db.session.commit()
