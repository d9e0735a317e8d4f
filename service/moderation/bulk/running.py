"""Carry on with an act on many comments, in the request or in a worker: each step is committed by itself."""

import time
from datetime import timedelta

from service.config import current_settings
from service.core.db import begin_write, db
from service.moderation.bulk.actions import keep, let_go, take
from service.moderation.bulk.steps import step

# Between two steps: on SQLite who waits to write asks again every tenth of a second, and would never meet an open door.
PAUSE_S = 0.1


def run(bulk_id: int, seconds: float) -> None:
    """Go on for some seconds; twice is the same as once, and of two at once one does nothing.

    What is left then is asked for again; where this process dies, somebody else goes on when the lease has run out.
    """
    end = time.monotonic() + seconds
    window = timedelta(seconds=current_settings().undo_seconds)
    begin_write()
    token = take(bulk_id)
    db.session.commit()
    more = token is not None
    while token is not None and more and time.monotonic() < end:
        begin_write()
        bulk = keep(bulk_id, token)
        more = bulk is not None and step(bulk, window)
        db.session.commit()
        if more:
            time.sleep(PAUSE_S)
    if token is not None and more:
        begin_write()
        let_go(bulk_id, token)
        db.session.commit()
