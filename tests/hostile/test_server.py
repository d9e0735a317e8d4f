"""Slow and huge requests, against the server that runs in production: they keep nobody else waiting."""

import contextlib
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from service.patience import LONGEST_HEAD, WAITS_OUTSIDE, has_arrived
from tests.hostile.test_headers import EXPECTED
from tests.run.site import environment, free_port

ROOT = Path(__file__).parents[2]
THREADS = 4
HEAD = b"POST /articles/old-maps/comments HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
PATIENCE_S = 30


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that holds what the server has written to its terminal."""
    return tmp_path_factory.mktemp("said") / "log"


@pytest.fixture(scope="module")
def port(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, said: Path) -> Iterator[int]:
    """The port of a server with four threads, on an empty site."""
    folder, number = tmp_path_factory.mktemp("served"), free_port()
    with closing(sqlite3.connect(migrated_sqlite)) as source, closing(sqlite3.connect(folder / "attune.db")) as target:
        source.backup(target)
    settings = {"ATTUNE_DATA_DIR": str(folder), "ATTUNE_PORT": str(number), "ATTUNE_THREADS": str(THREADS)}
    settings["ATTUNE_BROKER_URL"] = "redis://127.0.0.1:1/0"
    command = [sys.executable, "-m", "gunicorn", "-c", "python:service.serving", "service.app:create_app()"]
    with said.open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment(**settings), stderr=log)
    over = time.monotonic() + PATIENCE_S
    while True:
        try:
            assert status_of(number, "/healthz") == 200
            break
        except OSError:
            assert time.monotonic() < over, "the server does not start"
            time.sleep(0.1)
    yield number
    server.terminate()
    server.wait(PATIENCE_S)


def test_who_sends_drop_by_drop_keeps_nobody_waiting(port: int) -> None:
    """Twelve for each thread: with half a head, with a head and no body, and with nothing at all."""
    beginnings = (b"GET / HT", HEAD, HEAD + FORM + b"Content-Length: 400\r\n\r\nbody=", b"")
    slow = [connected(port, beginnings[number % 4]) for number in range(12 * THREADS)]
    for _drop in range(3):
        time.sleep(0.3)
        began = time.monotonic()
        assert status_of(port, "/healthz") == 200
        assert time.monotonic() - began < 5
        drip(slow)
    for connection in slow:
        connection.close()


def test_who_takes_his_time_is_heard(port: int) -> None:
    """In five pieces, cut where it hurts, over one connection, twice."""
    form = b"body=Thank+you&name=Lena"
    whole = HEAD + FORM + b"Content-Length: %d\r\n\r\n" % len(form) + form
    with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)) as connection:
        for _time in range(2):
            for start in range(0, len(whole), 50):
                connection.sendall(whole[start : start + 50])
                time.sleep(0.05)
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 404"), answer[:200]  # there is no such article here
            while b"</html>" not in answer:
                answer += connection.recv(65536)


def test_two_requests_that_come_at_once_are_both_answered(port: int) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)) as connection:
        connection.sendall(request + request)
        answers = b""
        while answers.count(b'"ok"') < 2:
            part = connection.recv(65536)
            assert part, answers
            answers += part


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (HEAD + FORM + b"Content-Length: 999999999\r\n\r\nbody=" + b"x" * 200_000, b"413"),
        (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", b"400"),
        (HEAD + b"Content-Length: -1\r\n\r\n", b"400"),
        (HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", b"400"),
        (HEAD + b"X: " + b"x" * 200_000 + b"\r\n\r\n", b"431"),
        (HEAD + b"".join(b"X-%d: y\r\n" % number for number in range(500)) + b"\r\n", b"431"),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"4"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
    ],
)
def test_huge_and_broken_requests_are_refused(port: int, sent: bytes, status: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)) as connection:
        with contextlib.suppress(OSError):  # it may hang up before it has read all of this
            connection.sendall(sent)
        try:
            answer = connection.recv(65536)
        except ConnectionResetError:
            answer = b"HTTP/1.1 " + status
    assert answer.split(b" ")[1].startswith(status), answer[:200]
    if b"\r\n\r\n" in answer:
        for name, value in EXPECTED.items():
            assert f"{name}: {value}\r\n".encode() in answer, name
    assert status_of(port, "/healthz") == 200


def test_what_cannot_be_read_is_logged_without_its_words_and_its_address(port: int, said: Path) -> None:
    for head in (
        b"GET /my/canary" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nCookie canary\r\n\r\n",
        b"canary /my/canary HTTP/9\r\n\r\n",
    ):
        with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)) as connection:
            connection.sendall(head)
            assert connection.recv(65536).startswith(b"HTTP/1.1 4")
    log = said.read_text()
    assert log.count("Refused with 4") >= 3
    assert "canary" not in log
    assert "127.0.0.1" not in log.replace("http://127.0.0.1", "").replace("redis://127.0.0.1", "")


@pytest.mark.parametrize(
    ("seen", "arrived"),
    [
        (b"", False),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nbody", False),
        (b"POST / HTTP/1.1\r\ncontent-length:5\r\n\r\nbody=", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + b"x" * WAITS_OUTSIDE, True),
        (b"POST / HTTP/1.1\r\nContent-Length: no\r\n\r\n", True),
        (b"x" * LONGEST_HEAD, True),
    ],
)
def test_what_has_arrived(seen: bytes, arrived: bool) -> None:
    assert has_arrived(seen) is arrived


def connected(port: int, sent: bytes) -> socket.socket:
    """Return a connection over which this much has been sent."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
    connection.sendall(sent)
    return connection


def drip(connections: list[socket.socket]) -> None:
    """Send one letter over each that is still open."""
    for connection in connections:
        try:
            connection.sendall(b"x")
        except OSError:
            continue


def status_of(port: int, path: str) -> int:
    """Ask for a page as anybody does; returns the status."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status
