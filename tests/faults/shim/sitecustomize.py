"""Loaded by every Python that a fault run starts: poison for the scanner, shorter waits, a clock that is wrong.

The product knows nothing of it: a run puts this folder into PYTHONPATH and says in FAULTS_* what it wants.
"""

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn


def poison(text: str) -> None:
    """Do to the process what the token in the text says."""
    for token, act in POISONS.items():
        if token in text:
            act()


def hang() -> NoReturn:
    """Loop for ever, as Python code does that can still be interrupted."""
    while True:
        time.sleep(0.1)


def freeze() -> NoReturn:
    """Loop for ever, as C code does that never looks at signals."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGALRM})
    hang()


def fail() -> NoReturn:
    """Raise what no code expects."""
    raise RuntimeError("poison")


def die() -> None:
    """End as the kernel ends a process that takes all memory."""
    os.kill(os.getpid(), signal.SIGKILL)


POISONS: dict[str, Callable[[], object]] = {
    "poison-hang": hang,
    "poison-freeze": freeze,
    "poison-fail": fail,
    "poison-die": die,
}


def stepped(says: Path) -> Callable[[], datetime]:
    """Return a clock that is wrong by as many seconds as the file says at that moment."""

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(says.read_text() or 0))

    return now


def put_in() -> None:
    """Put in what the environment asks for."""
    if os.environ.get("FAULTS_POISON"):
        import service.triage.scanner as scanner

        scan = scanner.scan

        def poisoned(text: str, *words: object) -> scanner.Finding:
            poison(text)
            return scan(text, *words)

        scanner.scan = poisoned
    if os.environ.get("FAULTS_SILENT_AFTER_S"):
        import service.moderation.health as health
        import service.watch as watch

        health.WORKER_SILENT = timedelta(seconds=float(os.environ["FAULTS_SILENT_AFTER_S"]))
        watch.EVERY_S = 1.0
    if os.environ.get("FAULTS_FIRST_BACKOFF_S"):
        import service.notifications.attempts as outbox

        outbox.FIRST_BACKOFF_S = float(os.environ["FAULTS_FIRST_BACKOFF_S"])
    if os.environ.get("FAULTS_CLOCK"):
        from service.core import clock

        clock.use(stepped(Path(os.environ["FAULTS_CLOCK"])))
    if os.environ.get("FAULTS_CHORES_S"):
        import workers.schedule as schedule

        schedule.QUARTER_S = schedule.HOUR_S = float(os.environ["FAULTS_CHORES_S"])
    if os.environ.get("FAULTS_GATHER_FOR_S"):
        import service.notifications.storm as storm

        storm.GATHER_FOR = timedelta(seconds=float(os.environ["FAULTS_GATHER_FOR_S"]))


put_in()
