"""The database: one declarative base, UTC datetimes, and units of work that say whether they write."""

import enum
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    Select,
    Update,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 5_000
# How a row is locked by who changes it: one at a time, and no stronger. FOR UPDATE waits for everybody who has written
# a row that names this one; who has done so, and then changes this one, waits for us.
ONE_AT_A_TIME: dict[str, Any] = {"key_share": True}
STATEMENT_TIMEOUT_MS = 10_000
CONNECT_TIMEOUT_S = 2


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in, aware UTC datetimes out, also on SQLite, which gives them back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was about to be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every model."""

    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: UtcDateTime()})


db = SQLAlchemy(model_class=Base)


def stored_enum(kind: type[enum.StrEnum]) -> Enum:
    """Return the column type that stores an enum's values as plain text."""
    return Enum(kind, native_enum=False, length=20, values_callable=lambda members: [m.value for m in members])


def begin_write() -> None:
    """Start a unit of work that writes; call it before the first read that the write rests on.

    On SQLite a deferred transaction that reads first and writes later fails at once with "database is
    locked" when another writer came between, so a writing unit begins IMMEDIATE. A reading transaction
    that is still open is ended: what it loaded is read again.
    """
    db.session.rollback()
    db.session.connection(execution_options={"attune_write": True})


def insert(table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Begin an INSERT that can say what happens at a conflict, which each database does in its own dialect."""
    return postgresql.insert(table) if db.engine.dialect.name == "postgresql" else sqlite.insert(table)


def next_ids(*tables: type[Base]) -> Sequence[int]:
    """Return an id for a new row of each of these tables, so that rows which name each other are written at once.

    Needs a unit of work that writes: on SQLite the id is free only for as long as nobody else may write. A row that is
    new in the session must have been flushed.
    """
    with db.session.no_autoflush:
        return db.session.execute(_asks_for_ids(db.engine.dialect.name, *tables)).one()


@cache
def _asks_for_ids(dialect: str, *tables: type[Base]) -> Select[*tuple[int, ...]]:
    if dialect == "postgresql":
        return select(*(func.nextval(f"{table.__tablename__}_id_seq", type_=Integer) for table in tables))
    return select(*(select(func.coalesce(func.max(table.__table__.c.id), 0) + 1).scalar_subquery() for table in tables))


def rows_changed(statement: Update | Delete) -> int:
    """Execute a statement that changes rows where a condition holds, and return how many it found."""
    result = cast(CursorResult[Any], db.session.execute(statement))
    return result.rowcount


def engine_options(url: str, *, sqlite_pool: bool = True) -> dict[str, Any]:
    """Return create_engine() arguments for this database URL; without a pool a connection is closed after each use."""
    if url.startswith("sqlite"):
        return {
            **({} if sqlite_pool else {"poolclass": NullPool}),
            "hide_parameters": True,
            "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        }
    options = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC"
    return {
        "hide_parameters": True,  # an error in a log must not quote what a person typed
        "connect_args": {"connect_timeout": CONNECT_TIMEOUT_S, "options": options},
        "pool_pre_ping": True,
        "pool_size": 16,
        "max_overflow": 4,
        "pool_timeout": 2,
    }


def prepare_engine() -> None:
    """Install the SQLite connection settings; needs an application context."""
    if db.engine.dialect.name == "sqlite":
        _prepare_sqlite(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # an acknowledged comment survives a power cut
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("attune_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Call once when this session's outermost transaction has been committed; never after a rollback."""
    session.info.setdefault("attune_after_commit", []).append(call)


@event.listens_for(Session, "after_commit")
def _run_after_commit(session: Session) -> None:
    if session.in_nested_transaction():  # this event also fires on the release of a savepoint
        return
    for call in session.info.pop("attune_after_commit", []):
        call()


@event.listens_for(Session, "after_soft_rollback")
def _forget_after_rollback(session: Session, previous: Any) -> None:
    if previous.nested:
        return
    session.info.pop("attune_after_commit", None)
