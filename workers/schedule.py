"""Everything periodic, on one page: a thread in every worker's parent process, never through the broker.

Each chore stands behind a row lease, so that any number of workers is harmless. The thread is a plain one
and not the worker's own timer, which stands still while the broker cannot be reached.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from celery import bootsteps
from flask import Flask
from sqlalchemy.exc import DBAPIError

from service.accounts.actions import forget_expired_sessions
from service.archive.retention.actions import is_due
from service.archive.retention.commands import run
from service.care.climbing import climb, due_case_ids
from service.config import current_settings
from service.core import clock, networks, rates
from service.core.db import begin_write, db
from service.core.leases import beat, release_lease, take_lease
from service.core.signing import new_token
from service.delivery import bury, deliver
from service.moderation.bulk.actions import forget_old_choices
from service.moderation.calibration.budget import renew_bar
from service.moderation.digest import remind_of_held, send_digests
from service.moderation.duty import warn_of_gaps
from service.moderation.health import SWEEP
from service.moderation.leaving.notes import forget_old_passing_notes
from service.moderation.monthly.drawing import draw_month, is_drawn
from service.moderation.notes import forget_expired_notes
from service.moderation.phrases.runs import forget_old_runs
from service.moderation.phrases.tallies import count_phrases, keep_tallies
from service.moderation.replies.drafts import forget_old_drafts
from service.moderation.rules.actions import forget_old
from service.moderation.screening import give_up_screenings
from service.notifications.queries import due_ids
from service.notifications.targets.actions import forget_former_secrets
from service.site.queries import current_site
from service.triage.phrases.queries import refresh
from workers.backup import back_up
from workers.bulk import sweep_bulks
from workers.phrases import work_on_runs
from workers.sweep import LONGEST_RUN_S, Sweep

HEARTBEAT_S = 10.0
CLIMB_S = 5.0
PHRASES_S = 2.0
MINUTE_S = 60.0
TALLY_S = 300.0
QUARTER_S = 900.0
HOUR_S = 3600.0
# Short, because a worker that is killed in the middle of a chore keeps the others from it for so long. A chore that
# takes longer is done by two workers at once, which is harmless and, with much to do, welcome.
LEASE_S = 15.0
BATCH = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Chore:
    """Something done every so many seconds; behind a lease where one worker is enough."""

    name: str
    every_s: float
    run: Callable[[], None]
    leased: bool = True


def chores(sweep_s: float) -> list[Chore]:
    """Return all periodic work."""
    return [
        Chore("heartbeat", HEARTBEAT_S, _beat, leased=False),
        Chore("sweep screenings", sweep_s, Sweep().run),
        Chore("climb", CLIMB_S, _climb),
        Chore("send digests", MINUTE_S, _send_digests),
        Chore("remind of held comments", QUARTER_S, _remind_of_held),
        Chore("give up screenings", sweep_s, _give_up_screenings),
        Chore("sweep notifications", sweep_s, _sweep_notifications),
        Chore("sweep bulk acts", sweep_s, sweep_bulks),
        Chore("warn of gaps", MINUTE_S, _warn_of_gaps),
        Chore("count phrases", TALLY_S, _count_phrases),
        Chore("work on phrases", PHRASES_S, work_on_runs, leased=False),
        Chore("draw the monthly check", QUARTER_S, _draw_month),
        Chore("renew the budget", HOUR_S, _renew_budget),
        Chore("back up", QUARTER_S, back_up),
        Chore("forget what has expired", HOUR_S, _forget_expired),
        Chore("delete what is over", QUARTER_S, _delete_what_is_over),
    ]


class Periodic(bootsteps.StartStopStep):  # type: ignore[misc]
    """The bootstep that starts a thread for each chore with the worker, and stops them with it.

    A thread each, so that a mail server that answers slowly holds up neither the heartbeat nor the sweep.
    """

    def __init__(self, parent: object, **kwargs: object) -> None:
        super().__init__(parent, **kwargs)
        self._stop = threading.Event()

    def start(self, parent: Any) -> None:
        """Start the threads."""
        app: Flask = parent.app.flask_app
        with app.app_context():
            planned = chores(current_settings().sweep_seconds)
        for chore in planned:
            threading.Thread(target=repeat, args=(app, chore, self._stop), name=chore.name, daemon=True).start()

    def stop(self, _parent: object) -> None:
        """Ask the threads to end."""
        self._stop.set()


def repeat(app: Flask, chore: Chore, stop: threading.Event) -> None:
    """Do a chore again and again until `stop` is set; no failure ends it."""
    pause, token = 0.0, new_token()
    while not stop.wait(pause):
        pause = chore.every_s
        with app.app_context():
            try:
                _under_lease(chore, token) if chore.leased else chore.run()
            except Exception as error:  # a database that is down must not end the periodic work
                db.session.rollback()
                log.warning("chore.failed", chore=chore.name, error=type(error).__name__)


def _under_lease(chore: Chore, token: str) -> None:
    begin_write()
    ours = take_lease(chore.name, LEASE_S, token)
    db.session.commit()
    if ours is None:
        return
    chore.run()
    begin_write()
    beat(chore.name, SWEEP, os.getpid())
    release_lease(chore.name, token)
    db.session.commit()


def _beat() -> None:
    begin_write()
    beat(f"worker@{socket.gethostname()}:{os.getpid()}", "worker", os.getpid())
    db.session.commit()


def _give_up_screenings() -> None:
    begin_write()
    for comment_id in give_up_screenings():
        log.error("screening.given_up", comment=comment_id)
    db.session.commit()


def _climb() -> None:
    """Tell the next step of each case that is due; one that fails keeps nobody else waiting."""
    for case_id in due_case_ids(BATCH):
        try:
            begin_write()
            climb(case_id)
            db.session.commit()
        except Exception as error:
            db.session.rollback()
            log.error("climb.failed", case=case_id, error=type(error).__name__)


def _send_digests() -> None:
    begin_write()
    send_digests(current_site().id)
    db.session.commit()


def _remind_of_held() -> None:
    begin_write()
    remind_of_held(current_site())
    db.session.commit()


def _sweep_notifications() -> None:
    """Deliver what is due, for at most 45 seconds: a slow mail server must not look like a sweep that is dead."""
    bury()
    end = time.monotonic() + LONGEST_RUN_S
    for notification_id in due_ids(limit=BATCH):
        if time.monotonic() > end:
            break
        _deliver_alone(notification_id)


def _deliver_alone(notification_id: int) -> None:
    """Deliver one message; whatever is wrong with it alone holds up no other."""
    try:
        deliver(notification_id)
    except DBAPIError:
        raise  # the database is everybody's
    except Exception as error:
        db.session.rollback()
        log.error("notification.failed", notification=notification_id, error=type(error).__name__)


def _warn_of_gaps() -> None:
    begin_write()
    warn_of_gaps(current_site().id)
    db.session.commit()


def _delete_what_is_over() -> None:
    """Keep to the periods that the owner has set, once a night."""
    if is_due(current_site(), clock.now()):
        log.info("retention.run", **{name.replace(" ", "_"): number for name, number in run().items() if number})


def _count_phrases() -> None:
    counted = count_phrases()
    begin_write()
    keep_tallies(counted)
    db.session.commit()


def _draw_month() -> None:
    """Draw from last month's comments, once the month is over."""
    if is_drawn(current_site()):
        return
    begin_write()
    drawn = draw_month(current_site())
    db.session.commit()
    log.info("monthly.drawn", number=drawn)


def _renew_budget() -> None:
    begin_write()
    refresh()
    renew_bar(current_site().id)
    db.session.commit()


def _forget_expired() -> None:
    begin_write()
    rates.forget_expired()
    networks.forget_old_keys()
    forget_old()
    forget_expired_sessions()
    forget_expired_notes()
    forget_old_passing_notes()
    forget_old_drafts()
    forget_old_choices(current_site())
    forget_old_runs()
    forget_former_secrets()
    db.session.commit()
