"""One run: a site with its servers, its readers, somebody who does harm, and what is found afterwards."""

import contextlib
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from service.notifications.models import Channel, Kind
from tests.faults.findings import Findings, Ledger
from tests.faults.processes import Kept, send
from tests.faults.rabbit import Rabbit
from tests.faults.readers import Readers
from tests.faults.servers import MutePort, Postgres, Redis
from tests.faults.sink import Sink
from tests.faults.sites import Site, prepare
from tests.run.site import eventually

REST_S = 240.0
SWEEP_S = "2"
CLOCK = "clock"


@dataclass(frozen=True)
class Scenario:
    """A run by name: what is done while readers post, in which shape, and what may then be so."""

    name: str
    says: str
    during: Callable[["Stage"], None]
    shape: Literal["server", "embedded"] = "server"
    broker: Literal["redis", "rabbitmq", "embedded", "mute"] = "redis"
    worker: bool = True
    settings: dict[str, str] = field(default_factory=dict)
    may_5xx: bool = False
    moodiness: float = 0.0
    poison: tuple[str, ...] = ()
    after: Callable[["Stage"], None] | None = None
    fails: bool = False
    rest_s: float = REST_S


@dataclass(frozen=True)
class Size:
    """How many comments are posted, in about how many seconds, by how many readers."""

    posts: int = 500
    seconds: float = 40.0
    clients: int = 6


class Stage:
    """Everything that one run needs; as a context it leaves no process and no file."""

    def __init__(self, scenario: Scenario, size: Size, seed: int, postgres: Postgres | None = None) -> None:
        self.scenario = scenario
        self.chance = random.Random(f"{seed} {scenario.name}")
        self.kills = 0
        self.postgres = postgres
        self.broker: Redis | Rabbit | None = None
        self.over_at = datetime.now(UTC)
        self._windows: list[list[float]] = []
        self._closing = contextlib.ExitStack()
        with self._closing:  # what is half set up is closed again
            self._set_up(size)
            self._closing = self._closing.pop_all()

    def _set_up(self, size: Size) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="attune-faults-"))
        self._closing.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.sink = Sink(random.Random(self.chance.random()), self.scenario.moodiness)
        self._closing.callback(self.sink.close)
        self.site = Site(self.folder, database_url=self._database(), settings=self._settings())
        self._closing.callback(self.site.end)
        self.ledger = Ledger(self.site.settings)
        self._closing.callback(self.ledger.close)
        self.readers = Readers(
            lambda: self.site.port,
            self.chance,
            posts=size.posts,
            seconds=size.seconds,
            clients=size.clients,
            poison=self.scenario.poison,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def play(self) -> Findings:
        """Start the site, let readers post while harm is done, wait for rest, and tell what is found."""
        prepare(self.site.settings)
        self._start_site()
        self.readers.begin()
        self.readers.go_on(self._roots())
        self.scenario.during(self)
        self.readers.wait()
        if self.scenario.after is not None:
            self.scenario.after(self)
        rested = self._wait_for_rest()
        findings = self.ledger.findings(self.readers.posts, self.sink, self.in_fault, self.over_at)
        if not rested and not self.scenario.fails:
            findings.notes.append(f"no rest within {self.scenario.rest_s:.0f} s")
        if self.postgres is None or self.scenario.shape == "embedded":
            findings.notes += [answer for answer in [self.ledger.integrity()] if answer != "ok"]
        return findings

    @property
    def web(self) -> Kept:
        """The web server that was started."""
        assert self.site.web is not None
        return self.site.web

    @property
    def worker(self) -> Kept:
        """The worker that was started."""
        assert self.site.worker is not None
        return self.site.worker

    def posting(self, pause_s: float = 0.0) -> bool:
        """Wait a while, at most until the readers are done; says whether they still post."""
        last_moment = time.monotonic() + pause_s
        while self.readers.posting and time.monotonic() < last_moment:
            time.sleep(0.05)
        return self.readers.posting

    def kill(self, *victims: int) -> None:
        """Kill processes of the site, all at once."""
        self.over_at = datetime.now(UTC)
        self.kills += sum(send(victim, signal.SIGKILL) for victim in victims)

    def set_clock(self, wrong_by_s: float) -> None:
        """Set the clock of every process of the site wrong by so many seconds, all at once."""
        _write_at_once(self.folder / CLOCK, str(wrong_by_s))

    @contextlib.contextmanager
    def fault(self) -> Iterator[None]:
        """Note that a fault lasts, so that what is posted meanwhile can be told apart."""
        window = [time.monotonic(), float("inf")]
        self._windows.append(window)
        try:
            yield
        finally:
            window[1] = time.monotonic()
            self.over_at = datetime.now(UTC)

    def in_fault(self, moment: float) -> bool:
        """Say whether a fault lasted at a moment."""
        return any(begin <= moment <= end for begin, end in self._windows)

    def alarms(self, kind: Kind) -> list[tuple[int, Channel]]:
        """Return recipient and channel of every alarm of a kind."""
        return [(recipient, channel) for recipient, channel, _state in self.ledger.alarms(kind)]

    def _start_site(self) -> None:
        if self.scenario.shape == "embedded":
            self.site.start_whole()
            return
        self.site.start_web()
        if self.scenario.worker:
            self.site.start_worker()

    def _roots(self) -> dict[str, int]:
        """Wait until the readers' first comments are public where that can be expected, and return their ids."""
        tokens = self.readers.first_tokens()
        calm = {post.token for post in self.readers.posts if not post.distressed}
        wanted = {name: token for name, token in tokens.items() if token in calm}
        if self.scenario.worker and not self.scenario.fails:
            eventually(lambda: len(self.ledger.ids(wanted)) == len(wanted))
        return self.ledger.ids(tokens)

    def _wait_for_rest(self) -> bool:
        last_moment = time.monotonic() + self.scenario.rest_s
        while time.monotonic() < last_moment:
            with contextlib.suppress(Exception):  # the database may only just be coming back
                if self.ledger.at_rest():
                    return True
            time.sleep(0.5)
        return False

    def _database(self) -> str:
        if self.postgres is None or self.scenario.shape == "embedded":
            return ""
        name = self.postgres.new_database()
        return self.postgres.url(name).replace("postgresql://", "postgresql+psycopg://")

    def _settings(self) -> dict[str, str]:
        self.set_clock(0)
        settings = {
            "FAULTS_CLOCK": str(self.folder / CLOCK),
            "ATTUNE_SWEEP_SECONDS": SWEEP_S,
            "ATTUNE_SMTP_URL": self.sink.url,
            "FAULTS_GATHER_FOR_S": "3",
        }
        if self.scenario.shape == "server":
            settings |= {"ATTUNE_PROCESSES": "2", "ATTUNE_BROKER_URL": self._broker_url()}
        return settings | self.scenario.settings

    def _broker_url(self) -> str:
        if self.scenario.broker == "mute":
            mute = MutePort()
            self._closing.callback(mute.kill)
            return mute.url
        if self.scenario.broker == "rabbitmq":
            rabbit = Rabbit(self.folder / "rabbitmq")
            self._closing.callback(rabbit.close)
            self.broker = rabbit
            return rabbit.url
        self.broker = Redis(self.scenario.broker)
        self._closing.callback(self.broker.kill)
        return self.broker.url


def _write_at_once(path: Path, words: str) -> None:
    """Write a file that is never seen empty or half written."""
    beside = path.with_suffix(".new")
    beside.write_text(words)
    beside.replace(path)
