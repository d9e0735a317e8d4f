"""Acts on many comments as a task, a moment at a time, and the sweep that carries on after a lost message."""

import time

from celery import Celery

from service.moderation.bulk.actions import CARRY_ON_TASK
from service.moderation.bulk.queries import due_bulks
from service.moderation.bulk.running import run
from workers.sweep import LONGEST_RUN_S

SLICE_S = 2.0  # then whatever else waits has its turn


def register(celery: Celery) -> None:
    """Add this file's task."""
    celery.task(name=CARRY_ON_TASK, ignore_result=True)(carry_on)


def carry_on(bulk_id: int) -> None:
    """Go on with what was confirmed, and ask for the rest again; twice is the same as once."""
    run(bulk_id, SLICE_S)


def sweep_bulks() -> None:
    """Carry on with whatever nobody works on, for at most 45 seconds."""
    end = time.monotonic() + LONGEST_RUN_S
    for bulk_id in due_bulks():
        run(bulk_id, end - time.monotonic())
