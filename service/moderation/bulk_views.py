"""One act on many comments: choose them in a lane, look once more, begin, watch, stop, undo as one."""

from flask import Blueprint, Response, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.core.db import begin_write, db
from service.core.errors import N_, DomainError, Invalid
from service.core.language import gettext, ngettext
from service.core.paging import read_id
from service.moderation.bulk.actions import (
    AT_ONCE,
    MOST,
    Choice,
    Which,
    confirm,
    may_undo,
    needs_reason,
    prepare,
    stop,
    undo_all,
)
from service.moderation.bulk.models import UNDER_WAY, Bulk, BulkState
from service.moderation.bulk.queries import Progress, bulk_for, lines_of, progress_of
from service.moderation.bulk.running import run
from service.moderation.forms import read_act
from service.moderation.queue.place import read_place
from service.moderation.toasts import show_bulk_toast
from service.moderation.views import draw, me, queue_page

bulks = Blueprint("bulks", __name__, url_prefix="/moderation/bulks")

LONGEST_REQUEST_S = 8.0  # what is not done by then goes on in the background


@bulks.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


@bulks.post("")
def choose() -> ResponseReturnValue:
    """Note which comments are meant, and lead to the page that says what would be done with how many."""
    g.give_back = lambda _error, words: queue_page(error=words)
    act, choice = read_act(request), _read_choice()
    begin_write()
    bulk = prepare(me(), read_place(request.args), act, choice)
    db.session.commit()
    return redirect(url_for("bulks.page", bulk_id=bulk.id), code=303)


@bulks.get("/<int:bulk_id>")
def page(bulk_id: int) -> ResponseReturnValue:
    """Show what would be done before it is, how far it has come while it is, and what was done after."""
    return _page(bulk_for(me(), bulk_id))


@bulks.post("/<int:bulk_id>/confirmations")
def begin(bulk_id: int) -> ResponseReturnValue:
    """Begin; a few are done at once, many in the background."""
    _keep_words(bulk_id)
    begin_write()
    bulk = confirm(me(), bulk_for(me(), bulk_id), request.form.get("reason", ""))
    place = read_place(bulk.place)
    return _go_on(bulk, url_for("moderation.queue", **place.query()))


@bulks.post("/<int:bulk_id>/stops")
def end(bulk_id: int) -> ResponseReturnValue:
    """Stop what is under way."""
    begin_write()
    stop(me(), bulk_for(me(), bulk_id))
    db.session.commit()
    return redirect(url_for("bulks.page", bulk_id=bulk_id), code=303)


@bulks.post("/<int:bulk_id>/undoings")
def undo(bulk_id: int) -> ResponseReturnValue:
    """Undo all of it, but for those on which somebody has acted since."""
    _keep_words(bulk_id)
    begin_write()
    bulk = bulk_for(me(), bulk_id)
    undo_all(me(), bulk)
    return _go_on(bulk, url_for("bulks.page", bulk_id=bulk_id))


@bulks.get("/<int:bulk_id>/news")
def news(bulk_id: int) -> Response:
    """Say how far it has come; 304 when nothing has changed since the last time."""
    progress = progress_of(bulk_for(me(), bulk_id))
    running = progress.bulk.state in UNDER_WAY
    left = left_of(progress) if running else 0
    words = ngettext("One is left.", "%(num)d are left.", left)
    answer = jsonify(
        {"changed": words, "done": progress.total - left, "new": "" if running else gettext("It has ended.")}
    )
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def left_of(progress: Progress) -> int:
    """Return how many are still to be done, or to be undone."""
    return progress.done if progress.bulk.state is BulkState.UNDOING else progress.waiting


def _go_on(bulk: Bulk, where: str) -> ResponseReturnValue:
    """Commit, do at once what is little, and lead to `where`, or to the page that shows how far it has come."""
    bulk_id, little = bulk.id, left_of(progress_of(bulk)) <= AT_ONCE
    db.session.commit()
    if little:
        run(bulk_id, LONGEST_REQUEST_S)
    bulk = bulk_for(me(), bulk_id)
    show_bulk_toast(bulk)
    return redirect(where if bulk.state not in UNDER_WAY else url_for("bulks.page", bulk_id=bulk_id), code=303)


def _page(bulk: Bulk, *, error: DomainError | None = None, words: str = "") -> str:
    progress = progress_of(bulk)
    return draw(
        "moderation/bulk.html",
        bulk=bulk,
        progress=progress,
        left=left_of(progress),
        lines=lines_of(bulk),
        place=read_place(bulk.place),
        needs_reason=needs_reason(bulk.act),
        can_undo=may_undo(me(), bulk),
        can_stop=bulk.state is BulkState.RUNNING,
        at_once=AT_ONCE,
        most=MOST,
        reason=request.form.get("reason", ""),
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _keep_words(bulk_id: int) -> None:
    g.give_back = lambda error, words: _page(bulk_for(me(), bulk_id), error=error, words=words)


def _read_choice() -> Choice:
    """Return which comments are meant; those on the page and those that were ticked with the version that was seen."""
    try:
        which = Which(request.form.get("which", Which.TICKED))
    except ValueError:
        raise Invalid(N_("Please say which comments you mean."), field="which") from None
    named = request.form.getlist("tick") if which is Which.TICKED else request.form.get("shown", "").split()
    seen = {}
    for text in named:
        number, _, version = text.partition("-")
        if (comment_id := read_id(number)) is not None and (known := read_id(version)) is not None:
            seen[comment_id] = known
    return Choice(which, seen)
