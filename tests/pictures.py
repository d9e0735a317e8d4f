"""The pictures of the reader's pages, anew: `python -m tests.pictures [folder]`; without one: docs/pictures."""

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import func, select

from service.articles.actions import add_outside_page
from service.comments.actions import adopt
from service.comments.models import Comment, Revision, Screening, Voice
from service.core import clock
from service.core.db import begin_write, db
from service.site.actions import change
from service.site.queries import current_site
from tests.conftest import CHROMIUM
from tests.pages.conftest import LiveSite, serve
from tests.run.site import eventually

FOLDER = Path("docs/pictures")
THREAD = "/articles/old-wounds-new-company#comments"
STORM = "/after-the-storm"
HOST_PAGE = """<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>After the storm</title>
<style>
body {{ max-width: 46rem; margin: 0 auto; padding: 0 1.5rem; background: #fff; color: #1d2b36;
  font: 17px/1.6 sans-serif; }}
header {{ margin: 0 calc(50% - 50vw); padding: 1rem calc(50vw - 50%); background: #23465e; color: #fff; }}
h1 {{ margin: 2rem 0 0; font-size: 2rem; }}
</style>
<header><strong>Harbour notes</strong> · a blog of somebody else</header>
<h1>After the storm</h1>
<p>The roof held. I am writing down what helped, for the next time, and for whoever sits in a dark kitchen tonight
and waits for the wind to turn.</p>
<script src="{url}/embed.js" async></script>
</html>
"""

BELOW = (
    ("Lena", "We sat in the kitchen too. The candles helped, and that somebody counted the gusts aloud.", Voice.READER),
    ("Harbour notes", "Counting aloud is going on my list. Thank you, Lena.", Voice.AUTHOR),
)


def main(folder: Path = FOLDER) -> None:
    """Take each picture."""
    with tempfile.TemporaryDirectory() as data, serve(Path(data)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        eventually(lambda: not waiting(site))
        readers(browser, site, folder)
        embedded(browser, site, folder)
        browser.close()


def readers(browser: Browser, site: LiveSite, folder: Path) -> None:
    """The thread on screens of several sizes, and as some people have set theirs."""
    take(browser, site.url + THREAD, folder / "article.png", height=900)
    for width in (390, 768, 1280):
        take(browser, site.url + THREAD, folder / f"reader-{width}.png", width=width)
    take(browser, site.url + THREAD, folder / "reader-1280-dark.png", color_scheme="dark")
    take(browser, site.url + THREAD, folder / "reader-1280-contrast.png", contrast="more")
    say(site, language="ar")
    take(browser, site.url + THREAD, folder / "reader-1280-rtl.png")
    say(site, language="en")


def embedded(browser: Browser, site: LiveSite, folder: Path) -> None:
    """The comments below a page of somebody else."""
    with host(site) as origin:
        say(site, embed_origins=origin)
        talk_below(site, origin + STORM)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.goto(origin + STORM)
        page.frame_locator("iframe").get_by_text("The candles").wait_for()
        snap(page, folder / "embed.png")
        page.close()


def take(browser: Browser, address: str, path: Path, *, width: int = 1280, height: int = 1400, **wishes: Any) -> None:
    """Take the picture of an address in a new browser with these wishes (`color_scheme`, `contrast`)."""
    page = browser.new_page(viewport={"width": width, "height": height}, **wishes)
    page.goto(address)
    snap(page, path)
    page.close()


def snap(page: Page, path: Path) -> None:
    """Take a picture of what is seen, once all of it is there."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    print(path)


def say(site: LiveSite, **words: str) -> None:
    """Change what the owner says of the site."""
    with site.app.app_context():
        begin_write()
        change(current_site(), **words)
        db.session.commit()


def waiting(site: LiveSite) -> int:
    """Return how many comments are still to be screened."""
    with site.app.app_context():
        unread = Revision.screening == Screening.WAITING
        return db.session.scalars(select(func.count()).select_from(Revision).where(unread)).one()


def talk_below(site: LiveSite, address: str) -> None:
    """Have people speak below a page of another site."""
    with site.app.app_context():
        begin_write()
        article = add_outside_page(current_site().id, address, "After the storm")
        started: Comment | None = None
        for hours, (name, words, voice) in enumerate(BELOW):
            started = adopt(
                article,
                name=name,
                source=words,
                voice=voice,
                commenter=None,
                parent=started,
                created_at=clock.now() - timedelta(days=2, hours=-hours),
                import_key=f"picture {hours}",
            )
        db.session.commit()


@contextmanager
def host(site: LiveSite) -> Iterator[str]:
    """Serve a page of another site, with our one line in it."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(HOST_PAGE.format(url=site.url).encode())

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
