"""Whose turn it is: the next one in a lane that no colleague is on, taken with a lease."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from service.accounts.models import User
from service.care.claims import take_lease
from service.care.models import Case
from service.care.transitions import CaseState
from service.core import clock
from service.core.db import db
from service.moderation.queue.place import Place
from service.moderation.queue.spots import PAGE_SIZE, Spot, spot_of, spots

MOST_PAGES = 10


def next_one(user: User, place: Place, after: int | None = None) -> int | None:
    """Return the next comment of a lane, after one of it or from its start, and take the lease of its case.

    Passes over whatever a colleague has open, and what a colleague has said to look after until it is overdue. Past the
    end of the lane it begins anew. None where nobody is left. The caller commits.
    """
    here = spot_of(user, place, after) if after is not None else None
    for page in _pages(user, place, here):
        cases = _open_cases(page)
        for spot in page:
            case = cases.get(spot.comment_id)
            if spot.comment_id != after and (case is None or _takes(user, case)):
                return spot.comment_id
    return None


def _pages(user: User, place: Place, here: Spot | None) -> Iterator[Sequence[Spot]]:
    for start in (here.cursor, None) if here is not None else (None,):
        cursor = start
        for _page in range(MOST_PAGES):
            page = spots(user, place, cursor, limit=PAGE_SIZE)
            yield page
            if len(page) < PAGE_SIZE:
                break
            cursor = page[-1].cursor


def _open_cases(page: Sequence[Spot]) -> dict[int, Case]:
    """Return the open case that rests on each of these comments."""
    ids = [spot.comment_id for spot in page]
    return {
        case.comment_id: case
        for case in db.session.scalars(select(Case).where(Case.comment_id.in_(ids), Case.state == CaseState.OPEN))
    }


def _takes(user: User, case: Case) -> bool:
    moment = clock.now()
    leased = case.lease_until is not None and case.lease_until > moment and case.lease_user_id != user.id
    has = case.owner_id or case.acknowledged_by
    if leased or (has not in (None, user.id) and case.due_at > moment):
        return False
    return take_lease(case, user).user_id == user.id
