"""What has changed since a page of the queue was drawn: who came in, what others have done, who is on what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select

from service.accounts.models import User
from service.care.models import Case, CaseEventRow
from service.care.transitions import CaseEvent
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.moderation.models import Decision
from service.moderation.queue.cards import last_done
from service.moderation.queue.lanes import ANSWERED, Part, parts_of
from service.moderation.queue.narrow import eyes_of
from service.moderation.queue.place import Lane, Place
from service.moderation.queue.spots import spots_among
from service.moderation.queue.tallies import COUNTED

CAME_IN = (CaseEvent.OPENED, CaseEvent.REOPENED, CaseEvent.RAISED)


@dataclass(frozen=True)
class News:
    """How many came in; what has left the lane, each with what was decided last; and who has which card open."""

    came_in: int
    gone: dict[int, Decision | None]
    here: dict[int, int]


def news_of(user: User, place: Place, since: datetime, shown: Sequence[int]) -> News:
    """Return what has changed in a lane since a moment, and for the comments that are shown of it."""
    return News(_came_in(user, place, since), _gone(user, place, since, shown), _here(user, shown))


def _gone(user: User, place: Place, since: datetime, shown: Sequence[int]) -> dict[int, Decision | None]:
    """Return what nobody has to look at any more: it left the lane, or has an answer since that was not seen yet."""
    ranks = {spot.comment_id: spot.rank for spot in spots_among(user, place, shown)} if shown else {}
    away = [comment_id for comment_id in shown if ranks.get(comment_id, ANSWERED) == ANSWERED]
    done = last_done(away) if away else {}

    def answered(comment_id: int) -> bool:
        return comment_id in done and done[comment_id].created_at > since

    return {id_: done.get(id_) for id_ in away if id_ not in ranks or answered(id_)}


def _came_in(user: User, place: Place, since: datetime) -> int:
    if place.lane is Lane.DONE:
        return 0
    numbers = [_number(part, _since(place, part, since)) for part in parts_of(eyes_of(user), place) if part.rank < 2]
    return sum(db.session.execute(select(*numbers)).one())


def _since(place: Place, part: Part, since: datetime) -> ColumnElement[bool]:
    """Return the condition that something came into a part of a lane after a moment."""
    if place.lane is not Lane.CARE:
        return part.moment > since  # type: ignore[no-any-return]
    if part.rank == 0:
        return Comment.held_at > since
    events = select(CaseEventRow.case_id).where(CaseEventRow.created_at > since, CaseEventRow.event.in_(CAME_IN))
    return Case.id.in_(events)


def _number(part: Part, condition: ColumnElement[bool]) -> Any:
    found = part.query.with_only_columns(literal(1)).where(condition).limit(COUNTED)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def _here(user: User, shown: Sequence[int]) -> dict[int, int]:
    """Return who has the case of each of these comments open now."""
    query = select(Case.comment_id, Case.lease_user_id).where(
        Case.comment_id.in_(shown), Case.site_id == user.site_id, Case.lease_until > clock.now()
    )
    return {row.comment_id: row.lease_user_id for row in db.session.execute(query)}
