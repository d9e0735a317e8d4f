"""The page of limits: how often something may be done, and whether a reader's worry is mailed at once; for owners."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.core.db import begin_write, db
from service.core.errors import DomainError, Forbidden
from service.core.paging import read_id
from service.core.rates import as_set
from service.moderation.rule_forms import read_number
from service.moderation.rules.actions import MAY_NOT, set_limit, set_worry
from service.moderation.rules.limits import LISTED
from service.moderation.rules.models import Subject
from service.moderation.rules.queries import last_change_of
from service.moderation.views import desk, me

limits = Blueprint("limits", __name__, url_prefix="/moderation/rules/limits")


@limits.before_request
@login_required  # type: ignore[untyped-decorator]
def moderators_only() -> None:
    """Everything here is for those who see every article; what goes wrong shows the page with what was typed."""
    if not me().moderates:
        raise Forbidden(MAY_NOT)
    g.give_back = lambda error, words: _page(error, words)


@limits.get("")
def page() -> ResponseReturnValue:
    """Show the limits."""
    return _page()


@limits.post("")
def change() -> ResponseReturnValue:
    """Set how often something may be done in how many minutes."""
    begin_write()
    times, minutes = read_number(request, "times"), read_number(request, "minutes")
    set_limit(me(), request.form.get("name", ""), times, 60 * minutes, request.form.get("why", ""), seen=_seen())
    return _done()


@limits.post("/worry")
def worry() -> ResponseReturnValue:
    """Say whether a reader's worry about somebody is mailed at once."""
    begin_write()
    set_worry(me(), request.form.get("wakes") == "yes", request.form.get("why", ""), seen=_seen())
    return _done()


def _page(error: DomainError | None = None, words: str = "") -> str:
    site_id = me().site_id
    lines = [(listed, as_set(listed.limit), _last(site_id, listed.limit.name)) for listed in LISTED]
    worried = last_change_of(site_id, Subject.WORRY)
    return render_template(
        "moderation/limits.html",
        **desk(),
        lines=lines,
        worry_seen=worried.id if worried is not None else 0,
        typed=request.form,
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _last(site_id: int, name: str) -> int:
    found = last_change_of(site_id, Subject.LIMIT, name=name)
    return found.id if found is not None else 0


def _seen() -> int:
    return read_id(request.form.get("seen", "")) or 0


def _done() -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("limits.page"), code=303)
