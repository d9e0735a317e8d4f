"""The sweep's child: reads comment ids from standard input, screens each, and answers with a line."""

import signal
import sys

import structlog

from service.app import create_app
from service.celery_app import SCREEN_SOFT_S
from service.core.db import db
from workers.moderation import screen

log = structlog.get_logger(__name__)


class TooSlow(Exception):
    """Raised in the middle of a scan that has reached the soft limit."""


def main() -> None:
    """Serve until standard input is closed."""
    signal.signal(signal.SIGALRM, _too_slow)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes our input
    app = create_app()
    _answer("ready")
    for line in sys.stdin:
        with app.app_context():
            _screen(int(line))
        _answer(line.strip())


def _screen(comment_id: int) -> None:
    signal.setitimer(signal.ITIMER_REAL, SCREEN_SOFT_S)
    try:
        screen(comment_id)
    except Exception as error:
        db.session.rollback()
        log.error("sweep.failed", comment=comment_id, error=type(error).__name__)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _too_slow(_signal: int, _frame: object) -> None:
    raise TooSlow


def _answer(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
