"""What staff know of a person, and the form that changes it; moderators and owners only."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.accounts.models import Commenter, Standing
from service.core.db import begin_write, db
from service.core.errors import N_, DomainError, Forbidden, Invalid
from service.core.paging import read_id
from service.moderation.queue.place import read_place
from service.moderation.standings import actions
from service.moderation.standings.queries import changes_of, commenter_for, name_of
from service.moderation.team_forms import read_day
from service.moderation.views import desk, me

standings = Blueprint("standings", __name__, url_prefix="/moderation/people/<int:commenter_id>/standings")


@standings.before_request
@login_required  # type: ignore[untyped-decorator]
def moderators_only() -> None:
    """Everything here is for those who see every article; what goes wrong shows the form again with what was typed."""
    if not me().moderates:
        raise Forbidden(N_("Only moderators and owners can change what somebody may do here."))
    commenter_id = (request.view_args or {})["commenter_id"]
    g.give_back = lambda error, words: _page(commenter_for(me().site_id, commenter_id), error, words)


@standings.get("")
def show(commenter_id: int) -> ResponseReturnValue:
    """Show somebody's standing and how it came about."""
    return _page(commenter_for(me().site_id, commenter_id))


@standings.post("")
def change(commenter_id: int) -> ResponseReturnValue:
    """Give somebody a standing."""
    begin_write()
    commenter = commenter_for(me().site_id, commenter_id, locked=True)
    standing = _standing()
    until = read_day(request, "until") if standing is Standing.PAUSED and request.form.get("until") else None
    seen = read_id(request.form.get("seen", "")) or 0
    actions.set_standing(me(), commenter, standing, request.form.get("why", ""), until=until, seen=seen)
    return _done(commenter)


@standings.post("/<int:change_id>/undos")
def undo(commenter_id: int, change_id: int) -> ResponseReturnValue:
    """Take the last change back."""
    begin_write()
    commenter = commenter_for(me().site_id, commenter_id, locked=True)
    actions.undo_standing(me(), commenter, change_id)
    return _done(commenter)


def _standing() -> Standing:
    try:
        return Standing(request.form.get("standing", ""))
    except ValueError:
        raise Invalid(N_("Please choose one of the four."), field="standing") from None


def _done(commenter: Commenter) -> ResponseReturnValue:
    comment_id = read_id(request.form.get("comment", ""))
    db.session.commit()
    if comment_id is not None:
        where = read_place(request.args).query()
        return redirect(url_for("moderation.item", comment_id=comment_id, **where, _anchor="standing"), code=303)
    return redirect(url_for("standings.show", commenter_id=commenter.id), code=303)


def _page(commenter: Commenter, error: DomainError | None = None, words: str = "") -> str:
    return render_template(
        "moderation/standing.html",
        **desk(),
        person=commenter,
        called=name_of(commenter),
        standing_changes=changes_of(commenter),
        from_comment=read_id(request.form.get("comment", "")),
        typed=request.form,
        error=words,
        wrong_field=error.field if error is not None else None,
    )
