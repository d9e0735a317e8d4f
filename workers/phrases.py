"""Dry runs and readings again, in a process of their own: it may take a while, and screening goes first."""

import os
import sys

import structlog

from service.core.db import db
from service.moderation.phrases.runs import is_work_waiting
from workers.sweep import environment

log = structlog.get_logger(__name__)


def work_on_runs() -> None:
    """Have the runs that wait worked on until there are none; which of several workers does which, the rows settle."""
    waiting = is_work_waiting()
    db.session.rollback()
    if not waiting:
        return
    command = [sys.executable, "-m", "flask", "--app", "service.app", "triage", "phrases", "work", "--nice"]
    pid = os.posix_spawn(sys.executable, command, environment())  # why not subprocess: workers/sweep.py
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        log.error("phrases.failed", code=code)
