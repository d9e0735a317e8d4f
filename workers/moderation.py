"""Screening as a task: lease, scan, record; each step is committed by itself."""

import contextlib
import os
import time
from collections import deque
from collections.abc import Iterable

import structlog
from celery import Celery
from celery.exceptions import Reject
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from service.celery_app import SCAN_S, SCREEN_HARD_S, SCREEN_SOFT_S, SLICE_S
from service.comments.actions import SCREEN_TASK
from service.core.db import begin_write, db
from service.core.dispatch import dispatch
from service.moderation.screening import fail_screening, finish_screening, lease_screening, words_waiting
from service.triage.levels import Level
from service.triage.phrases.queries import refresh
from service.triage.thread import scan_answer
from workers.limit import at_most

OUTAGE_PAUSE_S = 1.0  # no message is asked for more often while there is no database

log = structlog.get_logger(__name__)


def register(celery: Celery) -> None:
    """Add this file's tasks."""
    limits = {"soft_time_limit": SLICE_S + SCREEN_SOFT_S, "time_limit": SLICE_S + SCREEN_HARD_S}
    celery.task(name=SCREEN_TASK, ignore_result=True, **limits)(screen_all)


def screen_all(*comment_ids: int) -> None:
    """Screen the latest revisions of these comments for a second, and ask for the rest again.

    A message whose database is away goes back to the broker: a queue that were emptied by each outage would leave all
    its comments to the sweep, which screens them one by one.
    """
    try:
        _screen_for_a_second(comment_ids)
    except (InterfaceError, OperationalError) as error:
        with contextlib.suppress(DBAPIError):
            db.session.rollback()
        time.sleep(OUTAGE_PAUSE_S)
        raise Reject(type(error).__name__, requeue=True) from error


def _screen_for_a_second(comment_ids: Iterable[int]) -> None:
    end = time.monotonic() + SLICE_S
    waiting = deque(comment_ids)
    while waiting:
        screen(waiting.popleft())
        if waiting and time.monotonic() > end:
            dispatch(SCREEN_TASK, *waiting)
            db.session.commit()
            return


def screen(comment_id: int) -> None:
    """Screen a comment's latest revision; twice is the same as once."""
    begin_write()
    refresh()
    work = lease_screening(comment_id)
    db.session.commit()
    if work is None:
        return
    try:
        with at_most(SCAN_S):
            finding = scan_answer(work.source, work.question)
    except Exception as error:  # TooSlow is one
        log.error("screening.failed", comment=comment_id, error=type(error).__name__, pid=os.getpid())
        begin_write()
        fail_screening(work)
        db.session.commit()
        return
    begin_write()
    finish_screening(work, finding)
    db.session.commit()


def look_ahead(comment_id: int) -> Level:
    """Return the level that a waiting comment's words reach, for the gravest to be screened first; writes nothing."""
    refresh()
    waiting = words_waiting(comment_id)
    db.session.rollback()
    if waiting is None:
        return Level.NONE
    with at_most(SCAN_S):
        return scan_answer(*waiting).level
