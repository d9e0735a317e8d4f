"""Somebody in great distress meets the letter and the help lines in a real browser, with scripts and without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.cast import CRISIS
from tests.pages.test_journeys import ARTICLE, until_settled, write

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
LETTER = "What you wrote sounds so painful, and we’re glad you told someone."


def test_the_letter_comes_by_itself_leads_to_lines_and_can_be_put_away(visit: Visit, scripts: bool) -> None:
    page = visit(scripts=scripts)
    page.goto(ARTICLE)
    write(page, f"Sanne {scripts}", CRISIS)
    until_settled(page, scripts)
    expect(page.get_by_role("heading", name=LETTER)).to_be_visible()
    expect(page.get_by_role("heading", name="Thank you for writing. We have your comment.")).to_be_visible()
    expect(page.get_by_text("the emergency number of the country where you are")).to_be_visible()

    page.get_by_label("Country").select_option("United Kingdom")
    page.get_by_role("button", name="Show lines").click()
    expect(page).to_have_url(re.compile(r"/my/[^?]+\?country=GB#letter"))
    expect(page.get_by_role("link", name="Text SHOUT to 85258")).to_have_attribute("href", "sms:85258")
    expect(page.get_by_role("link", name="999")).to_have_attribute("href", "tel:999")

    page.get_by_role("link", name="Hide this note").click()
    expect(page.get_by_role("heading", name=LETTER)).to_have_count(0)
    expect(page.get_by_role("heading", name="Thank you for writing. We have your comment.")).to_be_visible()
    page.get_by_role("link", name="Show our note and the help lines again").click()
    expect(page.get_by_role("heading", name=LETTER)).to_be_visible()

    page.get_by_role("link", name="All lines, and where the numbers come from").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Talk to someone")
    expect(page.get_by_label("Country")).to_have_value("GB")


def test_help_lines_are_one_link_away_and_the_country_is_chosen(visit: Visit, scripts: bool) -> None:
    page = visit(scripts=scripts)
    page.goto("/")
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Help lines").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Talk to someone")
    page.get_by_label("Country").select_option("Japan")
    page.get_by_label("Language").select_option("Korean")
    page.get_by_role("button", name="Show lines").click()
    expect(page.get_by_role("link", name="119")).to_have_attribute("href", "tel:119")
    expect(page.get_by_role("link", name="Call 0120-279-338")).to_have_attribute("href", "tel:0120279338")
    page.get_by_text("Where these numbers come from").click()
    expect(page.get_by_role("link", name="tascalne.com")).to_be_visible()
