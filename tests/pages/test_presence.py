"""Presence in a browser: others see who has a case open, by script alone, and it ends when the page is left."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.triage.levels import Level
from tests.pages.conftest import LiveSite, says

pytestmark = pytest.mark.browser


def test_others_see_who_is_on_a_case_until_they_leave_it(sign_in: Callable[..., Page], live_site: LiveSite) -> None:
    path = f"/moderation/comments/{says(live_site, 'Walburga', Level.URGENT)}"
    mara, ana = sign_in("mara"), sign_in("ana")
    mara.goto(path)
    expect(mara.locator("#presence")).to_have_text("You are on this")
    ana.goto(path)
    expect(ana.locator("#presence")).to_contain_text("Mara")
    mara.goto("/moderation")
    for _attempt in range(50):  # the beacon is sent behind the next page
        if not ana.goto("/moderation").text().count("is on this"):  # type: ignore[union-attr]
            break
        ana.wait_for_timeout(100)
    ana.goto(path)
    expect(ana.locator("#presence")).to_have_text("You are on this")
