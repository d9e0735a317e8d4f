"""The page of the team: who is there, who steps in, who is on duty. Owners change it all, everybody their own."""

from collections.abc import Sequence

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.accounts import actions
from service.accounts.invitations import link_token
from service.accounts.models import AbsenceRow, CommentMail, Role, User
from service.accounts.queries import (
    absence_rows,
    active_user,
    deputies_of,
    not_active,
    shifts_of,
    staff,
    staff_names,
    today_of,
)
from service.config import current_keys, current_settings
from service.core.db import begin_write, db
from service.core.errors import N_, DomainError, Forbidden, NotFound
from service.moderation.duty import WEEK, duty_ahead, gaps_ahead
from service.moderation.team_forms import (
    read_choice,
    read_day,
    read_hour,
    read_hours,
    read_time,
    read_user,
    read_weekdays,
)
from service.moderation.views import desk, me

team = Blueprint("team", __name__, url_prefix="/moderation/team")


@team.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in; what goes wrong shows the page again with a sentence and what was typed."""
    g.give_back = lambda error, words: team_page(error, words)


@team.get("")
def people() -> ResponseReturnValue:
    """Show the team."""
    return team_page()


@team.post("/absences")
def add_absence() -> ResponseReturnValue:
    """Say that somebody is not there for some days."""
    begin_write()
    user = _theirs(read_user(request, "user"))
    first, last = read_day(request, "first_day"), read_day(request, "last_day")
    actions.add_absence(user, first, last, read_choice(request, "deputy"))
    return _done()


@team.post("/absences/<int:absence_id>/removals")
def remove_absence(absence_id: int) -> ResponseReturnValue:
    """Take an absence back."""
    begin_write()
    absence = db.session.get(AbsenceRow, absence_id)
    if absence is None:
        raise NotFound(N_("There is no such absence here."))
    actions.remove_absence(_theirs(absence.user_id).site_id, absence_id)
    return _done()


@team.post("/people/<int:user_id>")
def change(user_id: int) -> ResponseReturnValue:
    """Change somebody's time zone, standing deputy, which mail they get, and when none."""
    begin_write()
    user = _theirs(user_id)
    actions.set_user_time_zone(user, request.form.get("time_zone", "").strip())
    actions.set_deputy(user, read_choice(request, "deputy"))
    actions.set_comment_mail(user, request.form.get("comment_mail", ""))
    quiet = read_time(request, "quiet_from"), read_time(request, "quiet_to")
    actions.set_day(user, *quiet, read_hour(request, "digest_hour", user.digest_hour))
    return _done()


@team.post("/shifts")
def add_shifts() -> ResponseReturnValue:
    """Put somebody on duty, on some days of every week."""
    _owners_only()
    begin_write()
    user, (from_hour, until_hour) = _theirs(read_user(request, "user")), read_hours(request)
    for weekday in read_weekdays(request):
        actions.add_shift(user, weekday, from_hour, until_hour)
    return _done()


@team.post("/shifts/<int:shift_id>/removals")
def remove_shift(shift_id: int) -> ResponseReturnValue:
    """Take a line out of the rota."""
    _owners_only()
    begin_write()
    actions.remove_shift(me().site_id, shift_id)
    return _done()


def team_page(error: DomainError | None = None, words: str = "") -> str:
    """Return the page; with the sentence of an error and what was typed."""
    frame, site_id = desk(), me().site_id
    users = staff(site_id)
    days = {user.id: today_of(user) for user in users}
    return render_template(
        "moderation/team.html",
        **frame,
        people=users,
        others=not_active(site_id) if me().owns else [],
        links=_links(not_active(site_id)) if me().owns else {},
        role_list=list(Role),
        names=staff_names(site_id),
        deputies=deputies_of(site_id),
        absences=[row for row in absence_rows(site_id) if row.last_day >= days[row.user_id]],
        today=days,
        shifts=shifts_of(site_id),
        duty=duty_ahead(site_id),
        gaps=gaps_ahead(site_id, WEEK),
        mails=list(CommentMail),
        typed=request.form,
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _links(users: Sequence[User]) -> dict[int, str]:
    """Return the link of each who is invited, for an owner who hands it over in person."""
    keys, home = current_keys(), current_settings().site_url
    return {user.id: f"{home}/welcome/{link_token(user, keys)}" for user in users if user.is_invited}


def _theirs(user_id: int) -> User:
    """Return the user that is to be changed. Raises Forbidden for anybody but owners and that user, and NotFound."""
    if user_id != me().id:
        _owners_only()
    user = active_user(me().site_id, user_id)
    if user is None:
        raise NotFound(N_("There is no such member of staff."))
    return user


def _done() -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("team.people"), code=303)


def _owners_only() -> None:
    if not me().owns:
        raise Forbidden(N_("Only owners can change this for others."))
