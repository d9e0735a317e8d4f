"""A cached page beside a constant Flask view: same server, same bytes, same run, one after the other in rounds.

`python -m tests.bench.constant [database URL]` prints requests a second with 32 connections and the CPU of each. It
needs wrk, and an empty database, SQLite in a new folder by default.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

from flask import Flask, Response, request

ROOT = Path(__file__).parent.parent.parent
PORT = 18195
SIZES = (10, 100, 10_000)
ROUNDS, SECONDS = 3, 2
TICK = os.sysconf("SC_CLK_TCK")


class Rate(NamedTuple):
    """Requests a second, and milliseconds of the server's CPU for each."""

    a_second: float
    cpu_ms: float


def constant() -> Flask:
    """Return an application that answers any article with so many bytes, or 304: what Flask itself costs."""
    app = Flask("constant")
    length = int(os.environ["BENCH_BYTES"])
    body = b"x" * length

    @app.get("/articles/<slug>")
    def page(slug: str) -> Response:
        if request.headers.get("If-None-Match"):
            return Response(status=304, headers={"ETag": f'"{slug}"'})
        return Response(body, headers={"ETag": f'"{slug}"'}, mimetype="text/html")

    return app


def main(database_url: str = "") -> None:
    """Print a line for each size of thread."""
    folder = tempfile.mkdtemp()
    ours = {
        **os.environ,
        "ATTUNE_DATA_DIR": folder,
        "ATTUNE_DATABASE_URL": database_url,
        "ATTUNE_BROKER_URL": "redis://127.0.0.1:6379/7",
        "ATTUNE_PORT": str(PORT),
        "ATTUNE_PROCESSES": "2",
        "ATTUNE_DEMO": "0",
    }
    load = [sys.executable, "-m", "tests.bench.load"]
    subprocess.run(load, input="\n".join(map(_thread, SIZES)), text=True, check=True, cwd=ROOT, env=ours)
    print("comments   kind    bytes   ours/s constant/s  ratio  ours CPU const. CPU", flush=True)
    for size in SIZES:
        _compare(f"/articles/t{size}", size, ours)


def _thread(size: int) -> str:
    words = "Somebody writes about a lamp and a garden, slowly and at some length. " * 8
    said = [
        {"id": n, "parent": n - 1 if n % 5 else None, "author": "Tove", "created": 1_700_000_000 + n, "text": words}
        for n in range(size)
    ]
    return json.dumps({"slug": f"t{size}", "mode": "open", "comments": said})


def _compare(path: str, size: int, ours: dict[str, str]) -> None:
    found: dict[tuple[str, str], list[Rate]] = {}
    length = ""
    for _ in range(ROUNDS):
        with _Served("service.app:create_app()", ours, path) as server:
            length = server.length
            for kind in ("200", "304"):
                found.setdefault((kind, "ours"), []).append(server.load(path, kind))
        environment = {**ours, "BENCH_BYTES": length}
        with _Served("tests.bench.constant:constant()", environment, path) as server:
            for kind in ("200", "304"):
                found.setdefault((kind, "constant"), []).append(server.load(path, kind))
    for kind in ("200", "304"):
        mine, limit = _median(found[kind, "ours"]), _median(found[kind, "constant"])
        print(
            f"{size:>8} {kind:>6} {length:>8} {mine.a_second:>8.0f} {limit.a_second:>10.0f}"
            f" {mine.a_second / limit.a_second:>6.2f} {mine.cpu_ms:>9.3f} {limit.cpu_ms:>10.3f}",
            flush=True,
        )


class _Served:
    """A server of its own for as long as the block lasts."""

    def __init__(self, application: str, environment: dict[str, str], path: str) -> None:
        command = [sys.executable, "-m", "gunicorn", "-c", "python:service.serving", application]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment)
        self._path = path

    def __enter__(self) -> "_Served":
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{self._path}") as answer:
                    self.length, self.etag = str(len(answer.read())), answer.headers["ETag"]
                    return self
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server does not answer")

    def __exit__(self, *_failure: object) -> None:
        self._process.terminate()
        self._process.wait()

    def load(self, path: str, kind: str) -> Rate:
        """Let wrk ask for SECONDS."""
        wrk = ["wrk", "-t1", "-c32", f"-d{SECONDS}s"]
        if kind == "304":
            wrk += ["-H", f"If-None-Match: {self.etag}"]
        before = self._cpu()
        said = subprocess.run(
            [*wrk, f"http://127.0.0.1:{PORT}{path}"], capture_output=True, text=True, check=True
        ).stdout
        spent = self._cpu() - before
        count = re.search(r"(\d+) requests in", said)
        rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
        assert count, said
        assert rate, said
        return Rate(float(rate[1]), spent / int(count[1]) * 1000)

    def _cpu(self) -> float:
        """Seconds of CPU of gunicorn and its workers."""
        master = self._process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in (str(master), *children)]
        return sum(int(each[11]) + int(each[12]) for each in fields) / TICK


def _median(rates: list[Rate]) -> Rate:
    return Rate(statistics.median(r.a_second for r in rates), statistics.median(r.cpu_ms for r in rates))


if __name__ == "__main__":
    main(*sys.argv[1:])
