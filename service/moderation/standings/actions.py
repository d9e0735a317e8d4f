"""Change a commenter's standing, and undo it; each change is a row."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.accounts.models import Commenter, Standing, User
from service.core import clock
from service.core.db import db
from service.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from service.core.reasons import checked_reason
from service.moderation.standings.models import StandingChange
from service.moderation.standings.queries import last_change
from service.site.models import Site

LONGEST_PAUSE = timedelta(days=366)
# What a person is again when a pause is over: trust has to be given anew, and who was watched still is.
AFTER_PAUSE = {Standing.WATCHED: Standing.WATCHED}


def set_standing(
    user: User, commenter: Commenter, standing: Standing, reason: str, *, until: date | None = None, seen: int = 0
) -> StandingChange:
    """Give a commenter a standing, for a reason that staff read; a pause ends when the day `until` begins.

    `seen` is the last change that the person who decides has seen, 0 for none. Raises Forbidden for authors, Invalid
    for a missing reason or a date that cannot be, Conflict with what somebody else did meanwhile.
    """
    _check_may(user)
    _check_seen(commenter, seen)
    reason = checked_reason(reason, field="why")
    ends = _end_of_pause(commenter.site_id, until) if standing is Standing.PAUSED else None
    now = commenter.standing_at(clock.now())
    if (now, _until(commenter, now)) == (standing, ends):
        raise Conflict(N_("Somebody has done this already."))
    if standing is Standing.PAUSED and now is not Standing.PAUSED:
        commenter.after_pause = AFTER_PAUSE.get(now, Standing.NEW)
    return _change(user, commenter, standing, ends, reason)


def undo_standing(user: User, commenter: Commenter, change_id: int) -> StandingChange:
    """Take the last change of a commenter's standing back, by another row.

    Raises Forbidden for authors, NotFound for a change of somebody else, Conflict when there was one after it.
    """
    _check_may(user)
    change = db.session.get(StandingChange, change_id)
    if change is None or change.commenter_id != commenter.id:
        raise NotFound(N_("There is no such change here."))
    _check_seen(commenter, change.id)
    undone = _change(user, commenter, change.before, change.until_before, "")
    undone.undoes_id = change.id
    return undone


def _change(user: User, commenter: Commenter, after: Standing, ends: datetime | None, reason: str) -> StandingChange:
    before = commenter.standing_at(clock.now())
    change = StandingChange(
        site_id=commenter.site_id,
        commenter_id=commenter.id,
        user_id=user.id,
        before=before,
        after=after,
        until_before=_until(commenter, before),
        until_after=ends,
        reason=reason,
    )
    commenter.standing, commenter.paused_until = after, ends
    db.session.add(change)
    db.session.flush()
    return change


def _until(commenter: Commenter, standing: Standing) -> datetime | None:
    return commenter.paused_until if standing is Standing.PAUSED else None


def _check_may(user: User) -> None:
    if not user.moderates:
        raise Forbidden(N_("Only moderators and owners can change what somebody may do here."))


def _check_seen(commenter: Commenter, seen: int) -> None:
    last = last_change(commenter)
    if last is not None and last.id != seen:
        raise Conflict(N_("%(name)s has changed this person’s standing since you opened it."), name=last.user.name)


def _end_of_pause(site_id: int, until: date | None) -> datetime:
    if until is None:
        raise Invalid(N_("Please say until when. A pause ends by itself on that day."), field="until")
    ends = datetime.combine(until, time(), ZoneInfo(db.session.get_one(Site, site_id).time_zone))
    if ends <= clock.now():
        raise Invalid(N_("A pause ends on a day that is still to come."), field="until")
    if ends > clock.now() + LONGEST_PAUSE:
        raise Invalid(N_("A pause lasts at most a year."), field="until")
    return ends
