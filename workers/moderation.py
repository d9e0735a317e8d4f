"""Screening as a task: lease, scan, record; each step is committed by itself."""

import os

import structlog
from celery import Celery

from service.celery_app import SCAN_S, SCREEN_HARD_S, SCREEN_SOFT_S
from service.core.db import begin_write, db
from service.moderation.screening import fail_screening, finish_screening, lease_screening, words_waiting
from service.triage.levels import Level
from service.triage.phrases.queries import refresh
from service.triage.thread import scan_answer
from workers.limit import at_most

log = structlog.get_logger(__name__)


def register(celery: Celery) -> None:
    """Add this file's tasks."""
    celery.task(name="moderation.screen", soft_time_limit=SCREEN_SOFT_S, time_limit=SCREEN_HARD_S, ignore_result=True)(
        screen
    )


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
