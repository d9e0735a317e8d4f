"""Put a comment off until later: it leaves the lanes, and is back at the latest when somebody should have acted."""

import enum
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy import ColumnElement, or_, update

from service.accounts.models import User
from service.care.ladder import MAILED_AT_ONCE
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.core.errors import N_, Conflict, Invalid
from service.moderation.models import Act, Decision
from service.moderation.record import begin, check_fresh, reason_for, write
from service.site.models import Site

EVENING, MORNING = time(18), time(8)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONGEST = timedelta(days=30)
SHORTEST = timedelta(minutes=1)


class Until(enum.StrEnum):
    """Until when something is put off, as people say it."""

    HOUR = "hour"
    EVENING = "evening"
    MORNING = "morning"
    DAY = "day"


def moment_of(until: Until, now: datetime, zone: tzinfo, day: date | None = None) -> datetime:
    """Return when that is for somebody in this time zone (pure); `day` is the date they chose, for Until.DAY.

    Raises Invalid for an evening that has begun, and for a day that is missing, past, or more than a month away.
    """
    local = now.astimezone(zone)
    if until is Until.HOUR:
        return now + HOUR
    if until is Until.DAY and day is None:
        raise Invalid(N_("Please choose a day."), field="day")
    wanted = {
        Until.EVENING: datetime.combine(local.date(), EVENING, zone),
        Until.MORNING: datetime.combine(local.date() + DAY, MORNING, zone),
        Until.DAY: datetime.combine(day or local.date(), MORNING, zone),
    }[until].astimezone(UTC)
    if wanted <= now:
        raise Invalid(N_("That is over already. Please choose a later time."), field="until")
    if wanted > now + LONGEST:
        raise Invalid(N_("That is more than a month away. Please choose an earlier day."), field="day")
    return wanted


def snooze(user: User, comment: Comment, wanted: datetime, *, version: int, reason: str) -> Decision:
    """Put a comment off until `wanted`, or until it falls due if that is earlier: `details["until"]` says which.

    Nothing stops by it: alerts go on, and what is urgent is back when the next ones are told. What the person writes
    brings it back too. Raises Conflict for what nobody waits with, or is overdue; Invalid without a reason.
    """
    before = begin(comment)
    check_fresh(comment, version)
    reason = reason_for(Act.SNOOZE, reason)
    until = min(wanted, back_by(comment, before.case))
    if until < clock.now() + SHORTEST:
        raise Conflict(N_("This is due now, so it cannot be put off. You can ask somebody else to take it."))
    comment.snoozed_until = until
    return write(before, user, Act.SNOOZE, reason=reason, details={"until": until.isoformat()})


def back_by(comment: Comment, case: Case | None) -> datetime:
    """Return when a comment has to be seen again at the latest. Raises Conflict when it waits for nobody."""
    if case is not None and case.state is CaseState.OPEN and case.comment_id == comment.id:
        next_step = case.next_step_at if case.level in MAILED_AT_ONCE else None
        return min(case.due_at, next_step or case.due_at)
    if comment.held_at is not None:
        held = timedelta(minutes=db.session.get_one(Site, comment.site_id).due_held_minutes)
        return comment.held_at + held
    raise Conflict(N_("This waits for nobody, so there is nothing to put off."))


def awake() -> ColumnElement[bool]:
    """Tell, of each Comment in a query, whether it is not put off."""
    return or_(Comment.snoozed_until.is_(None), Comment.snoozed_until <= clock.now())


def wake(comment: Comment) -> None:
    """Bring back what was put off of this person in this conversation, because something has happened there."""
    theirs = (Comment.commenter_id == comment.commenter_id) & (Comment.root_id == comment.root_id)
    db.session.execute(update(Comment).where(theirs, Comment.snoozed_until.is_not(None)).values(snoozed_until=None))
