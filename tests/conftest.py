"""What all tests share: a database each, a clock that stands still, collected messages, and no outside network."""

import contextvars
import gc
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis as redis_client
from argon2 import PasswordHasher
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from pydantic import SecretStr
from sqlalchemy import Dialect, Engine, event, text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from service.accounts import actions as accounts
from service.app import create_app
from service.config import Settings
from service.core import clock
from service.core.db import db
from service.core.dispatch import Dispatcher, use_dispatcher
from service.triage import tuned
from tests.cast import Cast

STRICT = os.environ.get("ATTUNE_TEST_STRICT") == "1"
POSTGRES = os.environ.get("ATTUNE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("ATTUNE_TEST_REDIS", "redis://127.0.0.1:6379/9")
CHROMIUM = os.environ.get("ATTUNE_TEST_CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium")
SECRET = SecretStr("a secret that only the tests know, long enough")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --full for what takes long."""
    parser.addoption("--full", action="store_true", help="also run what takes long")
    parser.addoption(
        "--corpus",
        action="append",
        default=[],
        metavar="FILE",
        help='lines of JSON with a "payload" each, which tests/hostile sends as well',
    )
    parser.addoption(
        "--texts", type=int, metavar="N", help="only so many of them in each field, in tests/hostile --full"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what takes long unless it is asked for."""
    if config.getoption("--full"):
        return
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(pytest.mark.skip(reason="takes long: run with --full"))


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among what lives as long as the run: it took a fifth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests marked `db` on both databases, and those marked `broker` on both brokers."""
    if "database_kind" in metafunc.fixturenames:
        both = any(mark.name == "db" for mark in metafunc.definition.iter_markers())
        metafunc.parametrize("database_kind", ["sqlite", "postgresql"] if both else ["sqlite"], scope="session")
    if "broker_kind" in metafunc.fixturenames:
        metafunc.parametrize("broker_kind", ["embedded", "redis", "rabbitmq"], scope="session")


def missing(what: str) -> None:
    """Skip for want of a service, or fail where the suite is to be complete."""
    if STRICT:
        pytest.fail(f"{what} is needed (ATTUNE_TEST_STRICT=1)")
    pytest.skip(f"{what} is not there")


@pytest.fixture(autouse=True)
def no_outside_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tests reach this machine alone."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as always, only not for a tenth of a second: most tests sign somebody in."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=256, parallelism=1))


@pytest.fixture(autouse=True)
def phrases_as_shipped() -> Iterator[None]:
    """Begin and end each test with the lexicon as it is shipped, whatever another database held."""
    tuned.use(None)
    yield
    tuned.use(None)


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **span: float) -> None:
        """Move the clock on."""
        self.moment += timedelta(**span)


@pytest.fixture
def still_clock() -> Iterator[Clock]:
    """The clock, standing at START."""
    standing = Clock()
    clock.use(standing)
    yield standing
    clock.use(None)


class Outgoing(Dispatcher):
    """Collects messages in place of a broker."""

    def __init__(self) -> None:
        super().__init__(lambda name, arguments: None)
        self.sent: list[tuple[str, tuple[int | str, ...]]] = []

    def put(self, name: str, arguments: tuple[int | str, ...]) -> None:
        """Keep the message."""
        self.sent.append((name, arguments))

    def take(self, name: str) -> list[int | str]:
        """Return the first value of each message of this name, and forget them."""
        found = [arguments[0] for sent, arguments in self.sent if sent == name]
        self.sent = [message for message in self.sent if message[0] != name]
        return found


@pytest.fixture
def outgoing() -> Iterator[Outgoing]:
    """The messages that would have been sent."""
    collector = Outgoing()
    use_dispatcher(collector)
    yield collector
    use_dispatcher(None)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(Settings(data_dir=folder, secret_key=SECRET))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return folder / "attune.db"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A migrated PostgreSQL database of this run's own."""
    name = f"attune_test_{os.getpid()}"
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        missing("PostgreSQL on 127.0.0.1:5432")
    admin.execute(f"DROP DATABASE IF EXISTS {name}")
    admin.execute(f"CREATE DATABASE {name}")
    admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")  # no test pulls the plug of the machine
    url = POSTGRES.rpartition("/")[0] + f"/{name}"
    app = create_app(Settings(database_url=url, secret_key=SECRET))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    yield url
    admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture
def settings(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings on an empty, migrated database."""
    if database_kind == "postgresql":
        url = request.getfixturevalue("postgres_url")
        return Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET)
    source = sqlite3.connect(request.getfixturevalue("migrated_sqlite"))
    target = sqlite3.connect(tmp_path / "attune.db")
    source.backup(target)
    source.close()
    target.close()
    return Settings(data_dir=tmp_path, secret_key=SECRET)


class Browser(FlaskClient):
    """A browser whose requests run as on a server: each with a context and a database session of its own."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; what the test has read before is read again afterwards."""
        if has_app_context():
            db.session.rollback()
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for the whole run."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Argon2id as always, with little memory: the tests sign in hundreds of times."""
    usual, accounts._hasher = accounts._hasher, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield
    accounts._hasher = usual


@pytest.fixture(scope="session", autouse=True)
def known_routes() -> Iterator[None]:
    """Let Werkzeug make what builds an address once for each rule: every test makes its own application of the same."""
    usual, known = Rule._compile_builder, {}  # it takes nothing of the rule but its words, and the rule as argument

    def remembered(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, rule.host, rule.subdomain, repr(rule.defaults), append_unknown)
        if key not in known:
            known[key] = usual(rule, append_unknown)
        return known[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]
    yield
    Rule._compile_builder = usual  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def compiled_statements() -> Callable[[Engine], None]:
    """Lets an engine use the statements that another of its kind has compiled: every test has an engine of its own."""
    known: dict[str, tuple[Dialect, Any]] = {}

    def use(engine: Engine) -> None:  # compiled statements are found again by their very dialect
        engine.dialect, engine._compiled_cache = known.setdefault(
            engine.dialect.name, (engine.dialect, engine._compiled_cache)
        )

    return use


@pytest.fixture
def app(
    settings: Settings,
    still_clock: Clock,
    compiled_templates: FileSystemBytecodeCache,
    compiled_statements: Callable[[Engine], None],
) -> Iterator[Flask]:
    """The application on an empty site, in an application context."""
    made = create_app(settings)
    made.test_client_class = Browser
    made.jinja_env.bytecode_cache = compiled_templates
    made.config["TESTING"] = False  # errors become pages, as for a reader
    collector = Outgoing()
    use_dispatcher(collector)
    made.extensions["outgoing"] = collector
    with made.app_context():
        compiled_statements(db.engine)
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _wait_for_no_disk)
        site = dict(db.session.execute(text("SELECT * FROM sites")).mappings().one())
        db.session.rollback()
        yield made
        db.session.remove()
        if db.engine.dialect.name == "postgresql":
            _empty(site)
        db.engine.dispose()
    use_dispatcher(None)


@pytest.fixture
def another_app(app: Flask, settings: Settings) -> Iterator[Callable[..., Flask]]:
    """Makes further applications with other settings, on the same database unless told otherwise."""
    made: list[Flask] = []

    def make(**changes: object) -> Flask:
        other = create_app(Settings(**{**settings.model_dump(), **changes}))
        other.test_client_class = Browser
        use_dispatcher(app.extensions["outgoing"])
        made.append(other)
        return other

    yield make
    for other in made:
        with other.app_context():
            db.engine.dispose()


def _wait_for_no_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # no test pulls the plug of the machine


def _empty(site: dict[str, Any]) -> None:
    """Empty every table but the site's one row, which is as it was: quicker than TRUNCATE for a few rows."""
    names = [table.name for table in db.metadata.sorted_tables if table.name != "sites"]
    restart = (
        "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public'"
    )
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for name in names:
            connection.execute(text(f"DELETE FROM {name}"))
        connection.execute(text(f"UPDATE sites SET {', '.join(f'{name} = :{name}' for name in site)}"), site)
        connection.execute(text(f"{restart} AND sequencename != 'sites_id_seq'"))


@pytest.fixture
def outbox(app: Flask) -> Outgoing:
    """The messages that the application would have sent."""
    collected: Outgoing = app.extensions["outgoing"]
    return collected


@pytest.fixture
def cast(app: Flask, outbox: Outgoing) -> Cast:
    """The people and the article that most tests need."""
    return Cast(app)


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that were sent to the database; clear the list to begin anew."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader's browser: sends Sec-Fetch-Site as browsers do."""
    browser = app.test_client()
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return browser


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis database of the machine that tests may empty."""
    try:
        redis_client.from_url(REDIS, socket_connect_timeout=2).flushdb()
    except redis_client.RedisError:
        missing("Redis on 127.0.0.1:6379")
    return REDIS


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    if not Path(CHROMIUM).exists():
        missing("Chromium")
    return CHROMIUM
