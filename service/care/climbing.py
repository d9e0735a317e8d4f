"""Tell the people of a case, one step of the ladder after the other; the row says when the next one is due."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from service.accounts.models import User
from service.accounts.queries import (
    active_user,
    alert_recipients,
    days_of,
    deputy_always,
    deputy_of,
    is_absent,
    nobody_on_duty,
    on_call,
    owner_ids,
    staff_names,
)
from service.articles.models import Article
from service.care.events import note
from service.care.ladder import MAILED_AT_ONCE, PATIENCE, People, Step, begins_at, wait_before
from service.care.models import Case
from service.care.queries import ladder_waits
from service.care.transitions import CaseEvent, CaseState
from service.core import clock
from service.core.db import ONE_AT_A_TIME, db
from service.notifications.actions import notify
from service.notifications.models import Channel, Kind
from service.notifications.queries import mailed_before
from service.notifications.targets.actions import tell_targets
from service.notifications.withdrawal import withdraw
from service.triage.levels import Level

BELL = 0  # the step number of what only rings the bell, before the ladder begins


def begin(case: Case) -> None:
    """Start the ladder of this opening and level: the first that are there are told at once, by bell and mail.

    The bell of every moderator rings too. For `support` it is bells alone: its mail is the reminder with which its
    ladder begins. What was not yet said of an earlier opening or a lower level is taken back.
    """
    withdraw(f"case:{case.id}")
    moment, people = clock.now(), people_of(case)
    first = people.first_step()
    case.acknowledged_by = case.acknowledged_at = None
    told = people.on(first)
    if case.level in MAILED_AT_ONCE:
        _tell(case, told, first, Kind.CASE)
        _ring(case, (person for person in people.moderators if person not in told))
        case.step = first
        case.next_step_at = moment + wait_before(ladder_waits(case.site_id), case.level, first + 1)
        return
    _ring(case, dict.fromkeys((*told, *people.moderators)))
    case.step = BELL
    case.next_step_at = max(moment, begins_at(case.level, case.waiting_since, case.due_at))


def due_case_ids(limit: int) -> list[int]:
    """Return the ids of cases whose next step is due, the longest overdue first."""
    query = select(Case.id).where(Case.next_step_at <= clock.now())
    return list(db.session.scalars(query.order_by(Case.next_step_at, Case.id).limit(limit)))


def climb(case_id: int) -> bool:
    """Tell the next step of a case if that is still due; False when it is not. Twice is the same as once.

    Where somebody had said to be on it, and no answer has come, the next ones who are there hear of that at once.
    """
    moment = clock.now()
    case = db.session.get(Case, case_id, with_for_update=ONE_AT_A_TIME, populate_existing=True)
    if case is None or case.ended or case.next_step_at is None or case.next_step_at > moment:
        return False
    if case.state is CaseState.UNSEEN:
        _climb_unseen(case, moment)
    elif (had := _who_has(case)) is None:
        _climb_open(case, moment)
    else:
        _climb_to_somebody(case, had)
    return True


def climb_now(case: Case, user: User, reason: str) -> None:
    """Have the next ones told at once, as a person asked: those on the next step on which somebody stands."""
    note(case, CaseEvent.ESCALATED, user_id=user.id, reason=reason, step=case.step)
    _climb_to_somebody(case, _who_has(case))


def wait_for_reader(case: Case) -> None:
    """Give the one who was answered in private time to see it, before staff hear that they have not."""
    case.step = BELL
    case.next_step_at = clock.now() + PATIENCE[case.level]


def rest(case: Case) -> None:
    """End the ladder, and take back every alert of this case that has not gone out yet."""
    case.next_step_at = None
    withdraw(cause_of(case))
    withdraw(handed_cause(case.id))


def cause_of(case: Case) -> str:
    """Return the cause of a case's alerts; the opening number makes a re-opened case alert again."""
    return f"case:{case.id}:{case.opening}"


def handed_cause(case_id: int) -> str:
    """Return the cause above all that tells somebody that a case was handed over to them."""
    return f"handed:{case_id}"


