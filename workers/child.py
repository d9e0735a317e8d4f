"""The sweep's child: reads comment ids from standard input, screens each, and answers with a line."""

import signal
import sys

import structlog

from service.app import create_app
from service.core.db import db
from service.triage.scanner import scan
from workers.moderation import screen

log = structlog.get_logger(__name__)


def main() -> None:
    """Serve until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes our input
    app = create_app()
    scan("The lexicon is read before the first comment comes, and not within its time.")
    _answer("ready")
    for line in sys.stdin:
        with app.app_context():
            _screen(int(line))
        _answer(line.strip())


def _screen(comment_id: int) -> None:
    try:
        screen(comment_id)
    except Exception as error:
        db.session.rollback()
        log.error("sweep.failed", comment=comment_id, error=type(error).__name__)


def _answer(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
