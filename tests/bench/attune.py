"""Attune as a target of the side-by-side bench: `compare attune isso --add tests/bench/attune.py`."""

import json
import os
import re
import sqlite3
import subprocess
import urllib.parse
from pathlib import Path

from common import Read, Session, Target, Write

ROOT = Path(__file__).parent.parent.parent
BIN = ROOT / ".venv" / "bin"
FORM = "application/x-www-form-urlencoded"
EMAIL, PASSWORD = "bench@attune.example", "a long bench password"


class Attune(Target):
    """The production shape: gunicorn with security headers and logging on, and the worker running."""

    name = "attune"
    port = 18190
    storage = "SQLite WAL, synchronous FULL"
    config = "gunicorn gthread -w 2 --threads 16, celery worker with one child, Redis"
    database = ""

    def prepare(self):
        self.fresh_dir()
        self.session = None

    def load(self, threads):
        lines = [self._line(f"t{size}", "open", comments) for size, comments in threads.items()]
        lines += [self._line("w", "open", []), self._line("held", "moderated", [])]
        subprocess.run(
            [BIN / "python", "-m", "tests.bench.load"],
            input="\n".join(lines),
            text=True,
            check=True,
            cwd=ROOT,
            env=self._environment(),
        )

    def start(self, moderation=False):
        self.thread = "held" if moderation else "w"
        self.session = None
        self.spawn(
            [str(BIN / "gunicorn"), "-c", "python:service.serving", "service.app:create_app()"],
            env=self._environment(),
            cwd=ROOT,
        )
        worker = ["--quiet", "-A", "workers.main", "worker", "--loglevel", "WARNING", "--concurrency", "1"]
        self.spawn([str(BIN / "celery"), *worker], env=self._environment(), cwd=ROOT)

    def reads(self, size):
        return {"page": Read(f"/articles/t{size}"), "newest": Read(f"/articles/t{size}?order=newest")}

    def ready_path(self):
        return "/healthz"

    def write(self):
        def body(text):
            return urllib.parse.urlencode({"body": text, "name": "Guest"})

        headers = {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin"}
        return Write(f"/articles/{self.thread}/comments", headers, body, ok=(303,))

    def stored(self, token):
        db = sqlite3.connect(Path(self.dir) / "attune.db")
        rows = db.execute("SELECT source FROM revisions WHERE source LIKE ?", (f"%{token}%",)).fetchall()
        db.close()
        return "\n".join(row[0] for row in rows)

    def pending(self):
        page = self._get("/moderation?lane=held")
        return sorted(set(re.findall(r"/moderation/comments/(\d+)", page)))

    def approve(self, item):
        page = self._get(f"/moderation/comments/{item}")
        fields = {
            "act": "approve",
            "version": re.search(r'name="version" value="(\d+)"', page)[1],
            "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1],
        }
        status, _, _ = self.session.form(
            f"/moderation/comments/{item}/decisions", fields, {"Sec-Fetch-Site": "same-origin"}
        )
        return status == 303

    def _get(self, path):
        if self.session is None:
            self.session = Session(self.port)
            fields = {"email": EMAIL, "password": PASSWORD}
            status, _, _ = self.session.form("/sign-in", fields, {"Sec-Fetch-Site": "same-origin"})
            assert status == 303, status
        return self.session.call("GET", path)[2].decode()

    def _environment(self):
        return {
            **os.environ,
            "ATTUNE_DATA_DIR": self.dir,
            "ATTUNE_DATABASE_URL": self.database,
            "ATTUNE_BROKER_URL": "redis://127.0.0.1:6379/7",
            "ATTUNE_PORT": str(self.port),
            "ATTUNE_PROCESSES": "2",
            "ATTUNE_RATE_LIMITS": "0",
            "ATTUNE_DEMO": "0",
        }

    @staticmethod
    def _line(slug, mode, comments):
        said = [
            {"id": c.id, "parent": c.parent, "author": c.author, "created": c.created, "text": c.markdown()}
            for c in comments
        ]
        return json.dumps({"slug": slug, "mode": mode, "comments": said})


class AttunePostgres(Attune):
    """The same on PostgreSQL."""

    name = "attune-postgres"
    port = 18191
    storage = "PostgreSQL"
    database = "postgresql+psycopg://postgres@127.0.0.1:5432/attune_bench"

    def prepare(self):
        super().prepare()
        for act in ("DROP DATABASE IF EXISTS attune_bench WITH (FORCE)", "CREATE DATABASE attune_bench"):
            self._psql("postgres", act)

    def stored(self, token):
        return self._psql("attune_bench", f"SELECT source FROM revisions WHERE source LIKE '%{token}%'")

    @staticmethod
    def _psql(database, statement):
        command = ["psql", "-h", "127.0.0.1", "-U", "postgres", "-d", database, "-Atc", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


TARGETS = [Attune, AttunePostgres]
