"""What people do on the pages, in a real browser, with scripts and without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.cast import LOW

pytestmark = pytest.mark.browser

ARTICLE = "/articles/old-wounds-new-company"


Visit = Callable[..., Page]


def test_a_reader_writes_edits_and_takes_back(visit: Visit, scripts: bool) -> None:
    page = visit(scripts=scripts)
    page.goto("/")
    page.get_by_role("link", name="How old wounds heal in new company").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How old wounds heal in new company")
    write(page, "Hanne", "I read this twice.\n\n- *slowly*\n- aloud")

    expect(page).to_have_url(re.compile("/my/"))
    until_settled(page, scripts)
    expect(page.get_by_role("heading", name="Thank you for writing. We have your comment.")).to_be_visible()
    expect(page.get_by_text("A real person will read it before it shows.")).to_be_visible()
    expect(page.locator(".comment-body li em")).to_have_text("slowly")

    page.get_by_text("Edit comment").click()
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value("I read this twice.\n\n- *slowly*\n- aloud")
    page.get_by_role("textbox", name="Your comment").fill("I read this three times.")
    page.get_by_role("button", name="Save the new words").click()
    expect(page.locator(".comment-body")).to_have_text("I read this three times.")

    page.get_by_text("Take back this comment").click()
    page.get_by_role("button", name="Yes, take it back for ever").click()
    expect(page.get_by_role("heading", name="You have taken your comment back.")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("three times")


def test_an_answer_from_the_queue_stands_below_its_comment(visit: Visit, sign_in: Visit, scripts: bool) -> None:
    reader, name = visit(scripts=scripts), f"Renske {scripts}"
    reader.goto(ARTICLE)
    write(reader, name, LOW)
    until_settled(reader, scripts)

    staff = sign_in("mara", scripts=scripts)
    staff.get_by_role("listitem").filter(has_text=name).get_by_role("link", name=name).click()
    expect(staff.get_by_role("heading", level=1)).to_contain_text(name)
    expect(staff.locator("mark").first).to_be_visible()
    expect(staff.get_by_text("You are writing to everyone who reads this page.")).to_be_visible()
    staff.get_by_label("Your reply").fill("That is a lot for one person. I read here again on Thursday.")
    staff.get_by_role("button", name="Publish answer to everyone").click()
    expect(staff.get_by_text(f"You answered {name}.")).to_be_visible()
    expect(staff.get_by_role("listitem").filter(has_text=name)).to_have_count(0)

    reader.reload()
    expect(reader.get_by_role("heading", name="Your comment is on the page.")).to_be_visible()
    expect(reader.get_by_text("I read here again on Thursday.")).to_be_visible()
    reader.get_by_role("link", name="Read it where it stands").click()
    mine = reader.locator(".comment:target")
    expect(mine).to_contain_text("can't cope")
    answer = reader.get_by_role("group", name=f"Conversation started by {name}").get_by_role("listitem")
    expect(answer).to_contain_text("I read here again on Thursday.")
    expect(answer.locator(".badge")).to_have_text("Author")


def test_staff_answer_on_the_article(visit: Visit, sign_in: Visit, scripts: bool) -> None:
    staff = sign_in("ana", scripts=scripts)
    staff.goto(ARTICLE)
    expect(staff.get_by_text("Choose Answer below a comment to reply to it.")).to_be_visible()
    staff.get_by_role("link", name="Answer Minna").click()
    expect(staff.get_by_role("heading", name="Answer Minna")).to_be_visible()
    staff.get_by_label("Your answer").fill(f"A lamp, and someone who sees it. {scripts}")
    staff.get_by_role("button", name="Publish answer to everyone").click()
    expect(staff.locator(".comment:target")).to_contain_text(f"A lamp, and someone who sees it. {scripts}")
    expect(staff.locator(".comment:target .badge")).to_have_text("For the site")


def test_a_note_for_the_author_is_answered_in_private(visit: Visit, sign_in: Visit, scripts: bool) -> None:
    reader, name = visit(scripts=scripts), f"Noor {scripts}"
    reader.goto(ARTICLE)
    reader.get_by_label("Only the author").check()
    write(reader, name, "This is for you alone.")
    until_settled(reader, scripts)
    expect(reader.get_by_text("it never appears on the page")).to_be_visible()

    staff = sign_in("mara", scripts=scripts)
    staff.get_by_role("link", name="Held").click()
    staff.get_by_role("link", name=name).click()
    expect(staff.get_by_text(f"You are writing to {name} alone. The page shows nothing.")).to_be_visible()
    staff.get_by_label("Your reply").fill("And this is for you.")
    staff.get_by_role("button", name=f"Send to {name} alone").click()
    expect(staff.get_by_text(f"You answered {name} in private.")).to_be_visible()

    reader.reload()
    expect(reader.get_by_role("heading", name="Your note has been read.")).to_be_visible()
    message = reader.get_by_role("article").filter(has_text="And this is for you.")
    expect(message).to_contain_text("Only you can read this")
    reader.goto(ARTICLE)
    expect(reader.locator("body")).not_to_contain_text("for you alone")
    expect(reader.locator("body")).not_to_contain_text("And this is for you.")


def test_words_come_back_at_the_form_when_a_name_is_taken(visit: Visit, scripts: bool) -> None:
    page = visit(scripts=scripts)
    page.goto(f"{ARTICLE}?order=newest")
    page.get_by_role("link", name="Answer Minna").click()
    expect(page.get_by_role("heading", name="Answer Minna")).to_be_in_viewport()
    page.get_by_label("Only the author").check()
    page.get_by_role("textbox", name="E-mail").fill("hanne@example.org")
    write(page, "Ana Brandt", "  Words with <b>signs</b> & a space before.", button="Send answer")

    expect(page.get_by_text("All your words are still here.")).to_be_in_viewport()
    expect(page.get_by_label("Your answer")).to_have_value("  Words with <b>signs</b> & a space before.")
    expect(page.get_by_label("Only the author")).to_be_checked()
    expect(page.get_by_role("textbox", name="E-mail")).to_have_value("hanne@example.org")
    expect(page.get_by_label("Name or nickname")).to_have_accessible_description(re.compile("belongs to somebody"))
    expect(page.get_by_role("link", name="Newest first")).to_have_attribute("aria-current", "true")

    page.get_by_label("Name or nickname").fill("Hanne")
    page.get_by_role("button", name="Send answer").click()
    expect(page).to_have_url(re.compile("/my/"))


def test_what_a_colleague_did_first_is_said_and_nothing_is_lost(visit: Visit, sign_in: Visit, scripts: bool) -> None:
    reader, name = visit(scripts=scripts), f"Lio {scripts}"
    reader.goto(ARTICLE)
    write(reader, name, LOW)
    until_settled(reader, scripts)
    slow, quick = sign_in("ana", scripts=scripts), sign_in("owner", scripts=scripts)
    for staff in (slow, quick):
        staff.get_by_role("listitem").get_by_role("link", name=name).click()
    quick.locator("#main button[data-act=approve]").click()
    expect(quick.get_by_text(f"You published {name}’s comment.")).to_be_visible()

    slow.get_by_label("Your reply").fill("I read this three times.")
    slow.get_by_role("button", name="Publish answer to everyone").click()
    expect(slow.get_by_role("alert")).to_contain_text("Ines Varga has published this comment.")
    expect(slow.get_by_label("Your words")).to_have_value("I read this three times.")
    slow.get_by_role("button", name="Send it all the same").click()
    expect(slow.get_by_text(f"You answered {name}.")).to_be_visible()


def test_a_comment_is_kept_private_and_published_after_all(visit: Visit, sign_in: Visit, scripts: bool) -> None:
    reader, name = visit(scripts=scripts), f"Wren {scripts}"
    reader.goto(ARTICLE)
    write(reader, name, "A calm word about the garden.")
    until_settled(reader, scripts)
    staff = sign_in("ana", scripts=scripts)
    staff.get_by_role("link", name="Held").click()
    staff.get_by_role("link", name=name).click()
    staff.locator("summary", has_text="Keep private").click()
    staff.get_by_role("textbox", name="Why is it kept private?").fill("Names a neighbour.")
    staff.get_by_role("button", name="Keep private").click()
    expect(staff.get_by_text(f"You kept {name}’s comment private.")).to_be_visible()
    reader.reload()
    expect(reader.get_by_role("heading", name="Your comment is not on the page.")).to_be_visible()

    staff.get_by_role("link", name="Look at it").click()
    expect(staff.get_by_text("Names a neighbour.")).to_be_visible()
    staff.get_by_role("button", name="Publish it after all").click()
    expect(staff.get_by_text(f"You published {name}’s comment again.")).to_be_visible()
    staff.get_by_role("link", name="Decisions").click()
    expect(staff.get_by_role("row").filter(has_text=name)).to_have_count(2)


def test_an_alert_leads_to_the_comment_and_then_to_rest(visit: Visit, sign_in: Visit, scripts: bool) -> None:
    reader = visit(scripts=scripts)
    reader.goto(ARTICLE)
    write(reader, f"Sorrel {scripts}", LOW)
    until_settled(reader, scripts)
    staff = sign_in("owner", anew=True, scripts=scripts)
    staff.get_by_role("link", name=re.compile(r"\d+ alerts? for you")).click()
    staff.get_by_role("link", name=re.compile("Open it")).first.click()
    expect(staff.get_by_role("heading", level=1)).to_contain_text(f"Sorrel {scripts}")
    staff.get_by_role("link", name="Alerts", exact=True).click()
    staff.get_by_role("button", name="Mark all as read").click()
    expect(staff.get_by_text("Nothing new.")).to_be_visible()
    staff.get_by_text("More", exact=True).click()
    staff.get_by_role("link", name="Mail", exact=True).click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Mail")
    staff.get_by_role("button", name="Sign out").click()
    staff.goto("/moderation")
    expect(staff.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_first_keys_lead_past_the_head_of_the_page(visit: Visit) -> None:
    page = visit()
    page.goto(ARTICLE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Comments")).to_be_in_viewport()


def write(page: Page, name: str, words: str, *, button: str = "Send comment") -> None:
    """Fill in the form for a comment or an answer, and send it."""
    page.locator("textarea[name=body]").fill(words)
    page.get_by_label("Name or nickname").fill(name)
    page.get_by_role("button", name=button).click()


def until_settled(page: Page, scripts: bool) -> None:
    """Wait until one's own comment is no longer on its way: a script looks by itself, without one a person does."""
    page.wait_for_url("**/my/**")
    on_its_way = page.get_by_text("It is on its way.")
    if scripts:
        expect(on_its_way).to_have_count(0)
        return
    for _ in range(100):
        if on_its_way.count() == 0:
            return
        page.get_by_role("link", name="Look again").click()
    pytest.fail("the comment is still on its way")
