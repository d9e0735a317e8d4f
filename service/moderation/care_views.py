"""What staff do about a person besides answering: check in with them again; go on without their word on a comment."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.care.check_ins import close_follow_up, drop_check_in, plan_check_in
from service.care.follow_up import FollowUp, Told, told_of
from service.care.models import Case
from service.comments.wishes import waive_wish
from service.core import clock
from service.core.db import begin_write, db
from service.core.errors import N_, Invalid
from service.core.language import format_day
from service.moderation.forms import read_check_in, read_version
from service.moderation.queries import case_for_staff, comment_for
from service.moderation.queue.place import read_place
from service.moderation.record import check_fresh
from service.moderation.views import keep_words, me

cases = Blueprint("cases", __name__, url_prefix="/moderation")


@cases.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


@cases.post("/comments/<int:comment_id>/waivers")
def waive(comment_id: int) -> ResponseReturnValue:
    """Go on without the writer's answer whether a comment is shown, for a reason."""
    keep_words(comment_id)
    begin_write()
    comment = comment_for(me(), comment_id)
    check_fresh(comment, read_version(request))
    waive_wish(comment, me(), request.form.get("why_waived", ""))
    db.session.commit()
    return _back_to(comment_id)


@cases.post("/cases/<int:case_id>/check-ins")
def plan(case_id: int) -> ResponseReturnValue:
    """Plan a check-in, or another day for it."""
    case = _case(case_id)
    day = read_check_in(request)
    if day is None:
        raise Invalid(N_("Please choose a day."), field="check_in")
    plan_check_in(case, me(), day)
    db.session.commit()
    return _back_to(case.comment_id)


@cases.post("/cases/<int:case_id>/check-in-removals")
def drop(case_id: int) -> ResponseReturnValue:
    """Take a planned check-in back."""
    case = _case(case_id)
    drop_check_in(case, me())
    db.session.commit()
    return _back_to(case.comment_id)


@cases.post("/cases/<int:case_id>/checks")
def close(case_id: int) -> ResponseReturnValue:
    """Say that one has looked after somebody once more."""
    case = _case(case_id)
    close_follow_up(case, me(), request.form.get("words", ""))
    db.session.commit()
    return _back_to(case.comment_id)


@cases.app_template_filter("follow_up")
def _follow_up(case: Case) -> Told:
    assert case.answered_at is not None  # noqa: S101  (only who was answered is followed)
    planned = FollowUp(case.check_in_on, case.silent_at)
    return told_of(planned, case.answered_at, case.heard_at, clock.now(), ZoneInfo(g.get("time_zone") or "UTC"))


@cases.app_template_filter("whole_day_of")
def _whole_day_of(iso: str) -> str:
    return format_day(date.fromisoformat(iso))


def _case(case_id: int) -> Case:
    """Return a case that is about to be changed, and have an error show its comment."""
    begin_write()
    case = case_for_staff(me(), case_id)
    keep_words(case.comment_id)
    return case


def _back_to(comment_id: int) -> ResponseReturnValue:
    place = read_place(request.args)
    return redirect(url_for("moderation.item", comment_id=comment_id, **place.query()), code=303)
