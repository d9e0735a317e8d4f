"""gunicorn's settings, made from ours: `gunicorn -c python:service.serving "service.app:create_app()"`."""

import sys
from pathlib import Path
from typing import Protocol

from flask import Flask

from service.config import load_settings
from service.patience import PatientWorker

APP_LOAD_ERROR = 4  # gunicorn then stops as a whole, and does not try again for ever


class _Worker(Protocol):
    wsgi: Flask


_settings = load_settings()

bind = f"[{_settings.bind}]:{_settings.port}" if ":" in _settings.bind else f"{_settings.bind}:{_settings.port}"
worker_class = PatientWorker
workers = _settings.processes
threads = _settings.threads
timeout = 60
graceful_timeout = 10
keepalive = 15  # also how long one may pause in the middle of sending something
loglevel = "debug" if _settings.log_level == "debug" else "warning"

# A disk that is busy for seconds must not make a web process look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes a file of its own there

# Which proxies are believed is for ATTUNE_TRUSTED_PROXIES to say, not for gunicorn, which would believe this machine.
forwarded_allow_ips = ""

# It would be a socket in the home folder through which a running server can be changed.
control_socket_disable = True


def post_worker_init(worker: _Worker) -> None:
    """Refuse the demo's sign-ins where readers come; start the thread that raises the alarm when no worker is left."""
    from service.demo.actions import refuse_in_production
    from service.watch import start_watch

    with worker.wsgi.app_context():
        try:
            refuse_in_production(_settings)
        except SystemExit as sentence:
            print(sentence, file=sys.stderr, flush=True)
            sys.exit(APP_LOAD_ERROR)
    start_watch(worker.wsgi)
