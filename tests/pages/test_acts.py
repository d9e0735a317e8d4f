"""Acting on comments in a browser: what scripts add to the forms, and the key that takes an act back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.triage.levels import Level
from tests.pages.conftest import LiveSite, says

pytestmark = pytest.mark.browser

SignIn = Callable[..., Page]
SELECT = """([start, length]) => {
    const words = document.querySelector(".comment-body.source");
    const text = document.createTreeWalker(words, NodeFilter.SHOW_TEXT).nextNode();
    const from = text.data.indexOf(start);
    getSelection().setBaseAndExtent(text, from, text, from + length);
}"""


def test_what_is_selected_is_taken_out_and_one_key_puts_it_back(sign_in: SignIn, live_site: LiveSite) -> None:
    number = says(live_site, "Wilhelmina", body="I live beside the old mill in Harlow. It is quiet there.")
    page = sign_in("ana")
    page.goto(f"/moderation/comments/{number}")
    page.keyboard.press("m")
    passage = page.locator("#passage")
    expect(passage).to_be_visible()
    page.evaluate(SELECT, ["the old mill", len("the old mill in Harlow")])
    expect(passage).to_have_value("the old mill in Harlow")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")
    expect(passage).to_have_value("the old mill in Harlow")  # what is selected elsewhere is not meant
    passage.press("Enter")
    expect(page.get_by_role("status").filter(has_text="You took a detail out")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("status").filter(has_text="Undone.")).to_be_visible()
    page.keyboard.press("z")  # there is nothing to undo any more
    expect(page.locator(".comment-body.source")).to_contain_text("the old mill in Harlow")


def test_the_form_of_an_act_takes_what_is_typed_and_escape_closes_it(sign_in: SignIn, live_site: LiveSite) -> None:
    number = says(live_site, "Gesche")
    page = sign_in("ana")
    page.goto(f"/moderation/comments/{number}?lane=held")
    page.keyboard.press("h")
    expect(page.get_by_label("Why is it kept private?")).to_be_focused()
    page.keyboard.type("names an aunt")  # "a" publishes where nobody writes
    page.keyboard.press("Escape")
    expect(page.locator(".deed[open]")).to_have_count(0)
    expect(page.locator("summary[data-act=hide]")).to_be_focused()
    page.keyboard.press("l")
    expect(page.get_by_role("radio", name="In an hour")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#deed-snooze[open]")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    expect(page.get_by_label("Why is it kept private?")).to_have_value("names an aunt")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="You kept Gesche’s comment private.")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("link", name="Back to Held")).to_be_visible()


def test_thoughts_come_while_one_writes_and_what_was_typed_is_kept(sign_in: SignIn, live_site: LiveSite) -> None:
    number = says(live_site, "Ansgar", Level.SUPPORT)
    page = sign_in("mara")
    page.goto(f"/moderation/comments/{number}")
    page.keyboard.press("r")
    box = page.get_by_label("Your reply")
    expect(box).to_be_focused()
    page.keyboard.type("Stay strong, z.")  # keys do nothing in a field
    expect(page.locator("#hints")).to_be_visible()
    expect(page.locator("#second-look")).to_be_hidden()
    box.fill("I will keep this a secret. {{name}}")
    expect(page.locator("#second-look")).to_be_visible()
    expect(page.locator("#kept")).to_be_visible()
    page.goto("/moderation?lane=held")  # leaving at once: a beacon carries the last words
    page.goto(f"/moderation/comments/{number}")
    expect(box).to_have_value("I will keep this a secret. {{name}}")
    box.fill("I have read this. Thank you for telling us.")
    expect(page.locator("#hints")).to_be_hidden()
    box.press("Control+Enter")
    expect(page.get_by_text("You answered Ansgar.")).to_be_visible()
    page.keyboard.press("z")
    expect(box).to_have_value("I have read this. Thank you for telling us.")


def test_several_are_ticked_by_key_published_and_taken_back_by_one_key(sign_in: SignIn, live_site: LiveSite) -> None:
    for name in ("Several Ada", "Several Bea", "Several Cleo"):
        says(live_site, name)
    page = sign_in("ana")
    page.goto("/moderation?lane=held&q=several")
    ticks, which = page.locator("[name=tick]"), page.get_by_role("radio")
    which.nth(1).check()
    expect(page.locator("[name=tick]:checked")).to_have_count(3)
    ticks.first.uncheck()
    expect(which.nth(0)).to_be_checked()  # from here on those that are ticked are meant
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[name=tick]:checked")).to_have_count(2)
    page.get_by_role("button", name="Publish …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Publish 2 comments?")
    page.get_by_role("button", name="Publish 2 comments").click()
    expect(page.get_by_role("status").filter(has_text="2 comments were published.")).to_be_visible()
    expect(page.locator(".card")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.get_by_role("heading", level=1)).to_have_text("Undone: 2 comments are as they were")
    page.goto("/moderation?lane=held&q=several")
    expect(page.locator(".card")).to_have_count(3)
