"""Who is on a case: a lease while its page is open, an acknowledgement, a claim; each taken by one UPDATE alone."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, update

from service.accounts.models import User
from service.accounts.queries import staff_names
from service.care.events import note
from service.care.ladder import paused_until
from service.care.models import Case
from service.care.queries import has_acknowledged
from service.care.transitions import CaseEvent, CaseState
from service.core import clock
from service.core.db import db, rows_changed
from service.core.errors import N_, Conflict
from service.core.reasons import checked_reason
from service.core.signing import Keys, new_token

LEASE = timedelta(minutes=5)
LINK = "acknowledge"
LINK_AGE_S = 3 * 24 * 3600


@dataclass(frozen=True)
class Presence:
    """Who is on a case now; `token` is that of the person who asked, and empty where somebody else has the lease."""

    user_id: int
    token: str = ""


@dataclass(frozen=True)
class AlertLink:
    """What the signed link of an alert says: which case and opening, which step, told to whom."""

    case_id: int
    opening: int
    step: int
    user_id: int


def sign_alert(keys: Keys, link: AlertLink) -> str:
    """Return the token of an alert's link: good for acknowledging alone, for three days."""
    return keys.sign(LINK, f"{link.case_id}-{link.opening}-{link.step}-{link.user_id}")


def read_alert(keys: Keys, token: str) -> AlertLink:
    """Return what a token says. Raises NotFound for anything forged or expired."""
    case_id, opening, step, user_id = (int(part) for part in keys.unsign(LINK, token, max_age=LINK_AGE_S).split("-"))
    return AlertLink(case_id, opening, step, user_id)


def take_lease(case: Case, user: User) -> Presence:
    """Say "I am on this one" for five minutes, or for five more; returns who is, which may be somebody else.

    Pages of the same person share one lease. It keeps nobody from acting, and never stops the ladder.
    """
    moment = clock.now()
    free = or_(Case.lease_until.is_(None), Case.lease_until <= moment)
    until = moment + LEASE
    mine = and_(Case.lease_user_id == user.id, Case.lease_until > moment)
    if not _change(case, mine, lease_until=until):
        _change(case, free, lease_user_id=user.id, lease_token=new_token(), lease_until=until)
    if case.lease_user_id is None:  # whoever had it has let go of it at this moment
        return take_lease(case, user)
    return Presence(case.lease_user_id, (case.lease_token or "") if case.lease_user_id == user.id else "")


def release(case: Case, token: str) -> None:
    """End the lease that this token names; nothing where it has run out, or is somebody else's by now."""
    _change(case, Case.lease_token == token, lease_user_id=None, lease_token=None, lease_until=None)


def acknowledge(case: Case, user_id: int, opening: int, step: int) -> bool:
    """Say that one is on it, which pauses the ladder until an answer is due (15 minutes for a crisis).

    `opening` and `step` are those of the alert that is answered: each person can pause a step once, however often its
    link is followed. False, and nothing, where somebody has it already, or where nobody waits any more.
    """
    if has_acknowledged(case, user_id, opening, step):
        return False
    nobody = and_(Case.state == CaseState.OPEN, Case.opening == opening, Case.acknowledged_at.is_(None))
    if not _change(case, nobody, acknowledged_by=user_id, acknowledged_at=clock.now()):
        return False
    _pause(case)
    note(case, CaseEvent.ACKNOWLEDGED, user_id=user_id, step=step)
    return True


def claim(case: Case, user: User) -> None:
    """Say "this case is mine", which pauses the ladder as an acknowledgement does; twice is the same as once.

    Raises Conflict with the name of whoever has it, or when nobody waits any more.
    """
    if case.owner_id == user.id and not case.ended:
        return
    free = and_(Case.state == CaseState.OPEN, Case.owner_id.is_(None))
    if not _change(case, free, owner_id=user.id, acknowledged_by=user.id, acknowledged_at=clock.now()):
        raise _refusal(case)
    _pause(case)
    note(case, CaseEvent.CLAIMED, user_id=user.id, step=case.step)


def take_over(case: Case, user: User, owner_id: int, reason: str) -> None:
    """Take a case from the colleague who had it when one looked (`owner_id`).

    Raises Invalid without a reason, Conflict when somebody else has it by now or nobody waits any more.
    """
    reason = checked_reason(reason, asked=N_("Please say in a few words why you take it over."))
    theirs = and_(Case.state == CaseState.OPEN, Case.owner_id == owner_id, Case.owner_id != user.id)
    if not _change(case, theirs, owner_id=user.id, acknowledged_by=user.id, acknowledged_at=clock.now()):
        raise _refusal(case)
    _pause(case)
    note(case, CaseEvent.TAKEN_OVER, user_id=user.id, reason=reason, step=case.step)


def hand_over(case: Case, user: User, to: User, owner_id: int | None) -> None:
    """Make a case a colleague's; `owner_id` is whose it was when one looked. The ladder goes on as it stood.

    Raises Conflict when it is theirs already, somebody else's by now, or nobody waits any more.
    """
    as_seen = Case.owner_id == owner_id if owner_id is not None else Case.owner_id.is_(None)
    free = and_(Case.state == CaseState.OPEN, as_seen, or_(Case.owner_id.is_(None), Case.owner_id != to.id))
    if not _change(case, free, owner_id=to.id, acknowledged_by=None, acknowledged_at=None):
        raise _refusal(case)
    note(case, CaseEvent.HANDED_OVER, user_id=user.id, step=case.step)


def is_theirs(case_id: int, user_id: int) -> bool:
    """Tell whether somebody waits for an answer in a case, and it is this person's."""
    case = db.session.get(Case, case_id, populate_existing=True)
    return case is not None and case.state is CaseState.OPEN and case.owner_id == user_id


def give_back(case: Case, user: User) -> None:
    """Pass a case on, no reason asked: the ladder goes on at once. Raises Conflict when it is not theirs."""
    mine = and_(Case.state == CaseState.OPEN, Case.owner_id == user.id)
    if not _change(case, mine, owner_id=None, acknowledged_by=None, acknowledged_at=None):
        raise Conflict(N_("This case is not yours any more."))
    if case.next_step_at is not None:
        case.next_step_at = clock.now()
    note(case, CaseEvent.GIVEN_BACK, user_id=user.id, step=case.step)


def _pause(case: Case) -> None:
    if case.next_step_at is not None:  # a case that came in quietly has no ladder to pause
        case.next_step_at = paused_until(case.level, case.due_at, clock.now())


def _refusal(case: Case) -> Conflict:
    if case.state is not CaseState.OPEN:
        return Conflict(N_("Nobody waits for an answer here any more."))
    name = staff_names(case.site_id).get(case.owner_id or 0, "")
    return (
        Conflict(N_("%(name)s has taken this case already."), name=name)
        if name
        else Conflict(N_("Nobody has this case any more. Please look again."))
    )


def _change(case: Case, condition: ColumnElement[bool], **values: object) -> bool:
    """Change the row where the condition still holds, and read it again."""
    done = rows_changed(update(Case).where(Case.id == case.id, condition).values(**values))
    db.session.refresh(case)
    return bool(done)
