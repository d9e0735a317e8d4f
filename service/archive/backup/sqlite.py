"""Copy a SQLite database while it is in use, and put a copy back in one transaction."""

import sqlite3
from contextlib import closing
from pathlib import Path

from service.archive.backup.manifest import Progress

PAGES = 2_048  # 8 MB at a time
BUSY_S = 10.0


class CannotCopy(Exception):
    """SQLite refused; the message says why."""


def dump(source: Path, target: Path, progress: Progress) -> None:
    """Write a copy of the database as it stands at one moment; whoever reads or writes meanwhile is not held up.

    Raises CannotCopy, also for a database that is damaged.
    """
    with closing(_open(source)) as live, closing(sqlite3.connect(target)) as copy:
        try:
            # The snapshot: without it the copy would begin anew whenever somebody writes.
            live.execute("BEGIN")
            live.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            live.backup(copy, pages=PAGES, progress=lambda _code, left, total: progress(total - left, total))
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without another beside it
            found = copy.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as error:
            raise CannotCopy(f"The database cannot be copied: {error}.") from None
    if found != ("ok",):
        raise CannotCopy(f"The database is damaged: {found[0] if found else 'no answer'}.")


def load(source: Path, target: Path, progress: Progress) -> None:
    """Put a copy in the place of a database, all of it or, should this be interrupted, nothing. Raises CannotCopy."""
    with closing(sqlite3.connect(source)) as copy, closing(_open(target)) as live:
        try:
            live.execute("PRAGMA locking_mode=EXCLUSIVE")
            live.execute("BEGIN EXCLUSIVE")
            live.execute("ROLLBACK")
            copy.backup(live, pages=PAGES, progress=lambda _code, left, total: progress(total - left, total))
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise CannotCopy(f"The database cannot be replaced, perhaps because somebody uses it: {error}.") from None


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
