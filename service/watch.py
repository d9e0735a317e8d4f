"""The watch thread of each web process: when no worker gives a sign of life, it raises that alarm itself."""

import threading
from datetime import datetime, timedelta

import structlog
from flask import Flask

from service.accounts.queries import alert_recipients
from service.core import clock
from service.core.db import begin_write, db
from service.core.leases import last_beat, take_lease
from service.delivery import deliver
from service.notifications.actions import notify
from service.notifications.models import Kind
from service.notifications.queries import due_ids
from service.site.queries import current_site

SILENT_AFTER = timedelta(seconds=60)
EVERY_S = 10.0
LEASE_S = 9.0

log = structlog.get_logger(__name__)


def start_watch(app: Flask) -> None:
    """Start the thread; it ends with its process."""
    threading.Thread(target=_run, args=(app, clock.now()), name="watch", daemon=True).start()


def watch_once(started_at: datetime) -> bool:
    """Alarm moderators once for each silence of the workers, and send that alarm. True while they are silent.

    `started_at` is when this process began: a worker that has never run is given its time, too. Commits.
    """
    seen = last_beat("worker")
    silent = clock.now() - max(seen or started_at, started_at) > SILENT_AFTER
    db.session.rollback()
    if silent:
        _alarm(seen)
    return silent


def _alarm(seen: datetime | None) -> None:
    begin_write()
    if take_lease("watch", LEASE_S) is not None:
        site_id = current_site().id
        since = seen.isoformat(timespec="seconds") if seen else "the beginning"
        recipients = alert_recipients(site_id, None)
        notify(site_id, f"no worker since {since}", recipients, kind=Kind.NO_WORKER, path="/moderation/alerts")
    db.session.commit()
    for notification_id in due_ids(kind=Kind.NO_WORKER, limit=100):
        deliver(notification_id)


def _run(app: Flask, started_at: datetime) -> None:
    waiting = threading.Event()
    while not waiting.wait(EVERY_S):
        with app.app_context():
            try:
                watch_once(started_at)
            except Exception as error:  # a database that is down must not end the watch
                db.session.rollback()
                log.warning("watch.failed", error=type(error).__name__)
