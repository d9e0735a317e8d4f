"""Every page of the product, in both colour schemes: what a checker finds, and whether it fits a narrow screen."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from service.accounts.models import Role, User
from service.articles.models import Mode
from service.comments.models import Comment
from service.config import current_keys
from service.core import clock
from service.core.db import begin_write, db
from service.moderation.actions import decide
from service.moderation.bulk.models import Bulk, BulkState
from service.moderation.models import Act
from service.moderation.snoozing import snooze
from service.reader.mail import STOP
from service.site.actions import change
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CRISIS, LOW, Cast
from tests.pages.conftest import LiveSite, says
from tests.pages.test_journeys import ARTICLE, until_settled, write
from tests.pages.test_reader import link_to

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
Rules = dict[str, Any]

EVERY_RULE: Rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
# What a colour scheme or a narrow screen can change.
RULES_OF_LOOKS: Rules = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block"]}}
LOOKS: list[tuple[Literal["light", "dark"], int, Rules]] = [
    ("light", 1280, EVERY_RULE),
    ("dark", 320, RULES_OF_LOOKS),
]


def test_readers_pages_are_accessible(visit: Visit) -> None:
    page = visit(bypass_csp=True)
    assert _faults(page, _readers_pages(page)) == []


def test_rarer_pages_of_readers_are_accessible(visit: Visit, live_site: LiveSite) -> None:
    page = visit(bypass_csp=True)
    try:
        assert _faults(page, _rarer_pages(page, live_site)) == []
    finally:
        _change_site(live_site, language="en")


def test_pages_of_staff_are_accessible(visit: Visit, sign_in: Visit) -> None:
    reader, staff = visit(), sign_in("owner", bypass_csp=True)
    reader.goto(ARTICLE)
    write(reader, "Benedikt", LOW + "averylongwordwithoutanyspace" * 5)
    until_settled(reader, True)
    assert _faults(staff, _pages_of_staff(staff)) == []


def test_the_rarer_states_of_the_queue_are_accessible(sign_in: Visit, live_site: LiveSite) -> None:
    staff = sign_in("ana", bypass_csp=True)
    assert _faults(staff, _states_of_the_queue(staff, live_site)) == []


def _states_of_the_queue(page: Page, site: LiveSite) -> Iterator[str]:
    for lane in ("reported", "held&q=nothing"):
        page.goto(f"/moderation?lane={lane}")
        page.locator(".empty").wait_for()
        yield f"an empty lane, {lane}"
    numbers = [says(site, f"Rarer {name}") for name in ("Ada", "Bea", "Cleo", "Dora")]
    says(site, "Rarer Edda", Level.SUPPORT)
    page.goto("/moderation?lane=held&q=rarer")
    with site.app.app_context():
        begin_write()
        ines = db.session.scalars(select(User).where(User.role == Role.OWNER)).first()
        first, second = (db.session.get_one(Comment, number) for number in numbers[:2])
        assert ines is not None
        decide(ines, first, Act.HIDE, version=first.version, reason="names a street")
        snooze(ines, second, clock.now() + timedelta(hours=2), version=second.version, reason="waits for the author")
        db.session.commit()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    page.locator(".card-done").first.wait_for()
    yield "a card that a colleague has dealt with"
    page.goto("/moderation?lane=all&q=rarer")
    page.get_by_text("Put off until").wait_for()
    yield "a card that was put off"
    page.goto("/moderation?lane=held&q=rarer")
    page.get_by_label("on this page").check()
    page.get_by_role("button", name="Keep private …").click()
    page.get_by_text("One may be from somebody who is not well").wait_for()
    yield "several at once, before they are confirmed"
    page.get_by_role("button", name="Keep 2 comments private").evaluate("button => button.form.noValidate = true")
    page.get_by_role("button", name="Keep 2 comments private").click()
    page.locator(".wrong").wait_for()
    yield "several at once, without a reason"
    with site.app.app_context():
        begin_write()
        db.session.execute(update(Bulk).where(Bulk.state == BulkState.DRAFT).values(state=BulkState.RUNNING))
        bulk_id = db.session.scalars(select(Bulk.id).order_by(Bulk.id.desc())).first()
        db.session.commit()
    page.goto(f"/moderation/bulks/{bulk_id}")
    yield "several at once, under way"
    page.goto("/moderation")
    page.get_by_text("has begun it").wait_for()
    yield "the queue while several are under way"
    page.goto(f"/moderation/bulks/{bulk_id}")
    page.get_by_role("button", name="Stop it here").click()
    page.get_by_role("heading", name="Stopped.").wait_for()
    page.goto("/moderation?lane=held&q=rarer")
    page.get_by_label("on this page").check()
    page.get_by_role("button", name="Publish …").click()
    page.get_by_role("button", name="Publish 2 comments").click()
    page.get_by_text("2 comments were published.").wait_for()
    yield "several at once, done"
    page.goto("/moderation/decisions")
    page.locator("main details > summary").first.click()
    yield "decisions, with several as one line"


def _readers_pages(page: Page) -> Iterator[str]:
    for path in (
        "/",
        ARTICLE,
        f"{ARTICLE}?order=newest",
        "/nowhere",
        "/help",
        "/guidelines",
        "/privacy",
        "/privacy/yours",
        "/safety",
    ):
        page.goto(path)
        yield path
    page.goto(ARTICLE)
    page.get_by_role("link", name="Answer Minna").click()
    yield "answering"
    write(page, "Ana Brandt", "Thank you. " + "averylongwordwithoutanyspace" * 5, button="Send answer")
    page.locator(".wrong").wait_for()
    yield "answer with a wrong name"
    page.get_by_role("button", name="Preview").click()
    page.locator("#preview").wait_for()
    yield "preview"
    page.get_by_label("Name or nickname").fill("Hanne")
    page.get_by_role("button", name="Send answer").click()
    until_settled(page, True)
    _open_everything(page)
    yield "my comment"
    page.get_by_role("button", name="Yes, take it back for ever").click()
    yield "my comment, withdrawn"
    page.goto(ARTICLE)
    write(page, "M.", CRISIS)
    until_settled(page, True)
    yield "my comment, with help lines"
    page.goto(ARTICLE)
    page.get_by_role("link", name="Report").first.click()
    yield "report"
    page.get_by_label("I am worried about this person").check()
    page.get_by_label("In your words").fill("x" * 1001)
    page.get_by_role("button", name="Send it").click()
    page.locator(".wrong").wait_for()
    yield "report, too long"
    page.get_by_label("In your words").fill("")
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("heading", name="Thank you for telling us.").wait_for()
    yield "report, thanks"
    page.goto("/sign-in?next=/moderation/alerts")
    page.get_by_role("textbox", name="E-mail").fill("nobody@attune.example")
    page.get_by_label("Password").fill("wrong")
    yield "sign in"
    page.get_by_role("button", name="Sign in").click()
    yield "sign in, refused"


def _rarer_pages(page: Page, live: LiveSite) -> Iterator[str]:
    """What links in mail open, what is closed or refused, and pages that are written from right to left."""
    page.goto("/comments/7/hearts")
    yield "a heart, without scripts"
    page.goto(ARTICLE)
    page.get_by_role("textbox", name="E-mail").fill("liv@example.org")
    write(page, "Liv", "A word about the lamp.")
    until_settled(page, True)
    mine = page.url
    page.goto(link_to(live, "liv@example.org", "/confirm/"))
    yield "confirming an address"
    page.get_by_role("button", name="Yes, confirm this address").click()
    yield "an address, confirmed"
    with live.app.app_context():
        closed = Cast(live.app).write_article(Mode.CLOSED, slug="closed-page", author=db.session.get_one(User, 1))
        liv = db.session.query(Comment).filter_by(name="Liv").one().commenter_id
        stop = current_keys().sign(STOP, str(liv))
        path = f"/articles/{closed.slug}"
    page.goto(path)
    yield "a closed article"
    page.goto(f"/answers/{stop}/stop")
    yield "ending mail"
    page.get_by_role("button").click()
    yield "mail, ended"
    page.set_content(
        f"<form method=post action={live.url}{ARTICLE}/comments><input name=body value=Words>"
        "<input name=name value=Liv><input name=audience value=author><button>Send</button></form>"
    )
    page.get_by_role("button").click()
    expect(page.get_by_role("radio", name="Only the author")).to_be_checked()
    yield "refused: sent from another site, and given back"
    _change_site(live, language="ar")
    for path in (ARTICLE, "/help", "/safety", "/guidelines", "/privacy", f"{ARTICLE}?answer=7", mine, "/nowhere"):
        page.goto(path)
        yield f"{path}, from right to left"


def _change_site(live: LiveSite, *, language: str) -> None:
    with live.app.app_context():
        begin_write()
        change(current_site(), language=language)
        db.session.commit()


def _pages_of_staff(page: Page) -> Iterator[str]:
    lanes = ("?lane=care", "?lane=held", "?lane=all")
    for path in (*lanes, "/decisions", "/figures", "/hand-over", "/alerts", "/site", "/set-up", "/mail"):
        page.goto(f"/moderation{path}")
        yield path
    page.get_by_role("row").nth(1).get_by_role("link").click()
    yield "a mail"
    for path in ("", "?kind=links", "?kind=quick", "/history", "/limits"):
        page.goto(f"/moderation/rules{path}")
        for summary in page.locator("main summary").all():
            summary.click()
        yield f"rules{path}"
    page.goto("/moderation/rules")
    page.get_by_label("Words or domain").fill("map")
    page.get_by_label("Why").fill("For this test.")
    page.get_by_role("button", name="Show what it would do").click()
    page.get_by_role("heading", name="Dry run of your change").wait_for()
    yield "rules, dry run"
    yield from _pages_of_phrases(page)
    page.goto("/moderation")
    page.get_by_role("link", name="Benedikt").click()
    _open_everything(page)
    yield "an item"
    for deed in page.locator("details.deed > summary").all():
        deed.click()
        if deed.locator("..").get_attribute("open") is None:
            deed.click()
        yield f"an item, {deed.text_content()}"
    page.locator("#reply input[name=version]").evaluate("field => field.value = 0")
    page.get_by_label("Your reply").fill("I read this three times.")
    page.get_by_role("button", name="Publish answer to everyone").click()
    page.get_by_role("alert").wait_for()
    yield "an item, changed meanwhile"
    page.locator("summary", has_text="Keep private").click()
    page.get_by_role("textbox", name="Why is it kept private?").fill("Names a neighbour.")
    page.get_by_role("button", name="Keep private").click()
    yield "the queue with what was done"
    page.get_by_role("link", name="Look at it").click()
    yield "an item, kept private"
    page.goto(ARTICLE)
    page.get_by_role("link", name="Answer Minna").click()
    yield "answering on the page"


def _pages_of_phrases(page: Page) -> Iterator[str]:
    page.goto("/moderation/phrases")
    page.get_by_label("Words to try").fill("I am so tired of being the strong one.")
    page.get_by_role("button", name="Try", exact=True).click()
    yield "phrases, words tried"
    page.goto("/moderation/phrases/new")
    page.get_by_label("Words to look for").fill("(the grey")
    page.get_by_label("Why").fill("For this test.")
    page.get_by_role("button", name="Show what it would do").click()
    page.locator(".wrong").wait_for()
    yield "a new phrase, refused"
    page.get_by_label("Words to look for").fill("the grey cloud sits")
    page.get_by_role("button", name="Show what it would do").click()
    page.get_by_role("heading", name="Dry run of a change").wait_for()
    yield "phrases, dry run"
    page.goto("/moderation/phrases/history")
    yield "phrases, history"


def _open_everything(page: Page) -> None:
    for folded in page.locator("details:not([open]) > summary").all()[::-1]:
        folded.click()


def _faults(page: Page, names: Iterator[str]) -> list[str]:
    """Go from page to page; return what is wrong with each."""
    found = []
    for name in names:
        for scheme, width, rules in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            for fault in Axe().run(page, options=rules).response["violations"]:
                found.append(f"{name}, {scheme}: {fault['id']} {[node['target'] for node in fault['nodes']]}")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{name}: scrolls sideways at {width} px")
    return found
