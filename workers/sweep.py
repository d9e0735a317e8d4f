"""Screen what a lost message left behind, in a child of its own that can be killed, without the broker.

Where much has been left behind, all of it is looked at first and the gravest is screened first: a look costs a
tenth of a screening, so that a cry for help need not wait behind everything that was written before it.
"""

import os
import select
import signal
import sys
import time
from pathlib import Path

import structlog

from service.celery_app import SCAN_S, SCREEN_HARD_S
from service.core.db import db
from service.moderation.screening import overdue
from service.triage.levels import Level
from workers.child import UNKNOWN

ROOT = Path(__file__).parent.parent
LOOK_AHEAD = 20_000
BATCH = 50  # then what has come in the meantime is looked at too
LONGEST_RUN_S = 45.0
LONGEST_LOOK_S = 10.0  # then some are screened, and the look goes on
START_S = 60.0
STOP_S = 2.0
LOOK_HARD_S = SCAN_S + 1

log = structlog.get_logger(__name__)


class Sweep:
    """One worker's sweep: from one run to the next it keeps its child, and how grave the words are that still wait."""

    def __init__(self) -> None:
        self._ranks: dict[int, int] = {}
        self._children = Children()

    def run(self) -> None:
        """Screen what is overdue, the gravest first, for at most 45 seconds; no text is scanned in this process.

        The child ends when nothing is left to do. While there is, it outlasts the end of a run and a database that is
        away: another would need seconds to begin.
        """
        end = time.monotonic() + LONGEST_RUN_S
        while waiting := _overdue():
            if time.monotonic() > end:
                return
            for revision_id in self._gravest_first(waiting)[:BATCH]:
                self._children.screen(waiting[revision_id])
        self._children.close()

    def _gravest_first(self, waiting: dict[int, int]) -> list[int]:
        """Return the revisions by what their words foretell, and among equals as they came; learns the ranks it can."""
        self._ranks = {revision_id: self._ranks[revision_id] for revision_id in waiting if revision_id in self._ranks}
        if len(waiting) > BATCH:
            self._children.begin()
            end = time.monotonic() + LONGEST_LOOK_S
            for revision_id, comment_id in waiting.items():
                if revision_id not in self._ranks and time.monotonic() < end:
                    rank = self._children.foresee(comment_id)
                    if rank is None:
                        break
                    self._ranks[revision_id] = rank
        return sorted(waiting, key=lambda revision_id: -self._ranks.get(revision_id, 0))


class Children:
    """One child at a time: another takes its place when a text was its end."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def begin(self) -> None:
        """Have a child that is ready; on a busy machine that takes longer than looking at many comments."""
        self._living()

    def screen(self, comment_id: int) -> None:
        """Have one comment screened."""
        if self._living().ask(str(comment_id), SCREEN_HARD_S) is None:
            log.error("sweep.child_killed", comment=comment_id)

    def foresee(self, comment_id: int) -> int | None:
        """Return the rank of the level that a comment's words reach; the highest for words that nobody can read.

        None while there is no database to read them from.
        """
        answer = self._living().ask(f"{UNKNOWN}{comment_id}", LOOK_HARD_S)
        if answer is None:
            return Level.CRISIS.rank
        return None if answer == UNKNOWN else int(answer)

    def close(self) -> None:
        """End the child that is there."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def _living(self) -> "Child":
        if self._child is None or not self._child.alive:
            self.close()
            self._child = Child()
        return self._child


class Child:
    """A process that reads one comment at a time, and is killed when one takes longer than it may.

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
        self._answer_within(START_S)

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        if not self._exited:
            try:
                self._exited = os.waitpid(self._pid, os.WNOHANG)[0] != 0
            except ChildProcessError:
                self._exited = True
        return not self._exited

    def ask(self, line: str, seconds: float) -> str | None:
        """Return what it answers; None when it died of the text, or had to be killed after so many seconds."""
        try:
            os.write(self._to, f"{line}\n".encode())
        except BrokenPipeError:
            self._kill()
            return None
        return self._answer_within(seconds)

    def stop(self) -> None:
        """Let the process end, and make sure that it does."""
        os.close(self._to)
        end = time.monotonic() + STOP_S
        while self.alive and time.monotonic() < end:
            time.sleep(0.02)
        self._kill()
        os.close(self._from)

    def _answer_within(self, seconds: float) -> str | None:
        readable, _, _ = select.select([self._from], [], [], seconds)
        answer = os.read(self._from, 64) if readable else b""
        if answer.endswith(b"\n"):
            return answer.decode().strip()
        self._kill()
        return None

    def _kill(self) -> None:
        if self.alive:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._exited = True


def environment() -> dict[str, str]:
    """Return this process's environment, with the code findable from whatever folder the worker runs in."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _overdue() -> dict[int, int]:
    waiting = overdue(LOOK_AHEAD)
    db.session.rollback()
    return waiting
