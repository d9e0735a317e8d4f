"""One child process: how it starts, how its lines arrive, when it may start again, how it ends."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from typing import IO

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
STEADY_AFTER_S = 30.0
LONGEST_LINE = 64 * 1024

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent is gone, even by SIGKILL; elsewhere the next start cleans up."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """A process that should run until it is stopped, in a session of its own so that Ctrl-C reaches it in order."""

    def __init__(self, name: str, command: list[str], *, patience_s: float) -> None:
        self.name = name
        self.command = command
        self.patience_s = patience_s
        self.wanted = True
        self.failures = 0
        self.start_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._begun_line = b""

    @property
    def output(self) -> IO[bytes]:
        """What the running process writes, to both streams."""
        assert self.process is not None  # noqa: S101 - only asked while it runs
        assert self.process.stdout is not None  # noqa: S101 - the pipe below
        return self.process.stdout

    def start(self) -> None:
        """Start the process."""
        self._started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        os.set_blocking(self.output.fileno(), False)

    def lines(self) -> list[bytes]:
        """Return the whole lines that arrived since the last call."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.output.fileno(), LONGEST_LINE):
                self._begun_line += chunk
                if len(self._begun_line) > LONGEST_LINE:
                    break
        *whole, self._begun_line = self._begun_line.split(b"\n")
        if len(self._begun_line) > LONGEST_LINE:
            whole, self._begun_line = [*whole, self._begun_line], b""
        return whole

    def bury(self) -> tuple[int, list[bytes]]:
        """Forget the process that has ended, with what it left running; return its code and its last words."""
        assert self.process is not None  # noqa: S101 - only a started process ends
        words = [line for line in [*self.lines(), self._begun_line] if line]
        self.kill()
        self.output.close()
        code, self.process, self._begun_line = self.process.wait(), None, b""
        now = time.monotonic()
        self.failures = 1 if now - self._started_at > STEADY_AFTER_S else self.failures + 1
        self.start_at = now + self.pause_s
        return code, words

    @property
    def pause_s(self) -> float:
        """Seconds to wait before the next start: short at first, doubling with each failure in a row."""
        return min(FIRST_PAUSE_S * 2.0 ** (self.failures - 1), LONGEST_PAUSE_S)

    def kill(self) -> None:
        """End the process and everything that it started, at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
