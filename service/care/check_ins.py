"""Look after somebody once more who was answered: plan a day, note that they were here again, close it as a person."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, select

from service.accounts.models import User
from service.care.events import note
from service.care.follow_up import FURTHEST, SILENCE, FollowUp, after_answer, checked_day
from service.care.models import Case
from service.care.transitions import CaseEvent, CaseState
from service.comments.models import Comment
from service.core import clock
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import N_, Conflict, Invalid
from service.core.reasons import checked_reason
from service.site.models import Site
from service.triage.levels import Level

ANSWERED = (CaseState.ANSWERED, CaseState.UNSEEN)


def follow(case: Case, user: User) -> None:
    """Begin what follows an answer: the site's usual check-in, and the watch for silence after a crisis."""
    moment, site = clock.now(), db.session.get_one(Site, case.site_id)
    case.answered_at, case.answered_by, case.heard_at = moment, user.id, None
    _set(case, after_answer(case.level, moment, _zone(case), _days_of(site)))


def answered_again(case: Case, reply: Comment, user: User) -> None:
    """Watch for silence anew after a further answer; when a check-in was due, that answer is it."""
    moment = clock.now()
    if case.state is not CaseState.ANSWERED or case.follow_at is None:
        return
    due, day = case.follow_at <= moment, case.check_in_on
    case.answered_at, case.answered_by, case.heard_at = moment, user.id, None
    silent_at = moment + SILENCE if case.level is Level.CRISIS else None
    _set(case, FollowUp(None if due else day, silent_at))
    if due:
        note(case, CaseEvent.CHECKED_IN, comment_id=reply.id, user_id=user.id)


def plan_check_in(case: Case, user: User, day: date) -> None:
    """Have the case come back into the queue on a day. Raises Invalid for the day, Conflict before an answer."""
    if case.state not in ANSWERED:
        raise Conflict(N_("A check-in follows an answer, and there is none yet."))
    day = checked_day(day, today_at(case.site_id))
    if day != case.check_in_on:
        _set(case, FollowUp(day, case.silent_at))
        note(case, CaseEvent.CHECK_IN_SET, user_id=user.id, reason=day.isoformat())


def choose_check_in(case: Case | None, user: User, day: date | None) -> None:
    """Plan with an answer what its writer chose beside it: another day than usual, or none."""
    if case is None or case.state not in ANSWERED or day == case.check_in_on:
        return
    if day is None:
        drop_check_in(case, user)
    else:
        plan_check_in(case, user, day)


def drop_check_in(case: Case, user: User) -> None:
    """Take the day back; silence after a crisis is told all the same. Twice is the same as once."""
    if case.check_in_on is not None:
        _set(case, FollowUp(None, case.silent_at))
        note(case, CaseEvent.CHECK_IN_DROPPED, user_id=user.id)


def close_follow_up(case: Case, user: User, words: str = "") -> None:
    """Say that one has looked after them: day and silence are told no more. Twice is the same as once."""
    if case.state in ANSWERED and case.follow_at is not None:
        words = checked_reason(words, field="words", asked=None)
        _set(case, FollowUp())
        note(case, CaseEvent.CHECKED_IN, user_id=user.id, reason=words)


def end_follow_up(case: Case) -> None:
    """Forget what was planned, because the case is open again or needs no answer."""
    _set(case, FollowUp())
    case.heard_at = None


def awaits_sign(commenter_id: int | None) -> bool:
    """True while it matters whether this person is here again: they were answered, and have not been heard of since."""
    return db.session.scalar(select(Case.id).where(*_unheard(commenter_id)).limit(1)) is not None


def heard_from(commenter_id: int | None, moment: datetime) -> None:
    """Note that this person was here again, as their opening a page of theirs, or writing anywhere, shows."""
    unheard = select(Case).where(*_unheard(commenter_id), Case.answered_at <= moment)
    for case in db.session.scalars(unheard.with_for_update(**ONE_AT_A_TIME)):
        case.heard_at = moment
        _set(case, FollowUp(case.check_in_on, None))


def is_due(moment: datetime) -> ColumnElement[bool]:
    """Return the condition on Case that an answered person is to be looked after now."""
    return and_(Case.state == CaseState.ANSWERED, Case.follow_at <= moment)


def is_silent(moment: datetime) -> ColumnElement[bool]:
    """Return the condition on Case that an answered person has given no sign of life for too long."""
    return and_(is_due(moment), Case.silent_at <= moment)


def usual_check_in(case: Case) -> date | None:
    """Return the day on which this case would come back if it were answered now; None where the site plans none."""
    site = db.session.get_one(Site, case.site_id)
    return after_answer(case.level, clock.now(), _zone(case), _days_of(site)).check_in_on


def set_check_in_days(site: Site, level: Level, days: int) -> None:
    """Set after how many days one checks in again after an answer, 0 for not at all. Raises Invalid beyond a year."""
    if not 0 <= days <= FURTHEST.days:
        raise Invalid(N_("A check-in is at most a year after the answer."), field=f"check-in-{level}")
    if level is Level.CRISIS:
        site.check_in_crisis_days = days
    else:
        site.check_in_urgent_days = days


def today_at(site_id: int) -> date:
    """Return the day that it is where the site is."""
    return clock.now().astimezone(ZoneInfo(db.session.get_one(Site, site_id).time_zone)).date()


def _unheard(commenter_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        Case.commenter_id == commenter_id,
        Case.state.in_(ANSWERED),
        Case.follow_at.is_not(None),
        Case.heard_at.is_(None),
    )


def _days_of(site: Site) -> dict[Level, int]:
    return {Level.CRISIS: site.check_in_crisis_days, Level.URGENT: site.check_in_urgent_days}


def _set(case: Case, follow_up: FollowUp) -> None:
    case.check_in_on, case.silent_at = follow_up.check_in_on, follow_up.silent_at
    case.follow_at = follow_up.surfaces_at(_zone(case))


def _zone(case: Case) -> ZoneInfo:
    return ZoneInfo(db.session.get_one(Site, case.site_id).time_zone)
