"""What readers cost, in one process: `python -m tests.bench.reader [database URL]` prints milliseconds of CPU.

It needs an empty database, SQLite in a new folder by default. A constant Flask view stands beside, to compare with.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response
from flask_migrate import upgrade
from pydantic import SecretStr
from sqlalchemy import select
from werkzeug.test import EnvironBuilder

from service.app import create_app
from service.comments.models import Comment
from service.config import Settings
from service.core.db import db
from service.core.dispatch import use_dispatcher
from tests.cast import CRISIS, Cast, plant, screen

PATH = "/articles/old-maps"
WORDS = "Somebody writes about a lamp and a garden, slowly and at some length. " * 12
GZIP = {"Accept-Encoding": "gzip"}


def main(database_url: str = "") -> None:
    """Print what each kind of request costs."""
    secret = SecretStr("for a bench that keeps nothing, long enough")
    folder = Path(tempfile.mkdtemp())
    app = create_app(Settings(data_dir=folder, database_url=database_url, secret_key=secret, rate_limits=False))
    use_dispatcher(None)
    with app.app_context():
        upgrade()
        cast = Cast(app)
        plant(cast.article, [None if number % 5 == 0 else number - 1 for number in range(100)])
    browser, pages = app.test_client(), app.extensions["pages"]
    etag = browser.get(PATH, headers=GZIP).headers["ETag"]
    constant = Flask("constant")
    constant.add_url_rule(PATH, view_func=lambda: Response(b"x" * 50_000), endpoint="page")

    def cold() -> None:
        pages.__init__()
        browser.get(PATH)

    def post() -> None:
        form = {"body": f"{WORDS}{time.perf_counter()}", "name": "Tove", "email": "", "audience": "everyone"}
        sent = app.test_client().post(f"{PATH}/comments", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        assert sent.status_code == 303, sent.text

    show("constant Flask view of 50 kB", wsgi(constant), 2000)
    show("article of 100 comments, from memory", wsgi(app), 5000)
    show("the same answering 304", wsgi(app, headers={**GZIP, "If-None-Match": etag}), 5000)
    show("the same for who has a comment waiting", wsgi(app, headers={**GZIP, "Cookie": waiting(app, cast)}), 5000)
    show("the same with a query, through Flask", wsgi(app, query_string="order=oldest"), 2000)
    show("rendered anew", cold, 30)
    show("a comment posted", post, 200)


def waiting(app: Flask, cast: Cast) -> str:
    """Return the cookie of a reader whose comment is held; it stands on that reader's own page, and on no other."""
    browser = app.test_client()
    form = {"body": CRISIS, "name": "Tove", "email": "", "audience": "everyone"}
    sent = browser.post(f"{PATH}/comments", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert sent.status_code == 303, sent.text
    with app.app_context():
        screen(db.session.scalars(select(Comment).order_by(Comment.id.desc()).limit(1)).one())
    cookie = browser.get_cookie("attune-guest")
    assert cookie is not None
    return f"attune-guest={cookie.value}"


def wsgi(app: Flask, **extra: object) -> Callable[[], None]:
    """Return a call of the application without a server or a client."""
    environ = EnvironBuilder(PATH, **{"headers": GZIP, **extra}).get_environ()  # type: ignore[arg-type]

    def once() -> None:
        answer = app.wsgi_app(dict(environ), lambda *_: None)  # type: ignore[arg-type, return-value]
        b"".join(answer)
        getattr(answer, "close", lambda: None)()

    return once


def show(name: str, call: Callable[[], None], times: int) -> None:
    """Print what one call costs on average."""
    for _ in range(max(3, times // 50)):
        call()
    start = time.process_time()
    for _ in range(times):
        call()
    print(f"{name:<40} {(time.process_time() - start) / times * 1000:8.3f} ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
