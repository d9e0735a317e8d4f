"""The worker's entry: the application, its tasks, and the periodic work that starts with each worker."""

import gc
import os

from celery import Celery
from celery.signals import worker_init, worker_process_init
from sqlalchemy.orm import configure_mappers

from service.app import create_app
from service.config import current_settings
from service.core.db import db
from service.triage.scanner import scan
from workers import bulk, moderation, notifications
from workers.forks import fork_between_connections
from workers.schedule import Periodic

flask_app = create_app(sqlite_pool=False)
celery: Celery = flask_app.extensions["celery"]

moderation.register(celery)
notifications.register(celery)
bulk.register(celery)
celery.flask_app = flask_app
celery.steps["worker"].add(Periodic)


@worker_init.connect  # type: ignore[untyped-decorator]
def prepare(**_kwargs: object) -> None:
    """Read the lexicon and the models before any child is forked: they share it, and the next one is ready at once."""
    with flask_app.app_context():
        if db.engine.dialect.name == "sqlite":
            fork_between_connections(db.engine)
    configure_mappers()
    scan("The lexicon is read before the first comment comes.")
    gc.collect()
    gc.freeze()  # what is here now stays shared with the children: the collector would write to every object


@worker_process_init.connect  # type: ignore[untyped-decorator]
def prepare_child(**_kwargs: object) -> None:
    """Give each child connections of its own, which must not be shared across a fork, and have readers go first."""
    with flask_app.app_context():
        db.engine.dispose(close=False)
        os.nice(current_settings().worker_nice)
