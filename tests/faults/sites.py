"""The site under test, in both shapes: prepared, started by its own command lines, and asked whether it is well."""

import contextlib
import json
import os
import secrets
import sys
from pathlib import Path
from urllib.request import urlopen

import psutil
import yaml
from flask_migrate import upgrade
from pydantic import SecretStr

from service.app import create_app
from service.config import Settings
from service.core.db import db
from service.core.dispatch import use_dispatcher
from tests.cast import Cast
from tests.faults.processes import BIN, Kept
from tests.run.site import ROOT, environment, eventually, free_port

SHIM = Path(__file__).parent / "shim"
SLUG = "old-maps"


class Site:
    """Web and worker by the command lines of docker-compose.yml, or all of `python3 run.py` in one."""

    def __init__(self, folder: Path, *, database_url: str, settings: dict[str, str]) -> None:
        self.folder = folder
        self.settings = Settings(
            data_dir=folder,
            database_url=database_url,
            secret_key=SecretStr(secrets.token_urlsafe(48)),
            log_level="warning",
        )
        self._wanted_port = free_port()
        self._env = environment(
            ATTUNE_DATA_DIR=str(folder),
            ATTUNE_PORT=str(self._wanted_port),
            ATTUNE_DATABASE_URL=database_url,
            ATTUNE_SECRET_KEY=self.settings.secret,
            ATTUNE_RATE_LIMITS="0",
            ATTUNE_DEMO="0",
            PYTHONPATH=os.pathsep.join([str(SHIM), str(ROOT)]),
            PATH=os.pathsep.join([str(BIN), os.environ.get("PATH", "")]),
            **settings,
        )
        self.web: Kept | None = None
        self.worker: Kept | None = None
        self.whole: Kept | None = None

    @property
    def port(self) -> int:
        """Where it is served now; the embedded shape may have had to move on."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            return int(json.loads((self.folder / "run.lock").read_text())["port"])
        return self._wanted_port

    def start_web(self) -> None:
        """Start the web server and wait until it answers."""
        self.web = self._keep("web", _compose_command("web"))
        eventually(self.answers)

    def start_worker(self) -> None:
        """Start the worker; it works when it works."""
        self.worker = self._keep("worker", _compose_command("worker"))

    def start_whole(self) -> None:
        """Start the embedded shape, as run.py does, and wait until it answers."""
        self.whole = self._keep("whole", [sys.executable, "-m", "service.embedded", str(self.folder)])
        eventually(self.answers)

    def answers(self) -> bool:
        """Say whether a web process answers now."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def processes(self) -> list[int]:
        """Return every process of the site, those that start others first."""
        kept = [each for each in (self.web, self.worker, self.whole) if each is not None]
        return [pid for each in kept for pid in (each.pid, *each.children())]

    def end(self) -> None:
        """Stop everything, and make sure of it."""
        left = [psutil.Process(pid) for pid in self.processes() if psutil.pid_exists(pid)]
        for kept in (self.web, self.worker, self.whole):
            if kept is not None:
                kept.end()
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def log(self) -> str:
        """Return what web and worker have written."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def _keep(self, name: str, command: list[str]) -> Kept:
        return Kept(command, self._env, self.folder / f"{name}.log")


def prepare(settings: Settings) -> None:
    """Migrate the database and write an open article, its author, a moderator and the owner."""
    app = create_app(settings)
    with app.app_context():
        upgrade()
        cast = Cast(app)
        _people = cast.article, cast.ana, cast.ines
        db.session.remove()
        db.engine.dispose()
    use_dispatcher(None)


def _compose_command(name: str) -> list[str]:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    command: list[str] = services[name]["command"]
    return command
