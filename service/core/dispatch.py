"""Send a task's name and plain values to the broker after commit, without ever making a person wait.

The row is the truth and the message a hint: a message that is lost here costs seconds, because a sweep
finds the row. So sending runs in a thread of its own with a bounded queue, and a broker that is down or
mute costs a warning in the log. In a rush what is asked for again and again goes out as one message.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator

import structlog

from service.core.db import after_commit, db

Message = tuple[str, tuple[int | str, ...]]
Send = Callable[[str, tuple[int | str, ...]], None]

QUEUE_LIMIT = 10_000
PAUSE_AFTER_FAILURE_S = 5.0
REST_S = 0.05  # after sending; who comes alone waits for nothing
MOST_IN_ONE = 50

log = structlog.get_logger(__name__)


class Dispatcher:
    """Hands messages to `send` in a background thread; after a failure it drops messages for a moment.

    The tasks named in `take_many` do with each of their values what they do with one: messages to them are joined.
    """

    def __init__(self, send: Send, take_many: Collection[str] = ()) -> None:
        self._send = send
        self._take_many = take_many
        self._queue: queue.Queue[Message] = queue.Queue(QUEUE_LIMIT)
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
            for name, arguments in joined(self._waiting(), self._take_many):
                if time.monotonic() < self._silent_until:
                    continue
                try:
                    self._send(name, arguments)
                except Exception as error:
                    self._silent_until = time.monotonic() + PAUSE_AFTER_FAILURE_S
                    log.warning("dispatch.failed", task=name, error=type(error).__name__)
            time.sleep(REST_S)

    def _waiting(self) -> Iterator[Message]:
        """Wait for a message, and return it with whatever else is there by now."""
        yield self._queue.get()
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._queue.get_nowait()


def joined(messages: Iterable[Message], take_many: Collection[str]) -> list[Message]:
    """Return the messages with those to each task that takes many put together, at most 50 values in one (pure)."""
    found: list[Message] = []
    open_for: dict[str, int] = {}
    for name, arguments in messages:
        at = open_for.get(name)
        if at is not None and len(found[at][1]) + len(arguments) <= MOST_IN_ONE:
            found[at] = (name, found[at][1] + arguments)
            continue
        if name in take_many:
            open_for[name] = len(found)
        found.append((name, arguments))
    return found


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
