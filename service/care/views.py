"""The page behind the signed link of an alert: it shows a level and a time, and lets one say "I am on this"."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from service.accounts.queries import active_user
from service.care.claims import AlertLink, acknowledge, read_alert
from service.care.models import Case
from service.care.queries import case_for, has_acknowledged
from service.care.transitions import CaseState
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.errors import N_, NotFound
from service.site.queries import current_site
from service.triage.levels import Level

care = Blueprint("care", __name__)


@dataclass(frozen=True)
class Shown:
    """All that this page tells: nothing of a comment, and nobody's name.

    `taken`: somebody is on it, `mine`: it is the one whose link it is. `spent`: they were, and the others were told
    since, so that this link buys no more time.
    """

    level: Level
    since: datetime
    waits: bool
    taken: bool
    mine: bool
    spent: bool


@care.get("/alerts/<token>")
def alert(token: str) -> ResponseReturnValue:
    """Show what an alert is about; following the link changes nothing, since mail scanners follow links too."""
    link, case = _case_behind(token)
    return render_template("care/alert.html", site=current_site(), token=token, alert=_shown(case, link))


@care.post("/alerts/<token>")
def acknowledge_alert(token: str) -> ResponseReturnValue:
    """Say "I am on this", which pauses the ladder; twice is the same as once."""
    begin_write()
    link, case = _case_behind(token)
    acknowledge(case, link.user_id, link.opening, link.step)
    db.session.commit()
    return redirect(url_for("care.alert", token=token), code=303)


def _case_behind(token: str) -> tuple[AlertLink, Case]:
    link = read_alert(current_keys(), token)
    site_id = current_site().id
    if active_user(site_id, link.user_id) is None:
        raise NotFound(N_("This link is not valid, or no longer valid."))
    return link, case_for(site_id, link.case_id)


def _shown(case: Case, link: AlertLink) -> Shown:
    taken = case.acknowledged_at is not None
    return Shown(
        case.level,
        case.waiting_since,
        waits=case.state is CaseState.OPEN and case.opening == link.opening,
        taken=taken,
        mine=taken and case.acknowledged_by == link.user_id,
        spent=not taken and has_acknowledged(case, link.user_id, link.opening, link.step),
    )
