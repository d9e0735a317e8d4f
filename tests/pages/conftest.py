"""Fixtures of the browser tests: a served site with its demo, and browsers that notice what goes wrong on a page."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from service.accounts.actions import known_commenter
from service.app import create_app
from service.articles.models import Article
from service.comments.actions import draft, submit
from service.comments.models import Comment
from service.config import Settings, current_keys
from service.core.db import begin_write, db
from service.core.dispatch import Dispatcher, use_dispatcher
from service.core.leases import beat
from service.delivery import deliver
from service.demo.actions import fill
from service.demo.content import PASSWORD
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CALM, reading, screen
from tests.conftest import SECRET

TASKS: dict[str, Callable[[int], None]] = {
    "moderation.screen": lambda number: screen(db.session.get_one(Comment, number)),
    "notifications.deliver": deliver,
}
# An answer other than 200 is told on the console too; it says nothing about the page.
EXPECTED = "Failed to load resource: the server responded with a status of 4"


@dataclass
class LiveSite:
    """A site that answers at `url`; what the worker would do is done by a thread, right after each commit."""

    url: str
    app: Flask
    dispatcher: Dispatcher


def says(site: LiveSite, name: str, level: Level = Level.NONE, body: str = CALM) -> int:
    """Have a new reader write a comment that is read as this level; it is held, as a first one. Returns its id."""
    use_dispatcher(Dispatcher(lambda _name, _arguments: None))  # it is screened here, and not by the site's worker
    with site.app.app_context():
        begin_write()
        article = db.session.scalars(select(Article).order_by(Article.id).limit(1)).one()
        reader, _cookie = known_commenter(article.site_id, None)
        comment = submit(article, reader, draft(name, body))
        db.session.commit()
        screen(comment, reading(level))
        return comment.id


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """A site with its demo, served once for all browser tests."""
    with serve(tmp_path_factory.mktemp("live")) as site:
        yield site


@contextmanager
def serve(folder: Path) -> Iterator[LiveSite]:
    """Serve a site with its demo, kept in this folder."""
    app = create_app(Settings(data_dir=folder, secret_key=SECRET, rate_limits=False))

    def work(name: str, arguments: tuple[int | str, ...]) -> None:
        with app.app_context():
            TASKS[name](int(arguments[0]))

    dispatcher = Dispatcher(work)
    use_dispatcher(dispatcher)
    with app.app_context():
        upgrade()
        begin_write()
        fill(current_site(), current_keys())
        beat("test worker", "worker", 1)
        db.session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield LiveSite(f"http://127.0.0.1:{server.server_port}", app, dispatcher)
    server.shutdown()
    thread.join()
    server.server_close()
    use_dispatcher(None)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def live_site(served: LiveSite) -> Iterator[LiveSite]:
    """The served site, with its own messages going to its own worker."""
    use_dispatcher(served.dispatcher)
    yield served
    use_dispatcher(None)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, started once."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts: every journey works without."""
    return bool(request.param)


@pytest.fixture
def visit(browser: Browser, live_site: LiveSite) -> Iterator[Callable[..., Page]]:
    """Open new browsers, each a person of its own; no page may break the content policy or log an error."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            complaints.append(f"{message.location['url']}: {message.text}")

    contexts = []

    def open_page(*, scripts: bool = True, bypass_csp: bool = False, cookies: StorageState | None = None) -> Page:
        context = browser.new_context(
            base_url=live_site.url, java_script_enabled=scripts, bypass_csp=bypass_csp, storage_state=cookies
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def signed_in() -> dict[str, StorageState]:
    """The cookies of those who have signed in before."""
    return {}


@pytest.fixture
def sign_in(visit: Callable[..., Page], signed_in: dict[str, StorageState]) -> Callable[..., Page]:
    """Open a browser in which a member of the demo's staff is signed in; `anew`: in a session of its own."""

    def as_staff(who: str, *, anew: bool = False, **options: bool) -> Page:
        if who in signed_in and not anew:
            page = visit(cookies=signed_in[who], **options)
            page.goto("/moderation")
            return page
        page = visit(**options)
        page.goto("/sign-in")
        page.get_by_role("textbox", name="E-mail").fill(f"{who}@attune.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Care", level=1).wait_for()
        if not anew:
            signed_in[who] = page.context.storage_state()
        return page

    return as_staff