def people_of(case: Case) -> People:
    """Return who stands on which step of a case's ladder now."""
    return people_for(case.site_id, db.session.get_one(Article, case.article_id).author_id)


def people_for(site_id: int, author_id: int | None) -> People:
    """Return who stands on which step now for the articles of one author, or for those without an author.

    Without a rota, or in a gap of it, the owners are on call; where everybody is absent they hear of it all the same.
    """
    moment = clock.now()
    author = author_id if author_id is not None and active_user(site_id, author_id) is not None else None
    moderators = alert_recipients(site_id, None)
    return People(
        author=author if author is not None and not is_absent(author, moment) else None,
        deputy=_deputy(author, moment) if author is not None else None,
        moderators=tuple(person for person in moderators if not is_absent(person, moment)),
        on_call=tuple(on_call(site_id, moment) or owner_ids(site_id)),
    )


def _deputy(author: int, moment: datetime) -> int | None:
    if is_absent(author, moment):
        return deputy_of(author, moment)
    standing = deputy_always(author)
    if standing is None or not is_absent(standing, moment):
        return standing
    return deputy_of(standing, moment)


def _who_has(case: Case) -> int | None:
    return case.owner_id or case.acknowledged_by


def _climb_to_somebody(case: Case, had: int | None) -> None:
    while not _climb_open(case, clock.now(), had) and case.step < Step.AGAIN:
        pass


def _climb_open(case: Case, moment: datetime, had: int | None = None) -> bool:
    """Tell the next step, and who had the case; False where nobody stands on it."""
    step = case.step + 1
    told = people_of(case).on(step)
    _tell(case, told, step, Kind.CASE, had=had)
    if told:
        note(case, CaseEvent.CLIMBED, user_id=had, step=step)
    case.step = step
    case.acknowledged_by = case.acknowledged_at = None
    case.next_step_at = moment + wait_before(ladder_waits(case.site_id), case.level, step + 1)
    return bool(told)


def _climb_unseen(case: Case, moment: datetime) -> None:
    """Tell the next ones who are there; a step on which nobody stands costs the reader no further wait."""
    people, ahead = people_of(case), range(case.step + 1, Step.ON_CALL + 1)
    step = next((step for step in ahead if people.on(step)), Step.ON_CALL)
    told = people.on(step)
    _tell(case, told, step, Kind.UNSEEN)
    if told:
        note(case, CaseEvent.CLIMBED, step=step)
    case.step = step
    case.next_step_at = moment + PATIENCE[case.level] if step < Step.ON_CALL else None


def _ring(case: Case, recipients: Iterable[int]) -> None:
    """Ring bells, and send nothing."""
    _tell(case, recipients, BELL, Kind.CASE, channels=(Channel.IN_APP,))


def _tell(
    case: Case,
    recipients: Iterable[int],
    step: int,
    kind: Kind,
    *,
    had: int | None = None,
    channels: Iterable[Channel] = (Channel.IN_APP, Channel.EMAIL),
) -> None:
    told, moment = list(recipients), clock.now()
    path = f"/moderation/comments/{case.comment_id}"
    cause = f"{cause_of(case)}:{'unseen' if kind is Kind.UNSEEN else case.level}"
    others = mailed_before(case.site_id, cause, step)
    awake = {} if case.level is Level.CRISIS else {who: day.heard_at(moment) for who, day in days_of(told).items()}
    notify(
        case.site_id,
        cause,
        told,
        kind=kind,
        level=case.level,
        step=step,
        path=path,
        channels=channels,
        not_before=awake,
        details={
            "case": case.id,
            "opening": case.opening,
            "since": case.waiting_since.isoformat(),
            "due": case.due_at.isoformat(),
            **({"had": staff_names(case.site_id)[had]} if had is not None else {}),
            **({"others": True} if others else {}),
        },
    )
    if step > BELL:
        called = step >= Step.ON_CALL or nobody_on_duty(case.site_id, moment)
        tell_targets(case.site_id, cause, kind=kind, path=path, level=case.level, step=step, on_call=called)
