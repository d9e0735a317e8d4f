"""Servers of a fault run's own, on ports of their own in a scratch folder: they are there to be killed."""

import contextlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import psycopg
import redis

from service.embedded.broker import broker_command
from tests.faults.processes import as_user, program, send
from tests.run.site import eventually, free_port

PSQL_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


class Missing(Exception):
    """A program that a run needs is not installed."""


class Redis:
    """A broker that keeps nothing on disk, so that it comes back empty: redis-server, or the embedded one."""

    def __init__(self, kind: str) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._program = _redis_program(kind)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/"]
        self._process = subprocess.Popen([self._program, *options], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        eventually(self._answers)

    def kill(self) -> None:
        """Kill it with everything in it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def hold(self) -> None:
        """Let it stand still: it accepts connections and never answers."""
        if self._process is not None:
            send(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run on."""
        if self._process is not None:
            send(self._process.pid, signal.SIGCONT)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url, socket_timeout=2) as client:
            return bool(client.ping())
        return False


class MutePort:
    """A port that accepts connections, reads what comes and never answers."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.2)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._accept, name="mute port", daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """Close the port and all connections."""
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        taken: list[socket.socket] = []
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                taken.append(self._listener.accept()[0])
        for connection in taken:
            connection.close()


class Postgres:
    """A PostgreSQL cluster; durable settings are the defaults, only its own folder and port are set.

    The folder belongs to the user it runs as, because `initdb` refuses root.
    """

    def __init__(self) -> None:
        if program("initdb", *PSQL_FOLDERS) is None:
            raise Missing("PostgreSQL's initdb")
        self._folder = Path(tempfile.mkdtemp(prefix="attune-faults-pg-"))
        self._port = free_port()
        self._user = as_user("postgres")
        if self._user:
            shutil.chown(self._folder, "postgres", "postgres")
        self._call("initdb", "--username", "attune", "--auth", "trust", "--encoding", "UTF8", "--no-locale")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._call("pg_ctl", "start", "--wait", "--log", str(self._folder / "log"), "--options", options)

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` leaves it as a crash would."""
        self._call("pg_ctl", "stop", "--mode", mode)

    def close(self) -> None:
        """Stop it for good and remove its folder."""
        self.stop("fast")
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, name: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://attune@127.0.0.1:{self._port}/{name}"

    def new_database(self, template: str = "template1") -> str:
        """Make a database and return its name."""
        name = f"run_{secrets.token_hex(4)}"
        self.query(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def query(self, statement: str) -> None:
        """Do something that concerns the whole cluster."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def terminate_backends(self) -> None:
        """End every connection but this one, as an administrator might."""
        self.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    def _call(self, name: str, *words: str) -> None:
        command = [*self._user, program(name, *PSQL_FOLDERS) or name, "-D", str(self._folder / "cluster"), *words]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/"
        )
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr.decode()}")


def _redis_program(kind: str) -> str:
    if kind == "embedded":
        command = broker_command(Path("/"), Path("/unused"))
        found = command[0] if command else None
    else:
        found = program("redis-server") or program("valkey-server")
    if found is None:
        raise Missing("a Redis server")
    return found
