"""The page before going home: what is mine, to whom it goes, and a note for whoever comes next."""

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.accounts.queries import staff_names
from service.core.db import begin_write, db
from service.core.errors import N_, DomainError, Invalid
from service.core.paging import read_id
from service.moderation.decision_log import undone_among
from service.moderation.leaving.actions import hand_all, handed_with, take_all_back
from service.moderation.leaving.notes import leave_note, notes_by, say_read, take_note_back
from service.moderation.leaving.queries import colleagues_here, left_by, next_on_duty
from service.moderation.toasts import end_toast, undo_window
from service.moderation.views import draw, me

leaving = Blueprint("leaving", __name__, url_prefix="/moderation/hand-over")
ON_DUTY = "duty"


@leaving.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in; what goes wrong shows the page again with a sentence and what was typed."""
    g.give_back = lambda error, words: _page(error, words)


@leaving.get("")
def page() -> ResponseReturnValue:
    """Show what somebody leaves behind, and who comes next."""
    return _page()


@leaving.post("")
def hand() -> ResponseReturnValue:
    """Hand over the chosen cases."""
    chosen = request.form.get("to", "")
    to_id = None if chosen == ON_DUTY else read_id(chosen)
    if to_id is None and chosen != ON_DUTY:
        raise Invalid(N_("Please choose a colleague."), field="to")
    begin_write()
    done = hand_all(me(), _picked(), to_id, note=request.form.get("reason", ""), window=undo_window())
    first_id, stayed = done.decisions[0].details["together"], done.stayed
    db.session.commit()
    end_toast()
    return redirect(url_for("leaving.page", handed=first_id, stayed=stayed or None), code=303)


@leaving.post("/<int:handed_id>/undoings")
def undo(handed_id: int) -> ResponseReturnValue:
    """Take back all that was handed over in one act."""
    begin_write()
    done = take_all_back(me(), handed_id, window=undo_window())
    db.session.commit()
    end_toast()
    return redirect(url_for("leaving.page", handed=handed_id, stayed=done.stayed or None), code=303)


@leaving.post("/notes")
def leave() -> ResponseReturnValue:
    """Leave a note for whoever comes next."""
    begin_write()
    leave_note(me(), request.form.get("note", ""), read_id(request.form.get("for", "")))
    db.session.commit()
    return redirect(url_for("leaving.page", _anchor="note-title"), code=303)


@leaving.post("/notes/<int:note_id>/reads")
def read(note_id: int) -> ResponseReturnValue:
    """Say that one has read a note."""
    begin_write()
    say_read(me(), note_id)
    db.session.commit()
    return redirect(url_for("moderation.queue"), code=303)


@leaving.post("/notes/<int:note_id>/removals")
def take_back(note_id: int) -> ResponseReturnValue:
    """Take back a note of one's own."""
    begin_write()
    take_note_back(me(), note_id)
    db.session.commit()
    return redirect(url_for("leaving.page", _anchor="note-title"), code=303)


def _page(error: DomainError | None = None, words: str = "") -> str:
    handed = handed_with(me(), read_id(request.args.get("handed", "")) or 0)
    return draw(
        "moderation/leaving.html",
        left=left_by(me()),
        duty=next_on_duty(me()),
        colleagues=colleagues_here(me()),
        names=staff_names(me().site_id),
        handed=handed,
        undone=undone_among(handed),
        stayed=read_id(request.args.get("stayed", "")) or 0,
        left_notes=notes_by(me()),
        typed=request.form,
        picked=request.form.getlist("case"),
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _picked() -> dict[int, int]:
    """Return the chosen cases, each with the version of its comment that was shown."""
    chosen = [id_ for text in request.form.getlist("case") if (id_ := read_id(text)) is not None]
    return {id_: read_id(request.form.get(f"version-{id_}", "")) or 0 for id_ in chosen}
