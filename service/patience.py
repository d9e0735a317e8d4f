"""A web worker whose threads are for requests that are there: one that trickles in waits outside, and not for ever.

gunicorn's threads read a request as soon as its first letter has come, and then wait for the rest as long as it takes:
as many stalled connections as there are threads, and nobody else can read or write a word.
"""

import contextlib
import re
import socket
import threading
import time
from http import HTTPStatus
from traceback import format_tb
from typing import Any

from gunicorn import util
from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from service.config import Settings
from service.web import security_headers

ARRIVES_WITHIN_S = 20.0  # a comment over a slow line takes two
DONE_WITHIN_S = 60.0  # with a form that is larger than what may wait outside, and the answer
WAITS_OUTSIDE = 32 * 1024  # bytes of a body; more would not fit into what the system keeps for a connection
LONGEST_HEAD = 64 * 1024  # bytes; beyond it gunicorn itself says no

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Threads that take a request only once it has arrived, and let go of it when it is never done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._busy: dict[Any, float] = {}

    def init_process(self) -> None:
        """Start looking after the threads, then serve."""
        threading.Thread(target=self._watch, name="patience", daemon=True).start()
        super().init_process()

    def handle(self, conn: Any) -> Any:
        """Handle a request that has arrived; put any other back to where it costs no thread."""
        came = conn.__dict__.setdefault("came", time.monotonic())
        if not self._is_here(conn):
            return _DEFER if time.monotonic() - came < ARRIVES_WITHIN_S else False
        self._busy[conn] = time.monotonic() + DONE_WITHIN_S
        try:
            return super().handle(conn)
        finally:
            self._busy.pop(conn, None)
            conn.__dict__.pop("came", None)  # the next request on this connection has its own time

    def handle_error(self, _req: Any, client: Any, _addr: Any, exc: BaseException) -> None:
        """Answer what is no request, with the headers of every answer.

        gunicorn would log the address that it came from and the words that it could not read, a secret link perhaps.
        """
        status = status_of(exc)
        where = "".join(format_tb(exc.__traceback__)) if status is HTTPStatus.INTERNAL_SERVER_ERROR else ""
        self.log.warning("Refused with %d: %s\n%s", status, type(exc).__name__, where)
        with contextlib.suppress(OSError):
            util.write_nonblock(client, refusal(status, self.wsgi.extensions["attune"]))

    @staticmethod
    def _is_here(conn: Any) -> bool:
        """Look at what has come without taking it; wakes again only when there is more."""
        if conn.parser is not None and conn.parser.unreader.buf.getvalue():
            return True  # it came together with the one before it
        conn.sock.setblocking(False)
        try:
            seen = conn.sock.recv(LONGEST_HEAD + WAITS_OUTSIDE, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True  # gunicorn knows what to do with a connection that is gone
        whole = not seen or has_arrived(seen)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1 if whole else len(seen) + 1)
        return whole

    def _watch(self) -> None:
        while True:
            time.sleep(1)
            moment = time.monotonic()
            for conn, over in list(self._busy.items()):
                if moment > over:
                    with contextlib.suppress(OSError):
                        conn.sock.shutdown(socket.SHUT_RDWR)


def status_of(error: BaseException) -> HTTPStatus:
    """Return how a request that could not be read is answered (pure)."""
    if isinstance(error, InvalidResponseHeader | InvalidResponseHeaderName) or not isinstance(error, ParseException):
        return HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, LimitRequestLine):
        return HTTPStatus.REQUEST_URI_TOO_LONG
    if isinstance(error, LimitRequestHeaders):
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    if isinstance(error, UnsupportedTransferCoding):
        return HTTPStatus.NOT_IMPLEMENTED
    return HTTPStatus.BAD_REQUEST


def refusal(status: HTTPStatus, settings: Settings) -> bytes:
    """Return the answer to what was no request (pure)."""
    words = f"{status.phrase}\n"
    headers = [
        ("Connection", "close"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(words))),
        ("Cache-Control", "no-store"),
        *security_headers(settings),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {int(status)} {status.phrase}\r\n{head}\r\n{words}".encode("latin-1")


def has_arrived(seen: bytes) -> bool:
    """Say whether these first bytes of a request are its head and as much of its body as may wait outside (pure)."""
    head, end, body = seen.partition(b"\r\n\r\n")
    if not end:
        return len(seen) >= LONGEST_HEAD
    length = _LENGTH.search(head + b"\r\n")
    return length is None or len(body) >= min(int(length[1]), WAITS_OUTSIDE)
