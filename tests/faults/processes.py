"""Processes of a fault run: each in a group of its own, started again when it dies, ended with all it started."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil

from tests.run.site import ROOT

BIN = Path(sys.executable).parent
PAUSE_S = 0.5
PATIENCE_S = 30.0


class Kept:
    """A command that is started again half a second after it ended, as systemd and containers do."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        self._command = command
        self._env = env
        self._log = log
        self._ending = threading.Event()
        self._started = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name=f"keeps {log.stem}", daemon=True)
        self._thread.start()
        self._started.wait(PATIENCE_S)

    @property
    def pid(self) -> int:
        """The main process, or the last one while none runs."""
        assert self._process is not None
        return self._process.pid

    def children(self) -> list[int]:
        """Return the processes that the main process has started."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return [child.pid for child in psutil.Process(self.pid).children(recursive=True)]
        return []

    def end(self) -> None:
        """Stop the command for good: asked first, then killed."""
        self._ending.set()
        send(self.pid, signal.SIGTERM)
        self._thread.join(PATIENCE_S)
        if self._thread.is_alive():
            send(self.pid, signal.SIGKILL)
            self._thread.join()

    def _keep(self) -> None:
        while not self._ending.is_set():
            with self._log.open("ab") as log:
                self._process = start(self._command, self._env, log.fileno())
            self._started.set()
            wait_and_clear(self._process)
            self._ending.wait(PAUSE_S)


def start(command: list[str], env: dict[str, str], output: int) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, from the checkout."""
    return subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
    )


def wait_and_clear(process: subprocess.Popen[bytes]) -> None:
    """Wait until a process of its own session has ended, and end what it left behind in its group.

    The process is only taken from the table afterwards, so that its number cannot be somebody else's.
    """
    with contextlib.suppress(ChildProcessError):
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def send(pid: int, number: signal.Signals) -> bool:
    """Send a signal to one process; False when it is no longer there."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def as_user(name: str) -> list[str]:
    """Return the words before a command that must not run as root; none where we are not root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={name}", f"--regid={name}", "--clear-groups"]


def program(name: str, *folders: Path) -> str | None:
    """Return the path of a program that is installed, looking into these folders first."""
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    return shutil.which(name, path=path)
