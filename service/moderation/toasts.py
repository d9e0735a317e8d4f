"""What somebody has just done, with a button to undo it: on every page of theirs until they do something else."""

from datetime import datetime, timedelta
from typing import Any

from flask import session

from service.comments.models import Audience, Comment
from service.config import current_settings
from service.core import clock
from service.moderation.bulk.models import ENDED, Bulk
from service.moderation.bulk.queries import find_bulk, progress_of
from service.moderation.models import Act, Decision
from service.moderation.undoing import RULES, Undo

KEPT = timedelta(minutes=10)  # an old one on a page that was left open says nothing any more
LONGEST_NAME = 80


def undo_window() -> timedelta:
    """Return for how long an answer can be undone, and mail waits for that."""
    return timedelta(seconds=current_settings().undo_seconds)


def show_toast(decision: Decision, comment: Comment) -> None:
    """Say what has been done until the next act; the session holds no word of a comment."""
    session["toast"] = {
        "act": decision.act.value,
        "decision": decision.id,
        "comment": comment.id,
        "note": comment.audience is Audience.AUTHOR,
        "name": comment.name[:LONGEST_NAME],
        "until": decision.details.get("until", ""),
        "at": decision.created_at.isoformat(),
    }


def show_bulk_toast(bulk: Bulk) -> None:
    """Say what is being done, or has been, with many comments, until the next act."""
    session["toast"] = {"bulk": bulk.id, "at": clock.now().isoformat()}


def end_toast() -> None:
    """Say no more of what was done before: something else has been done since, of which its own page tells."""
    session.pop("toast", None)


def current_toast() -> dict[str, Any] | None:
    """Return what to say; `undo` tells whether a button to undo it makes sense."""
    toast: dict[str, Any] | None = session.get("toast")
    if toast is None:
        return None
    age = clock.now() - datetime.fromisoformat(toast["at"])
    if age > KEPT:
        session.pop("toast")
        return None
    if "bulk" in toast:
        return _of_bulk(toast["bulk"])
    rule = RULES[Act(toast["act"])]
    undo = rule is Undo.ALWAYS or (rule is Undo.WINDOW and age <= undo_window())
    until = datetime.fromisoformat(toast["until"]) if toast.get("until") else None
    return {**toast, "undo": undo, "until": until}


def _of_bulk(bulk_id: int) -> dict[str, Any] | None:
    """Return how far an act on many comments has come by now."""
    bulk = find_bulk(bulk_id)
    if bulk is None:
        session.pop("toast")
        return None
    progress = progress_of(bulk)
    return {"progress": progress, "undo": bulk.state in ENDED and progress.done > 0}
