"""Presence in a browser: others see who has a case open, by script alone, and it ends when the page is left."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.accounts.actions import known_commenter
from service.articles.models import Article
from service.comments.actions import draft, submit
from service.core.db import begin_write, db
from service.core.dispatch import Dispatcher, use_dispatcher
from service.triage.levels import Level
from tests.cast import CALM, reading, screen
from tests.pages.conftest import LiveSite

pytestmark = pytest.mark.browser


def test_others_see_who_is_on_a_case_until_they_leave_it(sign_in: Callable[..., Page], live_site: LiveSite) -> None:
    use_dispatcher(Dispatcher(lambda _name, _arguments: None))  # it is screened here, as somebody in distress
    with live_site.app.app_context():
        begin_write()
        article = db.session.query(Article).first()
        assert article is not None
        reader, _cookie = known_commenter(article.site_id, None)
        comment = submit(article, reader, draft("Walburga", CALM))
        db.session.commit()
        screen(comment, reading(Level.URGENT))
        path = f"/moderation/comments/{comment.id}"
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
