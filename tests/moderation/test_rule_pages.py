"""The pages of rules and limits: try words, look before you change, save, and take it back."""

import html
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.comments.models import Comment
from service.core import rates
from service.core.db import begin_write, db
from service.moderation.actions import decide
from service.moderation.models import Act
from service.moderation.rules.dry_run import dry_run, with_change
from service.moderation.rules.judge import SHIPPED, Effect, Kind, Rule
from service.moderation.rules.limits import POSTING
from service.moderation.rules.queries import changes, rules_of
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CALM, LOW, Cast, reading, token_in
from tests.conftest import Clock
from tests.moderation.test_rule_changes import SPELL, add

pytestmark = pytest.mark.db
HUSBAND = Rule(Kind.WORDS, "husband", effect=Effect.SPAM)


def test_a_dry_run_says_what_would_be_caught_and_touches_nobody_in_need(cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.tove, "An old husband.")
    still_clock.move(days=91)
    cry = cast.says(cast.tove, LOW)
    calm = cast.says(cast.joao, "My husband likes it too.", read_as=reading(Level.NONE), name="João")
    cast.says(cast.reader(), CALM, name="Else")
    version = calm.version
    run = dry_run(cast.site_id, SHIPPED, with_change(SHIPPED, HUSBAND))
    assert (run.looked_at, run.caught, run.on_page, run.let_go, run.outranked) == (3, 1, 1, 0, 1)
    assert [line.comment_id for line in run.caught_lines] == [calm.id]
    assert cry.id not in {line.comment_id for line in run.caught_lines}
    assert (calm.version, calm.shown) == (version, True)
    assert rules_of(cast.site_id) == SHIPPED


def test_a_dry_run_says_what_would_be_let_go(cast: Cast) -> None:
    add(cast.ana, Kind.WORDS, "husband")
    held = cast.says(cast.joao, "My husband likes it too.", read_as=reading(Level.NONE))
    [rule] = [rule for rule in rules_of(cast.site_id) if rule.kind is Kind.WORDS]
    off = Rule(Kind.WORDS, "husband", is_on=False, id=rule.id)
    run = dry_run(cast.site_id, rules_of(cast.site_id), with_change(rules_of(cast.site_id), off))
    assert (run.caught, run.let_go, run.let_go_lines[0].comment_id) == (0, 1, held.id)


def test_a_dry_run_counts_what_was_sent_before(cast: Cast) -> None:
    for number in range(3):
        cast.says(cast.reader(), SPELL, name=f"Reader {number}")
    stricter = with_change(SHIPPED, Rule(Kind.REPEATS, number=1))
    assert dry_run(cast.site_id, SHIPPED, stricter).caught == 1
    assert dry_run(cast.site_id, SHIPPED, with_change(SHIPPED, Rule(Kind.REPEATS, number=3))).let_go == 1


def test_a_dry_run_asks_for_no_more_with_more_comments(cast: Cast, statements: list[str]) -> None:
    def cost() -> int:
        statements.clear()
        dry_run(cast.site_id, SHIPPED, with_change(SHIPPED, HUSBAND))
        return len(statements)

    cast.says(cast.tove, CALM)
    few = cost()
    for number in range(8):
        cast.says(cast.reader(), f"{CALM} {number}")
    assert cost() == few


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("A quiet evening.", "No rule finds anything in it."),
        ("A casino.", "It would wait for a person."),
        ("Cheap pills!", "It would be filed as spam."),
        (LOW + " Cheap pills!", "Somebody who writes this needs an answer."),
        ("https://a.example https://b.example https://c.example", "3 links"),
    ],
)
def test_words_can_be_tried(cast: Cast, words: str, said: str) -> None:
    add(cast.ana, Kind.WORDS, "casino")
    add(cast.ana, Kind.WORDS, "cheap pills", Effect.SPAM)
    sent = send(cast.browser(cast.ana), "trials", name="", body=words)
    assert sent.status_code == 200
    assert said in html.unescape(sent.text)
    assert db.session.query(Comment).count() == 0


def test_a_rule_is_looked_at_saved_changed_and_taken_back(cast: Cast) -> None:
    comment = cast.says(cast.tove, "The casino by the sea.")
    browser = cast.browser(cast.ana)
    typed = {"kind": "words", "text": "CASINO", "effect": "hold", "why": "They write it <b>daily</b>."}
    look = send(browser, "previews", **typed)
    assert "It would catch one comment more" in look.text
    assert f"/moderation/comments/{comment.id}" in look.text
    assert "Save it" in look.text
    assert rules_of(cast.site_id) == SHIPPED
    assert save(browser, **typed).status_code == 303
    [rule] = [rule for rule in rules_of(cast.site_id) if rule.kind is Kind.WORDS]
    assert (rule.text, rule.effect) == ("casino", Effect.HOLD)
    page = browser.get(f"/moderation/rules?rule={rule.id}").text
    assert "Change a rule" in page
    [seen] = re.findall(r'name="seen" value="(\d+)"', page)
    off = {**typed, "rule": str(rule.id), "state": "off", "seen": seen, "why": "It caught the sea."}
    assert "It would let go one comment" in send(browser, "previews", **off).text
    assert save(browser, **off).status_code == 303
    assert cast.says(cast.joao, "Casino.", name="João").shown
    history = browser.get("/moderation/rules/history").text
    assert "They write it &lt;b&gt;daily&lt;/b&gt;." in history
    assert "It caught the sea." in history
    assert history.count('<button class="link" type="submit">Undo') == 1  # the last change of each rule
    undone = send(browser, f"changes/{changes(cast.site_id)[0].id}/undos")
    assert undone.status_code == 303
    assert not cast.says(cast.reader(), "Casino.", name="Else").shown
    late = send(browser, f"changes/{changes(cast.site_id)[-1].id}/undos")
    assert late.status_code == 409
    assert "Ana Brandt has changed this" in late.text


