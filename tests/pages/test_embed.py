"""The comments in a frame on a page of another site, in a browser that takes no cookies from frames."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from service.accounts.actions import known_commenter
from service.articles.actions import add_outside_page, set_mode
from service.articles.models import Article, Mode
from service.comments.actions import draft, submit
from service.core.db import begin_write, db
from service.site.actions import change
from service.site.queries import current_site
from tests.cast import screen
from tests.pages.conftest import LiveSite
from tests.run.site import eventually

WORDS = "I read this on the train and was glad of it."
LINE = '<script src="{url}/embed.js" async></script>'
HOST_PAGE = (
    '<!doctype html><html lang="en"><title>After the storm</title><h1>After the storm</h1>'
    '<p style="height: 60rem">A long story.</p>{line}<p id="below">What comes below.</p></html>'
)


@pytest.fixture
def blog(live_site: LiveSite) -> Iterator[str]:
    """Another site's origin, each page of which has our one line in it, and whose pages the owner has allowed."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", f"script-src {live_site.url}; frame-src {live_site.url}")
            self.end_headers()
            self.wfile.write(HOST_PAGE.format(line=LINE.format(url=live_site.url)).encode())

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    origin = f"http://localhost:{server.server_port}"
    allow(live_site, origin)
    yield origin
    allow(live_site, "")
    server.shutdown()
    server.server_close()
    thread.join()


def allow(site: LiveSite, origins: str) -> None:
    """Say on whose pages the comments may stand."""
    with site.app.app_context():
        begin_write()
        change(current_site(), embed_origins=origins)
        db.session.commit()


@pytest.fixture
def cookieless(browser: Browser, chromium: str) -> Iterator[BrowserContext]:
    """A browser that blocks the cookies of other sites."""
    arguments = ["--no-sandbox", "--test-third-party-cookie-phaseout"]
    strict = browser.browser_type.launch(executable_path=chromium, args=arguments)
    context = strict.new_context(viewport={"width": 390, "height": 800})
    context.set_default_timeout(15_000)
    yield context
    strict.close()


def open_host(context: BrowserContext, address: str, complaints: list[str]) -> Page:
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return page


def test_a_reader_writes_below_a_page_of_another_site_and_reads_it_there(
    blog: str, live_site: LiveSite, cookieless: BrowserContext
) -> None:
    complaints: list[str] = []
    page = open_host(cookieless, f"{blog}/after-the-storm?utm_source=mail", complaints)
    frame = page.frame_locator("iframe[title=Comments]")
    expect(frame.get_by_text("Nobody has written here yet")).to_be_visible()
    expect(page.get_by_role("link", name="Comments")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_text("What comes below.").scroll_into_view_if_needed()
    inner = page.frames[1]
    eventually(lambda: inner.evaluate("document.documentElement.scrollHeight <= innerHeight"))

    frame.get_by_label("Your comment").fill(WORDS)
    frame.get_by_label("Name or nickname").fill("Lena")
    with cookieless.expect_page() as opened:
        frame.get_by_role("button", name="Send comment").click()
    own = opened.value
    own.wait_for_url(f"{live_site.url}/my/**")
    expect(own.get_by_text(WORDS).first).to_be_visible()
    expect(frame.get_by_label("Your comment")).to_have_value(WORDS)

    with live_site.app.app_context():
        article = db.session.scalars(select(Article).where(Article.canonical_url == f"{blog}/after-the-storm")).one()
        assert article.title == "After the storm"
        assert article.mode is Mode.KNOWN
    assert complaints == []


def test_reading_on_stays_in_the_frame_and_the_page_around_it_follows(
    blog: str, live_site: LiveSite, cookieless: BrowserContext
) -> None:
    complaints: list[str] = []
    address = f"{blog}/answers"
    with live_site.app.app_context():
        begin_write()
        article = add_outside_page(current_site().id, address, "Answers")
        set_mode(article, Mode.OPEN)
        reader, _cookie = known_commenter(article.site_id, None)
        comment = submit(article, reader, draft("Lena", WORDS))
        db.session.commit()
        screen(comment)
    page = open_host(cookieless, address, complaints)
    frame = page.frame_locator("iframe[title=Comments]")
    frame.get_by_role("link", name="Answer Lena").click()
    expect(frame.get_by_role("heading", name="Answer Lena")).to_be_visible()
    page.wait_for_function("scrollY > 300")
    assert page.url == address
    with cookieless.expect_page() as opened:
        frame.get_by_role("link", name="Report").first.click()
    assert "/reports" in opened.value.url
    assert complaints == []


def test_a_page_that_is_not_allowed_gets_a_link_and_no_frame(
    blog: str, live_site: LiveSite, cookieless: BrowserContext
) -> None:
    allow(live_site, "https://somebody.example")
    page = open_host(cookieless, f"{blog}/after", [])
    expect(page.get_by_role("link", name="Comments")).to_be_visible()
    assert page.frames[1].get_by_role("heading", name="Comments").count() == 0
