"""The monthly check: one comment after another in which triage found nothing, and whether it needed an answer."""

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.moderation.forms import read_scan
from service.moderation.monthly.picks import by_level, judge, next_pick
from service.moderation.queries import comment_for
from service.moderation.toasts import show_toast
from service.moderation.veil import is_veiled
from service.moderation.views import draw, me

monthly = Blueprint("monthly", __name__, url_prefix="/moderation/monthly")


@monthly.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in; authors read what stands on their own articles."""


@monthly.get("")
def page() -> ResponseReturnValue:
    """Show the next comment to read, or that all of them are read."""
    return _page()


@monthly.post("/comments/<int:comment_id>")
def say(comment_id: int) -> ResponseReturnValue:
    """Say whether a comment needed an answer, and go on to the next; one that did is in the queue from now on."""
    g.give_back = lambda error, words: _page(error, words)
    begin_write()
    comment = comment_for(me(), comment_id)
    decision = judge(me(), comment, read_scan(request), by_level(request.form))
    db.session.commit()
    show_toast(decision, comment)
    return redirect(url_for("monthly.page"), code=303)


def _page(error: DomainError | None = None, words: str = "") -> str:
    found = next_pick(me())
    veiled = found is not None and is_veiled(me().veil, found.scan.level, found.scan.harm)
    return draw("moderation/monthly.html", found=found, veiled=veiled, error=words if error is not None else "")
