"""What strangers meet: a form that notes its first touch, a report; and staff who answer it and change a rule."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.pages.test_journeys import ARTICLE

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]


def test_the_form_is_stamped_when_it_is_first_touched(visit: Visit) -> None:
    page = visit()
    page.goto(ARTICLE)
    stamp = page.locator("#answer input[name=stamp]")
    expect(stamp).to_have_value("")
    page.get_by_label("Name or nickname").focus()
    expect(stamp).to_have_value(re.compile(r"[\w-]+\.[\w-]+\.[\w-]+"))
    first = stamp.input_value()
    page.get_by_role("textbox", name="Your comment").focus()
    expect(stamp).to_have_value(first)
    expect(page.get_by_label("Please leave this empty")).not_to_be_in_viewport()
    expect(page.locator("#homepage")).to_have_attribute("tabindex", "-1")


def test_a_reader_reports_and_staff_settle_it(visit: Visit, sign_in: Visit, scripts: bool) -> None:
    reader = visit(scripts=scripts)
    reader.goto(ARTICLE)
    reader.get_by_role("link", name=re.compile("Report.*Minna")).click()
    expect(reader.get_by_role("heading", name="Report a comment")).to_be_visible()
    reader.get_by_label("It hurts someone").check()
    reader.get_by_label("In your words").fill(f"The last line. {scripts}")
    reader.get_by_role("button", name="Send it").click()
    expect(reader.get_by_role("heading", name="Thank you for telling us.")).to_be_visible()

    staff = sign_in("ana", scripts=scripts)
    staff.goto("/moderation?lane=reported")
    staff.get_by_role("listitem").filter(has_text="It hurts someone").get_by_role("link", name="Minna").click()
    expect(staff.get_by_text(f"The last line. {scripts}")).to_be_visible()
    staff.get_by_role("button", name="It can stay as it is").click()
    expect(staff.get_by_text("You dealt with the reports on Minna’s comment.")).to_be_visible()
    staff.goto("/moderation?lane=reported")
    expect(staff.get_by_role("listitem").filter(has_text="It hurts someone")).to_have_count(0)
    reader.goto(ARTICLE)
    expect(reader.get_by_role("link", name=re.compile("Report.*Minna"))).to_be_visible()


def test_a_rule_is_tried_saved_and_taken_back(sign_in: Visit, scripts: bool) -> None:
    page, word = sign_in("ana", scripts=scripts), f"roulette{scripts}".lower()
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Rules").click()
    page.get_by_label("Words or domain").fill(word)
    page.get_by_label("It is filed as spam").check()
    page.get_by_label("Why").fill("They write it every day.")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_text("It would catch no comment more")).to_be_visible()
    page.get_by_role("button", name="Save it").click()
    page.get_by_label("Words to try").fill(f"Play {word.upper()} now")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_text("It would be filed as spam.")).to_be_visible()
    page.get_by_role("link", name="History, with undo").click()
    page.get_by_role("row").filter(has_text=word).get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row").filter(has_text=word).first).to_contain_text("Taken back")
    page.get_by_role("link", name="Back to the rules").click()
    expect(page.get_by_role("row").filter(has_text=word)).to_contain_text("Off")
