"""The watch thread of each web process: when the machine does not do its part, it raises that alarm itself."""

import threading
from datetime import datetime, timedelta

import structlog
from flask import Flask

from service.accounts.queries import alert_recipients
from service.core import clock
from service.core.alarms import end, sound
from service.core.db import begin_write, db
from service.core.leases import take_lease
from service.delivery import deliver
from service.moderation.health import read_health, troubles
from service.notifications.actions import notify
from service.notifications.models import Kind
from service.notifications.queries import due_ids
from service.notifications.targets.actions import tell_targets
from service.notifications.withdrawal import withdraw
from service.site.queries import current_site

WATCHED = (Kind.NO_WORKER, Kind.SWEEP_SILENT, Kind.BEHIND)
EVERY_S = 10.0
LEASE_S = 9.0
OVERSLEPT = timedelta(seconds=30)
PATH = "/moderation/alerts"

log = structlog.get_logger(__name__)


def start_watch(app: Flask) -> None:
    """Start the thread; it ends with its process."""
    threading.Thread(target=_run, args=(app, clock.now()), name="watch", daemon=True).start()


def watch_once(started_at: datetime) -> bool:
    """Alarm moderators once for each time that something is wrong, and send that alarm. True while no worker lives.

    `started_at` is when this process began: a worker that has never run is given its time, too. Commits.
    """
    found = troubles(read_health(), clock.now(), started_at)
    db.session.rollback()
    begin_write()
    if take_lease("watch", LEASE_S) is not None:
        for kind in WATCHED:
            _raise(kind, found[kind]) if kind in found else _end(kind)
    db.session.commit()
    for kind in found:
        for notification_id in due_ids(kind=kind, limit=100):
            deliver(notification_id)
    return Kind.NO_WORKER in found


def _raise(kind: Kind, since: datetime) -> None:
    number = sound(kind, since)
    if number is None:
        return
    site_id = current_site().id
    notify(site_id, f"alarm:{number}", alert_recipients(site_id, None), kind=kind, path=PATH)
    tell_targets(site_id, f"alarm:{number}", kind=kind, path=PATH, on_call=True)


def _end(kind: Kind) -> None:
    """Note that it is over; who has not been told by then need not be."""
    number = end(kind)
    if number is not None:
        withdraw(f"alarm:{number}")


def begun(started_at: datetime, asleep: timedelta, moment: datetime) -> datetime:
    """Return from when on a silence counts for who wanted to look again after EVERY_S, and did so after `asleep`.

    A machine that was suspended, or whose clock was moved, gives everybody their time anew: nobody was silent.
    """
    return moment if abs(asleep - timedelta(seconds=EVERY_S)) > OVERSLEPT else started_at


def _run(app: Flask, started_at: datetime) -> None:
    waiting, before = threading.Event(), clock.now()
    while not waiting.wait(EVERY_S):
        started_at = begun(started_at, clock.now() - before, clock.now())
        with app.app_context():
            try:
                watch_once(started_at)
            except Exception as error:  # a database that is down must not end the watch
                db.session.rollback()
                log.warning("watch.failed", error=type(error).__name__)
        before = clock.now()
