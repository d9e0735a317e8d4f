"""Keys in a browser: each does what a button does, none does anything in a field, and they can be switched off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

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
