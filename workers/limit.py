"""The limit of one scan, by the clock: an exception in the middle of it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class TooSlow(Exception):
    """Raised in the middle of what has reached its limit."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooSlow in the block once it has lasted so long; for a process's main thread, one block at a time.

    The alarm is our own, because a pool's limit lasts for the whole task: a database that is slow would then count
    against the text.
    """
    before = signal.signal(signal.SIGALRM, _too_slow)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _too_slow(_signal: int, _frame: object) -> None:
    raise TooSlow
