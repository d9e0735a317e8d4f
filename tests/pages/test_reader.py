"""What readers do besides writing: preview, hearts, leaving fast, being told; in a real browser."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from service.accounts.models import User
from service.articles.actions import bump_thread
from service.articles.models import Article
from service.comments.models import Comment
from service.core import clock
from service.core.db import begin_write, db
from service.notifications.mailbox import list_mail, read_mail
from service.site.actions import change
from service.site.queries import current_site
from tests.cast import Cast, plant
from tests.pages.conftest import LiveSite
from tests.pages.test_journeys import ARTICLE, until_settled, write

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
SHIFTS = """() => new Promise((done) => {
  const noticed = new PerformanceObserver((list) => done(list.getEntries().map((each) => each.value)));
  noticed.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done([]), 300);
})"""


def test_a_comment_is_seen_before_it_is_sent(visit: Visit, scripts: bool) -> None:
    page = visit(scripts=scripts)
    page.goto(ARTICLE)
    page.locator("#body").fill("First *slowly*, then aloud.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview .comment-body em")).to_have_text("slowly")
    expect(page.locator("#preview")).to_be_in_viewport()
    expect(page.locator("#body")).to_have_value("First *slowly*, then aloud.")
    page.get_by_label("Name or nickname").fill(f"Pim {scripts}")
    page.get_by_role("button", name="Send comment").click()
    until_settled(page, scripts)
    expect(page.locator(".said .comment-body em")).to_have_text("slowly")


def test_a_heart_is_given_and_taken_back(visit: Visit, scripts: bool) -> None:
    page = visit(scripts=scripts)
    page.goto(ARTICLE)
    page.get_by_role("button", name=re.compile("You’re not alone.*Minna")).click()
    if scripts:
        expect(page.get_by_role("button", name=re.compile("Heart sent.*Minna"))).to_have_attribute(
            "aria-pressed", "true"
        )
        page.get_by_role("button", name=re.compile("Heart sent.*Minna")).click()
        expect(page.get_by_role("button", name=re.compile("You’re not alone.*Minna"))).to_have_attribute(
            "aria-pressed", "false"
        )
        return
    expect(page.get_by_role("heading", name="Minna will see that they are not alone.")).to_be_visible()
    page.get_by_role("button", name="Take the heart back").click()
    expect(page.locator(".comment:target")).to_contain_text("Minna")


def test_who_may_read_it_is_chosen_anew(visit: Visit, scripts: bool) -> None:
    page = visit(scripts=scripts)
    page.goto(ARTICLE)
    write(page, f"Jip {scripts}", "First for everyone, then for one.")
    until_settled(page, scripts)
    page.get_by_label("Only the author").check()
    page.get_by_role("button", name="Save who can see it").click()
    expect(page.get_by_label("Only the author")).to_be_checked()
    expect(page.get_by_text("it never appears on the page")).to_be_visible()


def test_no_word_is_lost_in_this_tab_and_none_stays_after_leaving(visit: Visit) -> None:
    page = visit()
    page.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="Elsewhere", content_type="text/html"))
    page.goto(ARTICLE)
    page.locator("#body").fill("Half a thought.")
    page.get_by_label("Only the author").check()
    expect(page.get_by_text("Kept in this tab only")).to_be_visible()
    page.reload()
    expect(page.locator("#body")).to_have_value("Half a thought.")
    expect(page.get_by_label("Only the author")).to_be_checked()
    page.keyboard.press("Shift")
    expect(page.get_by_text("Shift, press 2 more times to exit.")).to_be_attached()
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    expect(page.locator("body")).to_have_text("Elsewhere")
    page.goto(ARTICLE)
    expect(page.locator("#body")).to_have_value("")
    expect(page.get_by_label("Everyone")).to_be_checked()


def test_a_failed_sending_keeps_every_word(visit: Visit) -> None:
    page = visit()
    page.goto(ARTICLE)
    page.route("**/comments", lambda route: route.fulfill(status=403, body="<main><h1>x</h1><p>Later.</p></main>"))
    write(page, "Hanne", "Words on a bad line.")
    expect(page.get_by_role("alert")).to_contain_text("All your words are still here.")
    expect(page.get_by_role("alert")).to_contain_text("Later.")
    expect(page.locator("#body")).to_have_value("Words on a bad line.")
    page.unroute("**/comments")
    page.get_by_role("button", name="Send comment").click()
    until_settled(page, True)
    page.goto(ARTICLE)
    expect(page.locator("#body")).to_have_value("")


def test_who_is_refused_goes_on_from_the_sentence_that_says_why(visit: Visit) -> None:
    page = visit()
    page.goto(ARTICLE)
    page.get_by_label("Everyone").evaluate("(choice) => { choice.value = 'the whole street' }")
    write(page, "Hanne", "Words for nobody in particular.")
    expect(page.locator("#unsent")).to_be_focused()
    expect(page.locator("#unsent")).to_contain_text("Please choose who may read your comment.")
    expect(page.locator("#body")).to_have_value("Words for nobody in particular.")


def test_on_paper_dates_are_whole(visit: Visit) -> None:
    page = visit()
    page.goto(ARTICLE)
    dates = page.locator(".comment-meta time[title]")
    short = dates.all_inner_texts()
    assert any("days ago" in words for words in short)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(re.fullmatch(r"\d+ \w+ \d{4}, \d\d:\d\d", words) for words in dates.all_inner_texts())
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert dates.all_inner_texts() == short


def test_an_english_article_on_an_arabic_site_reads_from_left_to_right(visit: Visit, live_site: LiveSite) -> None:
    page = visit()
    try:
        _speak(live_site, "ar")
        page.goto(ARTICLE)
        words = page.locator("#title, .standfirst, .prose, .comment-body, .content-note bdi, .byline bdi")
        directions = words.evaluate_all("(each) => each.map((one) => getComputedStyle(one).direction)")
        assert len(directions) > 5
        assert set(directions) == {"ltr"}
        name, date = page.locator(".byline bdi").bounding_box(), page.locator(".byline time").bounding_box()
        assert name is not None
        assert date is not None
        assert name["x"] >= date["x"] + date["width"]
    finally:
        _speak(live_site, "en")


def test_in_forced_colours_a_mere_tick_has_no_ring(visit: Visit) -> None:
    page = visit()
    page.emulate_media(forced_colors="active")
    page.goto(ARTICLE)
    ringed = page.locator(".choice:has(:checked)").evaluate_all(
        "(chosen) => chosen.map((each) => getComputedStyle(each).outlineStyle)"
    )
    assert ringed == ["solid", "none"]


def test_new_comments_wait_behind_a_bar(visit: Visit, sign_in: Visit) -> None:
    reader, staff = visit(), sign_in("mara")
    reader.clock.install()
    reader.goto(ARTICLE)
    reader.clock.run_for(31_000)
    expect(reader.locator("#live")).to_be_hidden()
    staff.goto(ARTICLE)
    staff.get_by_role("link", name="Answer Minna").click()
    staff.get_by_label("Your answer").fill("A lamp that waits behind a bar.")
    staff.get_by_role("button", name="Publish answer to everyone").click()
    expect(staff.locator(".comment:target")).to_contain_text("behind a bar")
    height = reader.evaluate("document.documentElement.scrollHeight")
    reader.clock.run_for(31_000)
    expect(reader.locator("#live")).to_contain_text("1 new comment")
    assert reader.evaluate("document.documentElement.scrollHeight") == height
    reader.get_by_role("link", name="Show").click()
    expect(reader.locator(".comment:target")).to_contain_text("A lamp that waits behind a bar.")


def test_the_bar_leads_to_the_new_comment_and_not_to_a_placeholder(visit: Visit, live_site: LiveSite) -> None:
    with live_site.app.app_context():
        article = Cast(live_site.app).write_article(slug="one-gap", author=db.session.get_one(User, 1))
        plant(article, [None, 0], unseen={0})
    page = visit()
    page.clock.install()
    page.goto("/articles/one-gap")
    expect(page.locator(".gone")).to_have_count(1)
    with live_site.app.app_context():
        (new,) = plant(db.session.query(Article).filter_by(slug="one-gap").one(), [None])
    page.clock.run_for(31_000)
    page.get_by_role("link", name="Show").click()
    expect(page.locator(":target")).to_have_id(f"comment-{new}")


def test_nothing_moves_when_scripts_come_late(visit: Visit, live_site: LiveSite) -> None:
    """Fifty recent comments: whole dates become short ones, a draft comes back, and no line changes its place."""
    with live_site.app.app_context():
        article = Cast(live_site.app).write_article(slug="fifty-voices", author=db.session.get_one(User, 1))
        ids = plant(article, [None if number % 5 == 0 else number - 1 for number in range(50)])
        begin_write()
        for number, comment in enumerate(db.session.query(Comment).filter(Comment.id.in_(ids))):
            comment.name = ("Tove", "Dr. Henrike van der Berg", "Annelies Vos")[number % 3]
            comment.created_at = clock.now() - timedelta(hours=number)
        bump_thread(article.id)
        db.session.commit()
    page, held = visit(), list[Route]()
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto("/articles/fifty-voices")
    page.locator("#body").fill("A thought that is kept.")
    expect(page.get_by_text("Kept in this tab only")).to_be_visible()
    page.route("**/static/*.js*", lambda route: held.append(route))
    page.goto("/articles/fifty-voices", wait_until="commit")
    page.get_by_role("link", name="Staff sign-in").wait_for()
    page.wait_for_timeout(200)
    height = page.evaluate("scrollTo(0, 1500), document.documentElement.scrollHeight")
    assert page.locator("time", has_text="hours ago").count() == 0
    for route in held:
        route.continue_()
    expect(page.locator("time", has_text="hours ago").first).to_be_visible()
    expect(page.locator("#body")).to_have_value("A thought that is kept.")
    assert page.evaluate("document.documentElement.scrollHeight") == height
    assert page.evaluate(SHIFTS) == []


def test_an_address_is_confirmed_and_mail_ends_with_a_button(
    visit: Visit, sign_in: Visit, live_site: LiveSite, scripts: bool
) -> None:
    page, name = visit(scripts=scripts), f"Wieke {scripts}"
    address = f"wieke-{scripts}@example.org"
    page.goto(ARTICLE)
    page.get_by_label("E-mail").fill(address)
    write(page, name, "I would like to know.")
    until_settled(page, scripts)
    expect(page.get_by_text(re.compile("We have sent a mail to w…@example.org"))).to_be_visible()
    mine = page.url
    page.goto(link_to(live_site, address, "/confirm/"))
    page.get_by_role("button", name="Yes, confirm this address").click()
    expect(page.get_by_role("heading", name="Thank you. Your address is confirmed.")).to_be_visible()
    page.goto(mine)
    expect(page.get_by_label("Tell me when someone answers")).to_be_checked()
    page.get_by_role("button", name="Mail me the link to this page").click()
    page.goto(link_to(live_site, address, "/my/"))
    page.get_by_label("Tell me when someone answers").uncheck()
    page.get_by_role("button", name="Save this choice").click()
    expect(page.get_by_label("Tell me when someone answers")).not_to_be_checked()


def link_to(site: LiveSite, address: str, start: str) -> str:
    """Wait for a mail to this address with a link that begins like this; return the path."""
    folder = site.app.extensions["attune"].data_dir
    for _ in range(100):
        for mail in list_mail(folder):
            found = re.search(rf"https?://[^/\s]+({re.escape(start)}\S+)", read_mail(folder, mail.name).body)
            if mail.to == address and found:
                return found[1]
        time.sleep(0.1)
    pytest.fail(f"no mail to {address} with {start}")


def _speak(site: LiveSite, language: str) -> None:
    with site.app.app_context():
        begin_write()
        change(current_site(), language=language)
        db.session.commit()


def test_the_exit_stays_on_one_line_in_longer_words(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/")
    page.locator("#exit > span").evaluate("words => words.textContent = 'Salir de esta página'")
    for width in (320, 390, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        box = page.locator("#exit").bounding_box()
        assert box is not None
        assert box["height"] < 50
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
