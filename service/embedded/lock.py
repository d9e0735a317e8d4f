"""One running site for each data folder: a file that is locked while it runs and tells who runs it, and where."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

from service.embedded.children import Child

PATIENCE_S = 5.0


class AlreadyRunning(Exception):
    """Another process serves this data folder."""


class SiteLock:
    """Held from construction until it is closed, or the process ends, however it ends."""

    def __init__(self, data_dir: Path) -> None:
        self._file = (data_dir / "run.lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = self._read()
            self._file.close()
            raise AlreadyRunning(_explain(running, data_dir)) from None
        self._left = self._read()
        self._now: dict[str, object] = {"pid": os.getpid(), "children": {}}
        self._write()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def note_port(self, port: int) -> None:
        """Tell where the site is served."""
        self._now["port"] = port
        self._write()

    def note_child(self, child: Child) -> None:
        """Tell which process a child is, for the next start should this one be killed."""
        children = self._now["children"]
        if isinstance(children, dict) and child.process is not None:
            children[child.name] = {"pid": child.process.pid, "born": _born(child.process.pid)}
            self._write()

    def clear_leftovers(self) -> None:
        """End what a killed supervisor left running; Linux has already asked it to end."""
        children = self._left.get("children")
        noted = children.values() if isinstance(children, dict) else ()
        left = [_Leftover(child["pid"], child["born"]) for child in noted if "born" in child]
        for signal_ in (signal.SIGTERM, signal.SIGKILL):
            last_moment = time.monotonic() + PATIENCE_S
            for leftover in left:
                leftover.send(signal_)
            while any(leftover.runs() for leftover in left) and time.monotonic() < last_moment:
                time.sleep(0.05)

    def _read(self) -> dict[str, object]:
        self._file.seek(0)
        with contextlib.suppress(ValueError):
            found = json.load(self._file)
            if isinstance(found, dict):
                return found
        return {}

    def _write(self) -> None:
        self._file.truncate(0)
        self._file.write(json.dumps(self._now))
        self._file.flush()


class _Leftover:
    def __init__(self, pid: int, born: str) -> None:
        self.pid = pid
        self.born = born

    def runs(self) -> bool:
        """A process number is used again by others, so the process must have begun when the child did."""
        return bool(self.born) and _born(self.pid) == self.born

    def send(self, signal_: signal.Signals) -> None:
        if self.runs():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal_)


def _born(pid: int) -> str:
    """Return when a process began, as its system tells it; an empty string if it does not run."""
    if not Path("/proc/self/stat").exists():
        command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    with contextlib.suppress(OSError):
        # proc(5): the fields after the name, which may hold anything, begin with the state; the 20th is the start.
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[18] if state != "Z" else ""
    return ""


def _explain(running: dict[str, object], data_dir: Path) -> str:
    where = f"on http://localhost:{running['port']}" if "port" in running else "and is just starting"
    return f"Attune already runs with the data folder {data_dir}, {where} (process {running.get('pid', 'unknown')})."
