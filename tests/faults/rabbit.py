"""A RabbitMQ of a fault run's own: node, ports, folder and name server are nobody else's."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
from pathlib import Path

from tests.faults.processes import program, send, start, wait_and_clear
from tests.faults.servers import Missing
from tests.run.site import eventually, free_port

FOLDERS = sorted(Path("/usr/lib/rabbitmq/lib").glob("*/sbin"), reverse=True)


class Rabbit:
    """A broker that is brought back empty: each start is a new node in a new folder, on the same port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self._folder = folder
        self._names_port = free_port()
        self._node_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._command = _command("rabbitmq-server")
        names = [*_command("epmd"), "-port", str(self._names_port), "-address", "127.0.0.1"]
        self._names = subprocess.Popen(names, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        folder.mkdir()
        self.start()

    def start(self) -> None:
        """Start it, empty, and wait until it listens."""
        home = self._folder / secrets.token_hex(4)
        home.mkdir()
        (home / "plugins").touch()
        (home / "rabbit.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{self.port}\n")
        env = os.environ | {
            "HOME": str(home),
            "ERL_EPMD_PORT": str(self._names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"faults{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbit.conf"),
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        }
        self._process = start(self._command, env, subprocess.DEVNULL)
        eventually(self._listens)

    def kill(self) -> None:
        """Kill it with everything in it."""
        if self._process is not None:
            send(self._process.pid, signal.SIGKILL)
            wait_and_clear(self._process)
            self._process = None

    def close(self) -> None:
        """Kill it for good, with its name server."""
        self.kill()
        self._names.kill()
        self._names.wait()

    def hold(self) -> None:
        """Let it stand still."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run on."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGCONT)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 2) as connection:
            connection.settimeout(2)
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(connection.recv(8))
        return False


def _command(name: str) -> list[str]:
    found = program(name, *FOLDERS)
    if found is None:
        raise Missing("RabbitMQ")
    return [found]
