"""Answers whoever reads an article without a sign-in before there is a request: one query, and bytes that are finished.

Only what needs nothing else is answered here: a GET of an article's first page that is in memory. All the rest, and
whatever goes wrong, goes on to the application, whose answer is the same
(decision 0022, tests/reader/test_anonymous.py).
"""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from service.reader.cache import Page, PageCache
from service.reader.pages import FIRST_PAGE, QUESTION, Versions, page_key

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ARTICLE = re.compile(r"/articles/([a-z0-9-]+)")


class Anonymous:
    """A WSGI application before another: `headers` are those that stand on every answer, `cookie` is the sign-in's."""

    def __init__(
        self, app: "WSGIApplication", engine: Engine, pages: PageCache, cookie: str, headers: Sequence[tuple[str, str]]
    ) -> None:
        self._app = app
        self._ask = VersionQuery(engine)
        self._pages = pages
        self._cookie = f"{cookie}="
        self._headers = list(headers)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from memory, or let the application answer."""
        page = self._find(environ)
        if page is None:
            return self._app(environ, start_response)
        packed = bool(page.packed) and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        etag = page.packed_etag if packed else page.etag
        headers = [("ETag", etag), ("Vary", "Accept-Encoding, Cookie"), ("Cache-Control", "no-cache"), *self._headers]
        if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 NOT MODIFIED", headers)
            return []
        body = page.packed if packed else page.body
        if packed:
            headers.append(("Content-Encoding", "gzip"))
        headers += [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]

    def _find(self, environ: "WSGIEnvironment") -> Page | None:
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return None
        article = ARTICLE.fullmatch(environ.get("PATH_INFO", ""))
        if article is None or self._cookie in environ.get("HTTP_COOKIE", ""):
            return None
        row = self._ask(article[1])
        return self._pages.known(page_key(row, FIRST_PAGE)) if row is not None else None


class VersionQuery:
    """Asks for the versions of a page over idle connections of its own, each in autocommit; None when it cannot."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Any] = deque()
        self._words = QUESTION.replace(":slug", "?" if engine.dialect.name == "sqlite" else "%s")
        event.listen(engine, "engine_disposed", self._close)

    def __call__(self, slug: str) -> Versions | None:
        """Return the versions of the article with this slug."""
        connection = None
        try:
            connection = self._idle.pop() if self._idle else self._open()
            row = connection.execute(self._words, (slug,)).fetchone()
        except Exception:  # the application asks again, and says what is wrong
            self._close()
            if connection is not None:
                connection.close()
            return None
        self._idle.append(connection)
        return Versions.read(row) if row is not None else None

    def _open(self) -> Any:
        """Return a connection that was set up as all others, and belongs to no pool."""
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        if self._engine.dialect.name != "sqlite":  # SQLite's are in autocommit as they are
            connection.autocommit = True
        return connection

    def _close(self, *_engine: object) -> None:
        while self._idle:
            self._idle.pop().close()
