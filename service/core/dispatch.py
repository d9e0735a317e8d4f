"""Send a task's name and plain values to the broker after commit, without ever making a person wait.

The row is the truth and the message a hint: a message that is lost here costs seconds, because a sweep
finds the row. So sending runs in a thread of its own with a bounded queue, and a broker that is down or
mute costs a warning in the log.
"""

import queue
import threading
import time
from collections.abc import Callable

import structlog

from service.core.db import after_commit, db

Send = Callable[[str, tuple[int | str, ...]], None]

QUEUE_LIMIT = 10_000
PAUSE_AFTER_FAILURE_S = 5.0

log = structlog.get_logger(__name__)


class Dispatcher:
    """Hands messages to `send` in a background thread; after a failure it drops messages for a moment."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: queue.Queue[tuple[str, tuple[int | str, ...]]] = queue.Queue(QUEUE_LIMIT)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._silent_until = 0.0

    def put(self, name: str, arguments: tuple[int | str, ...]) -> None:
        """Queue one message; never blocks and never raises."""
        self._start()
        try:
            self._queue.put_nowait((name, arguments))
        except queue.Full:
            log.warning("dispatch.dropped", task=name, reason="queue full")

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            name, arguments = self._queue.get()
            if time.monotonic() < self._silent_until:
                continue
            try:
                self._send(name, arguments)
            except Exception as error:
                self._silent_until = time.monotonic() + PAUSE_AFTER_FAILURE_S
                log.warning("dispatch.failed", task=name, error=type(error).__name__)


_dispatcher: Dispatcher | None = None


def use_dispatcher(dispatcher: Dispatcher | None) -> None:
    """Set where messages go; called once by the application, and by tests that collect them."""
    global _dispatcher
    _dispatcher = dispatcher


def dispatch(name: str, *arguments: int | str) -> None:
    """Send the task `name` with these plain values once the current transaction is committed."""
    dispatcher = _dispatcher
    if dispatcher is not None:
        after_commit(db.session(), lambda: dispatcher.put(name, arguments))
