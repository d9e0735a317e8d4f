"""What authors and owners make of the site, in a real browser, with scripts and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.pages.test_journeys import ARTICLE

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]


def test_an_author_writes_an_article_and_closes_it(visit: Visit, sign_in: Visit, scripts: bool) -> None:
    author, reader, title = sign_in("mara", scripts=scripts), visit(scripts=scripts), f"Slow rivers {scripts}"
    author.get_by_role("link", name="Articles", exact=True).click()
    author.get_by_role("link", name="Write an article").click()
    author.get_by_label("Title").fill(title)
    author.get_by_label("Text").fill("## At the bend\n\nWater *waits* ![a boat](https://elsewhere.example/boat.png)")
    author.get_by_label("This page talks about").fill("waiting")
    author.get_by_role("button", name="Preview").click()
    expect(author.locator("#preview em")).to_have_text("waits")
    expect(author.get_by_label("Title")).to_have_value(title)
    author.get_by_role("button", name="Publish article").click()
    address = author.url
    reader.goto(address)
    expect(reader.get_by_role("heading", level=1)).to_have_text(title)
    expect(reader.get_by_text("This page talks about waiting")).to_be_visible()
    expect(reader.get_by_role("link", name="a boat")).to_have_attribute("href", "https://elsewhere.example/boat.png")
    expect(reader.locator("img")).to_have_count(0)

    author.goto("/moderation/articles")
    author.get_by_role("listitem").or_(author.get_by_role("row")).filter(has_text=title).get_by_role(
        "link"
    ).last.click()
    author.get_by_label("No new comments").check()
    author.get_by_role("button", name="Save changes").click()
    reader.reload()
    expect(reader.get_by_role("button", name="Send comment")).to_have_count(0)


def test_an_owner_switches_the_exit_off_and_on(visit: Visit, sign_in: Visit, scripts: bool) -> None:
    owner, reader = sign_in("owner", scripts=scripts), visit(scripts=scripts)
    owner.get_by_text("More", exact=True).click()
    owner.get_by_role("link", name="The site").click()
    leaving = reader.get_by_role("link", name="Exit this page")
    for shown in (False, True):
        owner.get_by_label("Show “Exit this page”").set_checked(shown)
        owner.get_by_role("button", name="Save changes").click()
        expect(owner.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
        reader.goto(ARTICLE)
        expect(leaving).to_have_count(1 if shown else 0)
    reader.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="Elsewhere"))
    leaving.click()
    expect(reader.locator("body")).to_have_text("Elsewhere")
