"""Dump a PostgreSQL database with its own programs, and bring a dump back in one transaction."""

import re
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, Connection, text

PROGRAMS = "postgresql-client"
ENDING_S = 2.0


class CannotDump(Exception):
    """A program is missing, too old, or has failed; the message says what to do."""


def dump(url: URL, connection: Connection, target: Path) -> None:
    """Write a dump of the database as `connection` sees it, whose transaction is REPEATABLE READ. Raises CannotDump."""
    snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
    program = _program("pg_dump", connection)
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"]
    with TemporaryDirectory() as folder:
        _run([program, *options, f"--dbname={_conninfo(url, Path(folder))}"])


def load(url: URL, connection: Connection, source: Path) -> None:
    """Put a dump in the place of the tables that are there, all of it or nothing. Raises CannotDump."""
    restore, psql = _program("pg_restore", connection), _program("psql", connection)
    tables = connection.scalars(text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")).all()
    connection.rollback()  # what it has read would keep the tables from being dropped
    with TemporaryDirectory() as name:
        folder = Path(name)
        empty, script = folder / "empty.sql", folder / "restore.sql"
        empty.write_text("SET statement_timeout = 0;\n" + "".join(f"DROP TABLE public.{t} CASCADE;\n" for t in tables))
        _run([restore, "--no-owner", "--no-privileges", "--exit-on-error", f"--file={script}", str(source)])
        options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        files = [f"--file={empty}", f"--file={script}"]
        _run([psql, *options, *files, f"--dbname={_conninfo(url, folder)}"])


def others_connected(connection: Connection) -> int:
    """Return how many other connections the database has; those that have just been closed get time to end."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    end = time.monotonic() + ENDING_S
    while others := connection.scalar(text(query)) or 0:
        connection.rollback()  # within a transaction the answer stays the same
        if time.monotonic() > end:
            break
        time.sleep(0.1)
    return others


def _program(name: str, connection: Connection) -> str:
    """Return the path of a program of PostgreSQL that is at least as new as the server."""
    path = shutil.which(name)
    server = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    advice = f"Install {PROGRAMS} {server} or newer (Debian: apt install {PROGRAMS}-{server})."
    if path is None:
        raise CannotDump(f"The program {name} is not there. {advice}")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\) (\d+)", said)
    if found is None or int(found[1]) < server:
        raise CannotDump(f"{name} is version {found[1] if found else '?'}, the server is version {server}. {advice}")
    return path


def _conninfo(url: URL, folder: Path) -> str:
    """Return how the programs reach the database; the password is in a file, since others can read command lines."""
    words = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    password = str(words.pop("password", "") or "")
    if password:
        escaped = password.replace("\\", "\\\\").replace(":", "\\:")
        file = folder / "password"
        file.touch(mode=0o600)
        file.write_text(f"*:*:*:*:{escaped}\n")
        words["passfile"] = str(file)
    from psycopg.conninfo import make_conninfo  # here, for a worker on SQLite needs no driver of another database

    return make_conninfo(**{key: str(value) for key, value in words.items()})


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - programs of PostgreSQL
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise CannotDump(f"{Path(command[0]).name} failed: {said[0] if said else f'code {done.returncode}'}")
