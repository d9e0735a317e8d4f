"""Screen what a lost message left behind, in a child of its own that can be killed, without the broker."""

import os
import select
import signal
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
STOP_S = 2.0

log = structlog.get_logger(__name__)


def sweep_screenings() -> None:
    """Screen what is overdue, oldest first, for at most 45 seconds; no text is scanned in this process."""
    end = time.monotonic() + LONGEST_RUN_S
    child: Child | None = None
    try:
        while time.monotonic() < end and (ids := _overdue()):
            for comment_id in ids:
                if child is None or not child.alive:
                    child = Child()
                if not child.screen(comment_id):
                    log.error("sweep.child_killed", comment=comment_id)
    finally:
        if child is not None:
            child.stop()


class Child:
    """A process that screens one comment at a time, and is killed when one takes longer than the hard limit.

    Started by posix_spawn and not by subprocess: the pool forks from another thread, its children inherit
    whatever is open at that moment, and subprocess waits until everybody has closed the pipe by which it
    learns of a failed exec, which is as long as that pool child lives.
    """

    def __init__(self) -> None:
        stdin, self._to = os.pipe()
        self._from, stdout = os.pipe()
        self._exited = False
        self._pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "workers.child"],
            environment(),
            file_actions=[(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, stdout, 1)],
        )
        os.close(stdin)
        os.close(stdout)
        self._answered(START_S)

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        if not self._exited:
            try:
                self._exited = os.waitpid(self._pid, os.WNOHANG)[0] != 0
            except ChildProcessError:
                self._exited = True
        return not self._exited

    def screen(self, comment_id: int) -> bool:
        """Have one comment screened; False when the process died of it, or had to be killed."""
        try:
            os.write(self._to, f"{comment_id}\n".encode())
        except BrokenPipeError:
            self._kill()
            return False
        return self._answered(SCREEN_HARD_S)

    def stop(self) -> None:
        """Let the process end, and make sure that it does."""
        os.close(self._to)
        end = time.monotonic() + STOP_S
        while self.alive and time.monotonic() < end:
            time.sleep(0.02)
        self._kill()
        os.close(self._from)

    def _answered(self, seconds: float) -> bool:
        readable, _, _ = select.select([self._from], [], [], seconds)
        if readable and os.read(self._from, 64).endswith(b"\n"):
            return True
        self._kill()
        return False

    def _kill(self) -> None:
        if self.alive:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._exited = True


def environment() -> dict[str, str]:
    """Return this process's environment, with the code findable from whatever folder the worker runs in."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _overdue() -> list[int]:
    ids = overdue_ids(BATCH)
    db.session.rollback()
    return ids
