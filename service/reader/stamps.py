"""Stamps: when the comment form was first touched, signed, so that nobody can say that it was earlier."""

from datetime import datetime

from flask import Blueprint, Response

from service.config import current_keys, current_settings
from service.core import clock
from service.core.errors import NotFound

stamps = Blueprint("stamps", __name__)

STAMP = "stamp"
GOOD_FOR_S = 24 * 60 * 60


@stamps.get("/stamp")
def stamp() -> Response:
    """Return a stamp of this moment; a script asks for it when somebody first touches the form."""
    made = Response(current_keys().sign(STAMP, clock.now().isoformat()), mimetype="text/plain")
    made.headers["Cache-Control"] = "no-store"
    return made


def seconds_since(token: str) -> int | None:
    """Return how many seconds ago a stamp was made; None without a good one, which says nothing about anybody.

    Where limits are off for measuring nobody is too quick either.
    """
    if not token or not current_settings().rate_limits:
        return None
    try:
        made = datetime.fromisoformat(current_keys().unsign(STAMP, token, max_age=GOOD_FOR_S))
    except (NotFound, ValueError):
        return None
    seconds = int((clock.now() - made).total_seconds())
    return seconds if seconds >= 0 else None
