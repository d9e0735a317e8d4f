"""Hand over several cases in one act, each as if it were handed over alone, and take all of them back as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from service.accounts.models import User
from service.accounts.queries import is_absent
from service.care.models import Case
from service.core import clock
from service.core.db import db
from service.core.errors import N_, Conflict, DomainError, Invalid, NotFound
from service.moderation.handing import hand_over, takers
from service.moderation.leaving.queries import next_on_duty
from service.moderation.models import Act, Decision
from service.moderation.queries import case_for_staff, comment_for
from service.moderation.undoing import undo

TOGETHER = "together"  # the detail of a decision that says with which one it was made
AT_MOST = timedelta(minutes=5)  # between the first and the last decision of one act


@dataclass(frozen=True)
class Handed:
    """What came of it: the decisions, and how many cases stayed because they had changed meanwhile."""

    decisions: Sequence[Decision]
    stayed: int


def hand_all(user: User, picked: Mapping[int, int], to_id: int | None, *, note: str, window: timedelta) -> Handed:
    """Make these of one's cases a colleague's, or whoever's is on duty next who can see them (`to_id` is None).

    `picked` are cases, each with the version of its comment that the person saw. What has changed since stays. Raises
    Invalid when nothing was picked or nobody is on duty, and the first refusal when nothing at all could go.
    """
    if not picked:
        raise Invalid(N_("Please choose at least one case."), field="case")
    decisions: list[Decision] = []
    refusals: list[DomainError] = []
    for case_id, version in sorted(picked.items()):
        try:
            decisions.append(_hand_one(user, case_id, version, to_id, note, window))
        except (Conflict, Invalid, NotFound) as refusal:
            refusals.append(refusal)
    if not decisions:
        raise refusals[0]
    for decision in decisions:
        decision.details = {**decision.details, TOGETHER: decisions[0].id}
    return Handed(decisions, len(refusals))


def take_all_back(user: User, first_id: int, *, window: timedelta) -> Handed:
    """Undo all hand-overs of one act; what somebody has acted on since stays with them.

    Raises NotFound for an act of somebody else's, and the first refusal when nothing at all could come back.
    """
    found = handed_with(user, first_id)
    if not found:
        raise NotFound(N_("There is no such decision here."))
    undone: list[Decision] = []
    refusals: list[Conflict] = []
    for decision in found:
        try:
            undone.append(undo(user, decision, window=window))
        except Conflict as refusal:
            refusals.append(refusal)
    if not undone:
        raise refusals[0]
    return Handed(undone, len(refusals))


def handed_with(user: User, first_id: int) -> Sequence[Decision]:
    """Return this person's hand-overs that were made in one act, named by the first of them; none for another's."""
    first = db.session.get(Decision, first_id)
    if first is None or first.user_id != user.id or first.details.get(TOGETHER) != first_id:
        return []
    query = select(Decision).where(
        Decision.user_id == user.id,
        Decision.act == Act.HAND_OVER,
        Decision.id >= first_id,
        Decision.created_at < first.created_at + AT_MOST,
    )
    rows = db.session.scalars(query.order_by(Decision.id)).all()
    return [row for row in rows if row.details.get(TOGETHER) == first_id]


def _hand_one(user: User, case_id: int, version: int, to_id: int | None, note: str, window: timedelta) -> Decision:
    case = case_for_staff(user, case_id)
    if user.id not in (case.owner_id, case.acknowledged_by if case.owner_id is None else None):
        raise Conflict(N_("This case is not yours any more."))
    to = to_id if to_id is not None else _on_duty(user, case)
    comment = comment_for(user, case.comment_id)
    return hand_over(user, comment, to, owner_id=case.owner_id, version=version, note=note, window=window)


def _on_duty(user: User, case: Case) -> int:
    """Return the first of those on duty next who can see a case and is there."""
    duty = next_on_duty(user)
    able = {each.id for each in takers(comment_for(user, case.comment_id), user)}
    here = [each.id for each in duty.users if each.id in able and not is_absent(each.id, clock.now())]
    if not duty.planned or not here:
        raise Invalid(N_("Nobody who could take it is on duty within a day. Please choose a colleague."), field="to")
    return here[0]
