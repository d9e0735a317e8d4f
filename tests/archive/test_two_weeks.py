"""A site that runs, with worker and broker, its clock moved on night by night: what is deleted, and what leaks."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.cast import CALM, CRISIS
from tests.conftest import missing
from tests.faults.servers import Missing, Postgres, Redis
from tests.faults.sites import SLUG, Site, prepare
from tests.run.site import eventually

pytestmark = [pytest.mark.db, pytest.mark.full]
DAY_S = 86_400
CANARY = re.compile(r"canary\w+")


class Running:
    """The site, its clock, its database and its broker."""

    def __init__(self, folder: Path, database_url: str, broker: Redis) -> None:
        self.broker, self.clock = broker, folder / "clock"
        self.tell_day(0)
        settings = {"ATTUNE_BROKER_URL": broker.url, "ATTUNE_SWEEP_SECONDS": "1", "ATTUNE_LOG_LEVEL": "debug"}
        settings |= {"FAULTS_CLOCK": str(self.clock), "FAULTS_CHORES_S": "1"}
        self.site = Site(folder, database_url=database_url, settings=settings)
        prepare(self.site.settings)
        self.engine: Engine = create_engine(self.site.settings.database)

    def tell_day(self, number: int) -> None:
        """Move every clock of the site to so many days after today."""
        draft = self.clock.with_suffix(".new")
        draft.write_text(str(number * DAY_S))
        draft.replace(self.clock)

    def ask(self, path: str, **fields: str) -> tuple[str, str]:
        """Ask for a page, or send a form; returns where it led and what stands there."""
        data = urlencode(fields).encode() if fields else None
        url = f"http://localhost:{self.site.port}{path}"
        with urlopen(Request(url, data=data, headers={"Sec-Fetch-Site": "same-origin"}), timeout=60) as answer:
            return str(answer.url).partition(str(self.site.port))[2], answer.read().decode()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask the database."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def number(self, query: str) -> int:
        """Return how many rows there are."""
        return int(str(self.rows(f"SELECT count(*) FROM {query}")[0][0]))

    def nights(self, days: range) -> None:
        """Let these days pass, and wait for the night of each."""
        for day in days:
            done = self.number("retention_runs WHERE ended_at IS NOT NULL")
            self.tell_day(day)
            eventually(lambda done=done: self.number("retention_runs WHERE ended_at IS NOT NULL") > done)  # type: ignore[misc]

    def everything(self) -> str:
        """Return all rows of all tables."""
        kept = self.rows("SELECT name FROM comments") + self.rows("SELECT source, html FROM revisions")
        return str(kept + self.rows("SELECT reason FROM decisions") + self.rows("SELECT details FROM notifications"))


@pytest.fixture
def running(tmp_path: Path, database_kind: str) -> Iterator[Running]:
    """The site, on either database, with a broker of its own."""
    with ExitStack() as closing:
        try:
            broker, url = Redis("redis"), ""
            closing.callback(broker.kill)
            if database_kind == "postgresql":
                cluster = Postgres()
                closing.callback(cluster.close)
                url = cluster.url(cluster.new_database()).replace("postgresql://", "postgresql+psycopg://")
        except Missing as what:
            missing(str(what))
        made = Running(tmp_path, url, broker)
        closing.callback(made.engine.dispose)
        closing.callback(made.site.end)
        made.site.start_web()
        made.site.start_worker()
        yield made


def test_two_weeks_delete_what_is_over_spare_what_is_open_and_leave_no_trace(running: Running) -> None:
    post = f"/articles/{SLUG}/comments"
    running.ask(post, body=f"{CALM} canarypublic", name="Tove")
    running.ask(post, body=f"{CRISIS} canarycrisis", name="canaryname", email="canaryaddress@example.org", tell="yes")
    running.ask(post, body="For you alone, canarynote.", name="Joao", audience="author")
    mine, _page = running.ask(post, body="I take this back, canaryback.", name="Nora")
    eventually(lambda: not running.number("revisions WHERE screening = 'waiting'"))
    running.ask(f"{mine}/withdraw", sent="yes")

    for path in ("/", f"/articles/{SLUG}", "/comments.atom", f"/articles/{SLUG}/comments.atom", "/metrics"):
        assert set(CANARY.findall(running.ask(path)[1])) <= {"canarypublic"}, path
    eventually(lambda: any((running.site.folder / "mail").glob("*.eml")))
    keys, open_cases = running.rows("SELECT key FROM day_keys"), running.number("cases WHERE state = 'open'")
    assert keys
    assert open_cases == 1

    running.nights(range(1, 15))
    kept = running.everything()
    assert set(CANARY.findall(kept)) == {"canarypublic", "canarycrisis", "canaryname", "canarynote"}
    assert running.number("cases WHERE state = 'open'") == open_cases
    assert not set(running.rows("SELECT key FROM day_keys")) & set(keys)
    assert not running.number("rates WHERE key LIKE 'post%'")
    assert running.number("retention_runs") >= 14

    for file in (running.site.folder / "mail").glob("*.eml"):
        words = "".join(line for line in file.read_text().splitlines(keepends=True) if not line.startswith("To: "))
        assert not CANARY.search(words), file.name
    assert not CANARY.search(running.site.log())
    assert "Traceback" not in running.site.log()
