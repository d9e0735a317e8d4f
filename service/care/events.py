"""One row for each thing that happens to a case."""

from service.care.models import Case, CaseEventRow
from service.care.transitions import CaseEvent
from service.core.db import db


def note(
    case: Case,
    event: CaseEvent,
    *,
    comment_id: int | None = None,
    user_id: int | None = None,
    reason: str = "",
    step: int = 0,
    quiet: bool = False,
) -> None:
    """Write down what has just happened to a case; level, opening and due time are those that it has now.

    `quiet`: it came in without anybody being told, so no wait is counted from here.
    """
    db.session.add(
        CaseEventRow(
            case_id=case.id,
            event=event,
            level=case.level,
            comment_id=comment_id,
            user_id=user_id,
            reason=reason,
            opening=case.opening,
            step=step,
            waiting_since=None if quiet else case.waiting_since,
            due_at=None if quiet else case.due_at,
        )
    )
