"""Screen what a lost message left behind, in a child of its own that can be killed, without the broker."""

import selectors
import subprocess
import sys
import time
from pathlib import Path

import structlog

from service.celery_app import SCREEN_HARD_S
from service.core.db import db
from service.moderation.screening import overdue_ids

ROOT = Path(__file__).parent.parent
BATCH = 200
LONGEST_RUN_S = 45.0
START_S = 60.0

log = structlog.get_logger(__name__)


def sweep_screenings() -> None:
    """Screen what is overdue, oldest first, for at most 45 seconds; no text is scanned in this process."""
    end = time.monotonic() + LONGEST_RUN_S
    child: Child | None = None
    try:
        while time.monotonic() < end and (ids := _overdue()):
            for comment_id in ids:
                child = child if child is not None and child.alive else Child()
                if not child.screen(comment_id):
                    log.error("sweep.child_killed", comment=comment_id)
    finally:
        if child is not None:
            child.stop()


class Child:
    """A process that screens one comment at a time, and is killed when one takes longer than the hard limit."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workers.child"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._answered(START_S)

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        return self._process.poll() is None

    def screen(self, comment_id: int) -> bool:
        """Have one comment screened; False when the process died of it, or had to be killed."""
        assert self._process.stdin is not None  # noqa: S101
        try:
            self._process.stdin.write(f"{comment_id}\n")
        except BrokenPipeError:
            return False
        return self._answered(SCREEN_HARD_S)

    def stop(self) -> None:
        """Let the process end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=SCREEN_HARD_S)
        except subprocess.TimeoutExpired:
            self._kill()

    def _answered(self, seconds: float) -> bool:
        assert self._process.stdout is not None  # noqa: S101
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if selector.select(seconds) and self._process.stdout.readline():
                return True
        self._kill()
        return False

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()


def _overdue() -> list[int]:
    ids = overdue_ids(BATCH)
    db.session.rollback()
    return ids
