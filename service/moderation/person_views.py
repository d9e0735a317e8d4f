"""The page of one person, and the page of who has looked at what."""

from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.accounts.queries import staff_names
from service.core import audit
from service.core.db import begin_write, db
from service.core.errors import N_, Forbidden
from service.core.paging import Cursor, parse_cursor, read_id
from service.moderation.act_forms import read_note
from service.moderation.notes import KEPT_DAYS, add_note
from service.moderation.person import latest_of, person_for
from service.moderation.standings.queries import changes_of, name_of
from service.moderation.toasts import show_toast
from service.moderation.views import desk, me, note_look
from service.site.queries import current_site

persons = Blueprint("persons", __name__, url_prefix="/moderation")


@persons.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


@persons.get("/people/<int:commenter_id>")
def person(commenter_id: int) -> ResponseReturnValue:
    """Show everything that a person wrote; a look at flagged comments is written down."""
    page, flagged = _page(commenter_id, parse_cursor(request.args.get("after")))
    if flagged:
        note_look("person", commenter_id)
    return page


@persons.post("/people/<int:commenter_id>/notes")
def note(commenter_id: int) -> ResponseReturnValue:
    """Keep a note about a person, beside what they wrote last of what one may see."""
    g.give_back = lambda _error, words: _page(commenter_id, None, words)[0]
    text, _about_person, days = read_note(request)
    begin_write()
    latest = latest_of(me(), commenter_id)
    decision = add_note(me(), latest, text, about_person=True, days=days)
    db.session.commit()
    show_toast(decision, latest)
    return redirect(url_for("persons.person", commenter_id=commenter_id, _anchor="notes"), code=303)


@persons.get("/audit")
def audit_page() -> ResponseReturnValue:
    """Show owners who has looked at flagged comments of whom, and who changed who may."""
    if not me().owns:
        raise Forbidden(N_("Only owners can see this page."))
    who, what = read_id(request.args.get("who", "")), request.args.get("what", "")
    deed = audit.Deed(what) if what in list(audit.Deed) else None
    rows = audit.lines(me().site_id, read_id(request.args.get("before", "")), user_id=who, what=deed)
    return render_template(
        "moderation/audit.html",
        **desk(),
        lines=rows,
        shown=audit.SHOWN,
        names=staff_names(me().site_id),
        who=who,
        what=deed,
        kept_days=current_site().keep_audit_days,
    )


def _page(commenter_id: int, cursor: Cursor | None, error: str = "") -> tuple[str, bool]:
    """Return the page, with the sentence of an error and what was typed; and whether flagged comments are on it."""
    found = person_for(me(), commenter_id, cursor, ZoneInfo(current_site().time_zone))
    page = render_template(
        "moderation/person.html",
        **desk(),
        found=found,
        person=found.commenter,
        called=name_of(found.commenter),
        standing_changes=changes_of(found.commenter),
        kept_days=KEPT_DAYS,
        typed=request.form,
        error=error,
    )
    return page, found.flagged
