"""The desk's script in a browser: keys, which can be switched off, and news, which move nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.accounts.models import User
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.moderation.actions import reply
from service.triage.levels import Level
from tests.pages.conftest import LiveSite, says

pytestmark = pytest.mark.browser


def test_the_queue_is_worked_in_by_keys_until_they_are_switched_off(sign_in: Callable[..., Page]) -> None:
    page = sign_in("ana", anew=True)
    page.goto("/moderation?lane=all")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator(".card").first
    expect(first.get_by_role("link").first).to_be_focused()
    address = first.get_by_role("link").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    page.keyboard.press("j")
    page.wait_for_url(lambda url: not url.endswith(str(address)))
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", level=1)).to_have_text("Held")
    page.keyboard.press("/")
    page.keyboard.type("jk?n")
    expect(page.get_by_role("searchbox")).to_have_value("jk?n")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto("/moderation/keys")
    page.get_by_role("button", name="Switch them off").click()
    page.goto("/moderation?lane=all")
    page.keyboard.press("j")
    expect(page.locator(".card-here")).to_have_count(0)
    page.goto("/moderation/keys")
    page.get_by_role("button", name="Switch them on").click()
    expect(page.get_by_role("heading", name="Your keys are on")).to_be_visible()


def test_a_card_goes_grey_in_place_with_the_name_of_who_was_faster(
    sign_in: Callable[..., Page], live_site: LiveSite
) -> None:
    number = says(live_site, "Ottilie", Level.URGENT)
    lists, item = sign_in("ana"), sign_in("ana")
    lists.goto("/moderation")
    item.goto(f"/moderation/comments/{number}")
    item.get_by_label("Your reply").fill("I read this twice.")
    with live_site.app.app_context():
        begin_write()
        mara = db.session.query(User).filter(User.name.contains("Mara")).one()
        reply(mara, db.session.get_one(Comment, number), "You are not alone with it.")
        db.session.commit()
    for page in (lists, item):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    card = lists.locator(f'[data-comment="{number}"]')
    expect(card).to_have_class("card card-done")
    expect(card).to_contain_text("Dr. Mara Lindqvist has answered this comment.")
    expect(item.locator("[data-news]")).to_contain_text("Dr. Mara Lindqvist has answered this comment.")
    expect(item.get_by_label("Your reply")).to_have_value("I read this twice.")


def test_words_reply_and_acts_are_seen_without_scrolling(sign_in: Callable[..., Page], live_site: LiveSite) -> None:
    number = says(live_site, "Roswitha", Level.SUPPORT, "I look after two people and nobody looks after me.")
    page = sign_in("ana")
    page.set_viewport_size({"width": 1280, "height": 1024})
    page.goto(f"/moderation/comments/{number}")
    for part in (".source", ".why", "#reply", "section:has(> #deeds)"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1280, "height": 800})
    for part in (".source", "#reply", "[data-act=approve]"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)


def test_the_advice_for_somebody_in_danger_leaves_reply_and_acts_in_sight(
    sign_in: Callable[..., Page], live_site: LiveSite
) -> None:
    number = says(live_site, "Adelheid", Level.CRISIS, "I have written the letters, and tonight I will do it.")
    page = sign_in("ana")
    page.set_viewport_size({"width": 1280, "height": 1024})
    page.goto(f"/moderation/comments/{number}")
    advice = page.locator("details", has_text="What helps here")
    if advice.get_attribute("open") is None:
        advice.locator("summary").click()
    for part in (".veil", ".advice", "#reply", "section:has(> #deeds)"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
