"""A site that `run.py` serves from a scratch data folder, as somebody at a terminal sees it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120


class Site:
    """One `python3 run.py`; its output is read line by line in the background."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "run.py")],
            env=environment(**({"ATTUNE_DATA_DIR": str(data_dir)} | settings)),
            cwd=data_dir.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def address(self) -> str:
        """Where it says that it is ready."""
        return self.says("Attune is ready on").split()[-1]

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def says(self, words: str) -> str:
        """Wait until a line contains these words, and return it."""
        eventually(lambda: self.process.poll() is not None or any(words in line for line in self.lines))
        found = [line for line in self.lines if words in line]
        assert found, "\n".join(self.lines)
        return found[0]

    def wait(self) -> int:
        """Wait until the site has ended by itself, and return its exit code."""
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def is_well(self) -> bool:
        """Say whether the site answers now."""
        try:
            with urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def child(self, name: str) -> int:
        """Return the process number of a child, as the data folder tells it."""
        noted = json.loads((self.data_dir / "run.lock").read_text() or "{}")
        return int(noted.get("children", {}).get(name, {}).get("pid", 0))

    def family(self) -> list[psutil.Process]:
        """Return all processes of the site but the first."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals) -> int:
        """Send a signal; wait as `wait` does."""
        self.process.send_signal(number)
        return self.wait()


def environment(**settings: str) -> dict[str, str]:
    """Return an environment with these settings of Attune and no others."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ATTUNE_")} | settings


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is true; fail if it never is."""
    last_moment = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < last_moment, "still not so"
        time.sleep(0.05)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
