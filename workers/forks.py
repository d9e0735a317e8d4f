"""The pool forks while the parent's threads use the database; no connection to SQLite may be open at that moment.

SQLite remembers in each process's memory which locks the process holds. A child that is forked in the middle of the
parent's write inherits that memory: it believes for ever that one of its own connections is writing, and every
transaction that it begins fails with "database is locked".
"""

import os
import sqlite3
import threading
from typing import Any

from sqlalchemy import Engine, event


class Gate:
    """Counts open connections; a fork waits until there are none, and new ones wait until it is over."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew, as a child does that has inherited nothing."""
        self._changed = threading.Condition()
        self._open = 0
        self._forking = False

    def enter(self) -> None:
        """Count a connection that is about to be opened."""
        with self._changed:
            self._changed.wait_for(lambda: not self._forking)
            self._open += 1

    def leave(self) -> None:
        """Count a connection that has been closed."""
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def shut(self) -> None:
        """Let nobody in, and wait until everybody has left: a transaction lasts for milliseconds."""
        with self._changed:
            self._forking = True
            self._changed.wait_for(lambda: not self._open)

    def reopen(self) -> None:
        """Let everybody in again."""
        with self._changed:
            self._forking = False
            self._changed.notify_all()


def fork_between_connections(engine: Engine) -> None:
    """Keep forks of this process and connections of this engine apart; for an engine that closes what it gets back."""
    gate = Gate()

    class Counted(sqlite3.Connection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            gate.enter()
            self.counted = True
            try:
                super().__init__(*args, **kwargs)
            except BaseException:
                gate.leave()
                raise

        def close(self) -> None:
            super().close()
            if self.counted:
                self.counted = False
                gate.leave()

    @event.listens_for(engine, "do_connect")
    def count(_dialect: object, _record: object, _words: object, options: dict[str, Any]) -> None:
        options["factory"] = Counted

    os.register_at_fork(before=gate.shut, after_in_parent=gate.reopen, after_in_child=gate.reset)
