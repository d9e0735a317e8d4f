"""An author adds a phrase in a browser, sees what it would do, and saves it; with the script and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.core.db import begin_write, db
from service.moderation.phrases.reading import Step, take_step
from service.moderation.phrases.runs import lease_run
from tests.pages.conftest import LiveSite, says

pytestmark = pytest.mark.browser


def work(site: LiveSite) -> None:
    """Do what a worker does with the dry runs that wait."""
    with site.app.app_context():
        begin_write()
        while (taken := lease_run()) is not None:
            db.session.commit()
            step = Step(*taken)
            while take_step(step):
                db.session.commit()
            db.session.commit()
            begin_write()
        db.session.rollback()


def test_an_author_adds_a_phrase(live_site: LiveSite, sign_in: Callable[..., Page], scripts: bool) -> None:
    words = f"the {'grey' if scripts else 'blue'} cloud sits"
    says(live_site, "Noor", body=f"On Sundays {words} on the stairs with me.")
    page = sign_in("mara", scripts=scripts)
    page.goto("/moderation/phrases")
    page.get_by_label("Words to try").fill(words)
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_text("Triage would find nothing.")).to_be_visible()
    page.get_by_role("link", name="Add a phrase that finds it").click()
    page.get_by_label("Words to look for").fill(words)
    page.get_by_label("Why").fill("Readers wrote it.")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_text("It begins within a few seconds.")).to_be_visible()
    work(live_site)
    if not scripts:
        page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="Newly found: 1")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("link", name="On Sundays")).to_be_visible()
    page.get_by_role("button", name="Use this change").click()
    expect(page.get_by_text("Saved. Every new comment is read by it from now on.")).to_be_visible()
    page.goto("/moderation/phrases")
    page.get_by_label("Words to try").fill(words)
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_text("Would be shown as")).to_be_visible()
