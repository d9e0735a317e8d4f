"""Have the backup that is due made by a process of its own: it may take minutes, and opens the database by itself."""

import os
import sys

import structlog

from service.archive.backup.actions import is_due
from service.config import current_settings
from service.core import clock
from workers.sweep import environment

log = structlog.get_logger(__name__)


def back_up() -> None:
    """Make the backup that is due, if one is; which of several workers does it is settled in the process itself."""
    if not is_due(current_settings(), clock.now()):
        return
    command = [sys.executable, "-m", "flask", "--app", "service.app", "backup", "--scheduled"]
    pid = os.posix_spawn(sys.executable, command, environment())  # why not subprocess: workers/sweep.py
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        log.error("backup.failed", code=code)
