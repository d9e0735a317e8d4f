"""Put a case back to how it stood before an act of staff that is undone: state, level, due time, ladder, owner."""

from typing import Any

from service.accounts.models import User
from service.care.climbing import handed_cause
from service.care.events import note
from service.care.models import Case
from service.care.transitions import CaseEvent, CaseState, back
from service.core import clock
from service.core.changes import Change, Picture, difference, picture, revert, stands
from service.core.errors import N_, Conflict
from service.notifications.unsaid import Unsaid, say_again, unsaid_of
from service.notifications.withdrawal import withdraw

# What an act can change in a case. Presence and the time of its making are not among them.
FIELDS = (
    "state",
    "level",
    "level_rank",
    "opening",
    "comment_id",
    "waiting_since",
    "last_written_at",
    "due_at",
    "turn_at",
    "closed_at",
    "step",
    "next_step_at",
    "acknowledged_by",
    "acknowledged_at",
    "owner_id",
    "answer_id",
)
CLIMBS = ("step", "next_step_at")  # a ladder that has gone on meanwhile keeps nobody from changing their mind
# Whoever has taken a case up after an act rests on that act.
TAKEN_UP = ("owner_id", "acknowledged_by")
# How a case that an act has opened is left when the act is undone.
UNOPENED = {"state": CaseState.DISMISSED.value, "next_step_at": None, **dict.fromkeys(TAKEN_UP)}


def unsaid(case: Case) -> Unsaid:
    """Return which alerts of a case have not reached anybody yet: an act takes them back, undoing it sends them."""
    return unsaid_of((_cause(case), handed_cause(case.id)))


def change_of(case: Case, before: Picture) -> dict[str, list[Any]]:
    """Return what an act has changed in a case that stood as in `before`, a picture (empty: it was not open yet)."""
    after = picture(case, FIELDS)
    if not before:
        return {field: [value, after[field]] for field, value in UNOPENED.items()}
    change = difference(before, after)
    taken_up = {field: [before[field], after[field]] for field in TAKEN_UP}
    return {**taken_up, **change} if change else {}


def put_back(case: Case, change: Change, user: User, alerts: Unsaid) -> None:
    """Make a case again what it was before an act. Raises Conflict when anything has happened to it since.

    What the act has told of it is withdrawn; where somebody waits again, what the act had withdrawn is sent after all.
    """
    if not stands(case, change, but=CLIMBS):
        raise Conflict(N_("This case has gone on since. Please look at it again."))
    if "state" in change:
        back(case.state, CaseState(change["state"][0]))
    told = change.keys() & {"state", "level"}
    if told:
        withdraw(_cause(case))
    revert(case, change)
    if case.ended and case.closed_at is None:
        case.closed_at = clock.now()
    note(case, CaseEvent.UNDONE, user_id=user.id, step=case.step)
    if told and not case.ended:
        say_again(alerts)


def _cause(case: Case) -> str:
    return f"case:{case.id}"
