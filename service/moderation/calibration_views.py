"""Calibration: the budget for comments that sound very low, and what people might change, which they may decline."""

from collections.abc import Mapping

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.core.db import begin_write, db
from service.core.errors import N_, DomainError, Forbidden, Invalid
from service.core.language import gettext
from service.core.paging import read_id
from service.moderation.calibration.budget import before, budget_of, budgets_of, outlook_of, set_budget
from service.moderation.calibration.reliability import reliability
from service.moderation.calibration.suggestions import (
    bring_again,
    declined,
    missed_words,
    put_away,
    said_of,
    wrong_phrases,
)
from service.moderation.views import draw, me
from service.triage.phrases.queries import refresh

calibration = Blueprint("calibration", __name__, url_prefix="/moderation/phrases/calibration")


@calibration.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in; what changes the queue of all is for moderators and owners."""


@calibration.get("")
def page() -> ResponseReturnValue:
    """Show how it stands, and what the number in the address would have done in the last 30 days."""
    try:
        return _page(number=_number(request.args) if "number" in request.args else None, asked="number" in request.args)
    except Invalid as error:
        return _page(error=error, words=gettext(error.message, **error.values)), 422


@calibration.post("/budgets")
def save_budget() -> ResponseReturnValue:
    """Let so many a day stand in front; an empty number is all."""
    g.give_back = lambda error, words: _page(error=error, words=words)
    begin_write()
    refresh()
    set_budget(me(), _number(request.form), request.form.get("why", ""), seen=_seen())
    db.session.commit()
    return redirect(url_for("calibration.page", saved=1), code=303)


@calibration.post("/budgets/<int:budget_id>/undos")
def undo_budget(budget_id: int) -> ResponseReturnValue:
    """Take the newest change back, by another one."""
    g.give_back = lambda error, words: _page(error=error, words=words)
    if not me().moderates:
        raise Forbidden(N_("Only moderators and owners can change the budget."))
    begin_write()
    refresh()
    set_budget(me(), before(me().site_id, budget_id), gettext("Taken back."), seen=budget_id)
    db.session.commit()
    return redirect(url_for("calibration.page", saved=1), code=303)


@calibration.post("/declines")
def decline() -> ResponseReturnValue:
    """Put a suggestion away."""
    g.give_back = lambda error, words: _page(error=error, words=words)
    begin_write()
    refresh()
    put_away(me(), request.form.get("kind", ""), request.form.get("subject", ""))
    db.session.commit()
    return redirect(url_for("calibration.page", _anchor="suggestions"), code=303)


@calibration.post("/declines/<int:declined_id>/undos")
def suggest_again(declined_id: int) -> ResponseReturnValue:
    """Let a suggestion that was put away come again; twice is once."""
    begin_write()
    bring_again(me(), declined_id)
    db.session.commit()
    return redirect(url_for("calibration.page", _anchor="suggestions"), code=303)


def _page(*, number: int | None = None, asked: bool = False, error: DomainError | None = None, words: str = "") -> str:
    refresh()
    budget = budget_of(me().site_id)
    stands = budget.number if budget is not None else None
    return draw(
        "moderation/calibration.html",
        budget=budget,
        changes=budgets_of(me().site_id),
        typed=request.values.get("number", stands or ""),
        why=request.form.get("why", ""),
        number=number,
        outlook=outlook_of(me().site_id, number if asked else stands),
        asked=asked and number != stands,
        bands=reliability(me()),
        mostly_wrong=wrong_phrases(me()),
        missed=missed_words(me()),
        declined=[(row, said_of(row)) for row in declined(me().site_id)],
        saved="saved" in request.args,
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _number(sent: Mapping[str, str]) -> int | None:
    text = sent.get("number", "").strip()
    if not text:
        return None
    if (number := read_id(text)) is None:
        raise Invalid(N_("Please give a whole number, or leave it empty for no budget."), field="number")
    return number


def _seen() -> int:
    return read_id(request.form.get("seen", "")) or 0
