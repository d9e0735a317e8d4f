"""The sweep's child: reads comment ids from standard input, one a line, and answers each with a line.

An id alone is screened. After a "?" it is only looked at, and answered with the rank of the level that its words reach;
with "?" when there is no database to read them from.
"""

import signal
import sys

import structlog
from sqlalchemy.exc import DBAPIError

from service.app import create_app
from service.core.db import db
from service.triage.levels import Level
from service.triage.scanner import scan
from workers.moderation import look_ahead, screen

UNKNOWN = "?"

log = structlog.get_logger(__name__)


def main() -> None:
    """Serve until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes our input
    app = create_app()
    scan("The lexicon is read before the first comment comes, and not within its time.")
    _answer("ready")
    for line in sys.stdin:
        with app.app_context():
            _answer(_look_ahead(int(line[1:])) if line.startswith(UNKNOWN) else _screen(int(line)))


def _look_ahead(comment_id: int) -> str:
    try:
        return str(look_ahead(comment_id).rank)
    except Exception as error:
        db.session.rollback()
        log.warning("sweep.not_foreseen", comment=comment_id, error=type(error).__name__)
        # A person should soon see what cannot be read.
        return UNKNOWN if isinstance(error, DBAPIError) else str(Level.CRISIS.rank)


def _screen(comment_id: int) -> str:
    try:
        screen(comment_id)
    except Exception as error:
        db.session.rollback()
        log.error("sweep.failed", comment=comment_id, error=type(error).__name__)
    return str(comment_id)


def _answer(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
