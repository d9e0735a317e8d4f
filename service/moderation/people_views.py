"""Who belongs to the staff: owners invite, change roles, let people go and have them back. And each person's veil."""

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.accounts import people as staff_people
from service.accounts.invitations import invite, revoke, send_link
from service.accounts.models import User
from service.accounts.queries import user_of
from service.config import current_keys
from service.core.audit import Deed, note
from service.core.db import begin_write, db
from service.core.errors import N_, Forbidden
from service.core.paging import read_id
from service.moderation.queue.place import read_place
from service.moderation.staffing import have_back, let_go
from service.moderation.team_views import team_page
from service.moderation.views import me

people = Blueprint("people", __name__, url_prefix="/moderation/team")


@people.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in; what goes wrong shows the team with a sentence and what was typed."""
    g.give_back = lambda error, words: team_page(error, words)


@people.post("/veil")
def choose_veil() -> ResponseReturnValue:
    """Say whether heavy words are folded for oneself."""
    begin_write()
    staff_people.set_veil(db.session.get_one(User, me().id), request.form.get("veil") == "on")
    db.session.commit()
    comment_id = read_id(request.args.get("comment", ""))
    if comment_id is not None:
        place = read_place(request.args).query()
        return redirect(url_for("moderation.item", comment_id=comment_id, **place), code=303)
    return _done("veil")


@people.post("/invitations")
def add() -> ResponseReturnValue:
    """Ask somebody to join: they are mailed a link by which they choose a password."""
    _owners_only()
    begin_write()
    role = staff_people.read_role(request.form.get("role", ""))
    invited = invite(me().site_id, request.form.get("email", ""), request.form.get("name", ""), role, current_keys())
    _note(Deed.INVITED, invited)
    return _done("belong")


@people.post("/people/<int:user_id>/links")
def send_again(user_id: int) -> ResponseReturnValue:
    """Mail somebody another link, to join or to choose a new password."""
    user = _theirs(user_id)
    send_link(user)
    _note(Deed.SENT_LINK, user)
    return _done("belong")


@people.post("/people/<int:user_id>/roles")
def change_role(user_id: int) -> ResponseReturnValue:
    """Give somebody another role."""
    user = _theirs(user_id)
    staff_people.set_role(user, staff_people.read_role(request.form.get("role", "")))
    _note(Deed.CHANGED_ROLE, user)
    return _done("belong")


@people.post("/people/<int:user_id>/departures")
def depart(user_id: int) -> ResponseReturnValue:
    """Let somebody go, or take an invitation back."""
    user = _theirs(user_id)
    if user.is_invited:
        revoke(user)
        _note(Deed.TOOK_BACK, user)
    else:
        let_go(user)
        _note(Deed.LET_GO, user)
    return _done("belong")


@people.post("/people/<int:user_id>/returns")
def come_back(user_id: int) -> ResponseReturnValue:
    """Have somebody back."""
    user = _theirs(user_id)
    have_back(user)
    _note(Deed.HAD_BACK, user)
    return _done("belong")


def _theirs(user_id: int) -> User:
    """Begin a unit of work on a user. Raises Forbidden for anybody but owners, and NotFound."""
    _owners_only()
    begin_write()
    return user_of(me().site_id, user_id)


def _note(what: Deed, user: User) -> None:
    note(me().site_id, me().id, what, "user", user.id)


def _done(part: str) -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("team.people", _anchor=part), code=303)


def _owners_only() -> None:
    if not me().owns:
        raise Forbidden(N_("Only owners can change who belongs to the team."))