def test_a_shipped_rule_is_changed_by_its_kind(cast: Cast) -> None:
    browser = cast.browser(cast.ana)
    assert "Links that a comment may have" in browser.get("/moderation/rules?kind=links").text
    assert save(browser, kind="links", number="0", effect="spam", why="No links here.").status_code == 303
    assert "Any link" in browser.get("/moderation/rules").text
    quick = browser.get("/moderation/rules?kind=quick").text
    assert 'name="effect"' not in quick
    assert send(browser, "previews", kind="quick", number="9", effect="spam", why="Because.").status_code == 422


def test_what_was_not_tried_is_tried_and_not_saved(cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.tove, "The casino by the sea.")
    browser = cast.browser(cast.ana)
    typed = {"kind": "words", "text": "lantern", "effect": "hold", "why": "They write it daily."}
    tried = stamp_in(send(browser, "previews", **typed))
    changed = {**typed, "text": "casino"}
    for stamp in ("", "forged", tried):
        look = send(browser, "", **changed, tried=stamp)
        assert (look.status_code, rules_of(cast.site_id)) == (200, SHIPPED)
        assert "You have changed it since you last saw" in look.text
        assert "It would catch one comment more" in look.text
    assert rules_of(cast.site_id) == SHIPPED
    colleague = send(cast.browser(cast.ines), "", **typed, tried=tried)
    assert (colleague.status_code, rules_of(cast.site_id)) == (200, SHIPPED)
    assert send(browser, "", **changed, tried=stamp_in(look)).status_code == 303


@pytest.mark.parametrize("where", ["", "previews"])
@pytest.mark.parametrize(
    "wrong", [{"text": "..."}, {"why": " "}, {"kind": "magic"}, {"kind": "links", "number": "many"}, {"effect": "burn"}]
)
def test_what_is_no_rule_comes_back_with_what_was_typed(cast: Cast, where: str, wrong: dict[str, str]) -> None:
    typed = {"kind": "words", "text": 'ca"sino', "effect": "hold", "why": 'Be"cause', **wrong}
    sent = send(cast.browser(cast.ana), where, **typed)
    assert sent.status_code == 422
    assert 'role="alert"' in sent.text
    for field in ("text", "why"):
        if typed[field].strip() and f'name="{field}"' in sent.text:
            assert f'value="{html.escape(typed[field])}"'.replace("&quot;", "&#34;") in sent.text
    assert rules_of(cast.site_id) == SHIPPED


def test_limits_are_changed_by_owners_and_kept_from_others(cast: Cast) -> None:
    owner = cast.browser(cast.ines)
    typed = {"name": "post", "times": "3", "minutes": "10", "why": "Somebody floods us.", "seen": "0"}
    assert send(owner, "limits", **typed).status_code == 303
    assert rates.as_set(POSTING) == rates.Limit("post", 3, 600)
    page = owner.get("/moderation/rules/limits").text
    assert "at most 3 in 10 minutes" in page
    assert "it came with 10 in 5" in page
    for wrong in ({"times": "0"}, {"times": "x"}, {"minutes": "0"}, {"why": ""}, {}):
        sent = send(owner, "limits", **{**typed, **wrong})
        assert sent.status_code in (409, 422)
        assert 'role="alert"' in sent.text
    assert send(owner, "limits/worry", wakes="yes", why="We read at night.").status_code == 303
    assert current_site().worry_wakes
    moderator = cast.browser(cast.ana)
    assert "Save" not in moderator.get("/moderation/rules/limits").text
    assert send(moderator, "limits", **typed).status_code == 403
    assert "Somebody floods us." in moderator.get("/moderation/rules/history").text
    assert 'type="submit">Undo' not in moderator.get("/moderation/rules/history").text


@pytest.mark.parametrize("path", ["", "/history", "/limits"])
def test_authors_see_no_rules(cast: Cast, path: str) -> None:
    browser = cast.browser(cast.mara)
    assert browser.get(f"/moderation/rules{path}").status_code == 403
    assert ">Rules</a>" not in browser.get("/moderation").text
    assert ">Rules</a>" in cast.browser(cast.ana).get("/moderation").text


def test_what_a_rule_has_filed_can_be_taken_out(cast: Cast) -> None:
    add(cast.ana, Kind.WORDS, "cheap pills", Effect.SPAM)
    comment = cast.says(cast.tove, "Cheap pills are what my mother took.", read_as=reading(Level.NONE))
    begin_write()
    decide(cast.ana, comment, Act.RESTORE, version=comment.version)
    db.session.commit()
    assert comment.shown


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = token_in(browser.get("/moderation/rules"))
    address = "/moderation/rules" + (f"/{path}" if path else "")
    return browser.post(address, data={"csrf_token": token, **fields})


def save(browser: FlaskClient, **fields: str) -> TestResponse:
    """Have a change tried, and save it."""
    return send(browser, "", **fields, tried=stamp_in(send(browser, "previews", **fields)))


def stamp_in(answer: TestResponse) -> str:
    found = re.search(r'name="tried" value="([^"]+)"', answer.text)
    assert found, "the page says not what was tried"
    return found[1]
