"""The lanes of the queue: who stands in each, in which order, how many, and since when the first of them waits.

A lane is made of parts that follow one another, each read by an index of its own and never further than a page needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from service.accounts.models import User
from service.care.check_ins import is_due
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Comment, Revision, Screening, Status
from service.core import clock
from service.core.db import db
from service.core.paging import Cursor
from service.moderation.models import ENDING, Decision
from service.moderation.narrow import cases_in, comments_in, is_snoozed
from service.moderation.place import UNSCANNED, Lane, Place
from service.moderation.queries import standing
from service.moderation.reports.queries import reported

PAGE_SIZE = 30
COUNTED = 1000  # more than this is shown as "999+"
DONE_FOR = timedelta(days=30)
NEWEST_FIRST = frozenset({Lane.SPAM, Lane.ALL, Lane.DONE})


class Spot(NamedTuple):
    """Where one comment stands in a lane: the part of the lane, then a moment, then a number."""

    comment_id: int
    rank: int
    moment: datetime
    number: int

    @property
    def cursor(self) -> Cursor:
        """What stands for this spot in an address."""
        return Cursor(self.moment, self.number, self.rank)


@dataclass(frozen=True)
class Part:
    """A stretch of a lane: a query that selects Spots, and the columns of moment and number that order it."""

    rank: int
    query: Select[*tuple[Any, ...]]
    moment: Any
    number: Any


@dataclass(frozen=True)
class LaneTally:
    """How many are in a lane (None: not counted), and since when the first of them waits."""

    lane: Lane
    number: int | None
    oldest: datetime | None = None


def spots(user: User, place: Place, cursor: Cursor | None, *, limit: int = PAGE_SIZE + 1) -> Sequence[Spot]:
    """Return the spots of a lane after a cursor, in its order.

    Care: what could not be scanned first, then who waits for an answer, by turn; then who is to be looked after once
    more; then answers in private that were not yet seen. Held: the longest wait first. Spam and all: the newest first.
    Done: what was decided last is first.
    """
    return _read(parts_of(user, place), cursor, newest=place.lane in NEWEST_FIRST, limit=limit)


def spots_beside(user: User, place: Place, comment_id: int) -> tuple[int | None, int | None]:
    """Return the comments before and after one in a lane; what is not in the lane any more has none before it."""
    here = spot_of(user, place, comment_id)
    if here is None:
        first = spots(user, place, None, limit=1)
        return None, first[0].comment_id if first else None
    parts, newest = parts_of(user, place), place.lane in NEWEST_FIRST
    before = _read(parts, here.cursor, newest=not newest, limit=1, backwards=True)
    after = _read(parts, here.cursor, newest=newest, limit=1)
    return before[0].comment_id if before else None, after[0].comment_id if after else None


def spot_of(user: User, place: Place, comment_id: int) -> Spot | None:
    """Return where a comment stands in a lane; None when it is not in it."""
    found = _rows([part.query.where(_comment_of(part) == comment_id) for part in parts_of(user, place)], limit=1)
    return found[0] if found else None


def still_in(user: User, place: Place, comment_ids: Sequence[int]) -> set[int]:
    """Return which of these comments are in a lane now."""
    parts = parts_of(user, place)
    queries = [part.query.where(_comment_of(part).in_(comment_ids)) for part in parts]
    return {spot.comment_id for spot in _rows(queries, limit=len(comment_ids) * len(parts))}


def parts_of(user: User, place: Place) -> list[Part]:
    """Return the parts of a lane, in their order."""
    if place.lane is Lane.CARE:
        return _care(user, place)
    query = select(Comment.id, literal(0), Comment.created_at, Comment.id).where(*comments_in(user, place))
    if place.lane is Lane.HELD:
        held = query.with_only_columns(Comment.id, literal(0), Comment.held_at, Comment.id)
        held = held.where(Comment.held_at.is_not(None), ~is_snoozed(Comment.id))
        return [Part(0, held, Comment.held_at, Comment.id)]
    if place.lane is Lane.REPORTED:
        return [_reported(user, place)]
    if place.lane is Lane.SPAM:
        return [Part(0, query.where(Comment.status == Status.SPAM), Comment.created_at, Comment.id)]
    if place.lane is Lane.DONE:
        return [_done(user, place)]
    return [Part(0, query, Comment.created_at, Comment.id)]


def tallies(user: User) -> list[LaneTally]:
    """Return number and oldest wait of each lane, as this person sees them; counts end at COUNTED."""
    care = parts_of(user, Place(Lane.CARE))
    rest = (Lane.HELD, Lane.REPORTED, Lane.SPAM, Lane.DONE)
    held, told, spam, done = (parts_of(user, Place(lane))[0] for lane in rest)
    unread, opened, followed, unseen = care
    open_since = opened.query.with_only_columns(Case.waiting_since).order_by(Case.waiting_since).limit(1)
    found = db.session.execute(
        select(
            *(_count(part) for part in (unread, opened, followed, unseen, held, told, spam, done)),
            *(_first(unread), open_since.scalar_subquery(), _first(held), _first(told)),
        )
    ).one()
    numbers, firsts = found[:8], found[8:]
    waits = [moment for moment in firsts[:2] if moment is not None]
    return [
        LaneTally(Lane.CARE, sum(numbers[:4]), min(waits, default=None)),
        LaneTally(Lane.HELD, numbers[4], firsts[2]),
        LaneTally(Lane.REPORTED, numbers[5], firsts[3]),
        LaneTally(Lane.SPAM, numbers[6]),
        LaneTally(Lane.ALL, None),
        LaneTally(Lane.DONE, numbers[7]),
    ]


def _care(user: User, place: Place) -> list[Part]:
    unread = (
        select(Comment.id, literal(0), Revision.created_at, Revision.comment_id)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.id == Comment.latest_revision_id))
        .where(Revision.screening == Screening.FAILED, Comment.held_at.is_not(None), *comments_in(user, place))
    )
    parts = [Part(0, unread, Revision.created_at, Revision.comment_id)]
    if place.level == UNSCANNED:
        return parts
    conditions = [*cases_in(user, place), ~is_snoozed(Case.comment_id)]
    for rank, condition, moment in (
        (1, Case.state == CaseState.OPEN, Case.turn_at),
        (2, is_due(clock.now()), Case.follow_at),
        (3, Case.state == CaseState.UNSEEN, Case.turn_at),
    ):
        query = select(Case.comment_id, literal(rank), moment, Case.id).where(condition, *conditions)
        parts.append(Part(rank, query, moment, Case.id))
    return parts if not place.level else parts[1:]


def _reported(user: User, place: Place) -> Part:
    first = reported(user.site_id)
    comment_id, moment, number = first.selected_columns
    query = first.with_only_columns(comment_id, literal(0), moment, number).where(~is_snoozed(comment_id))
    if place.narrowed or not user.moderates:
        query = query.join(Comment, Comment.id == comment_id).where(*comments_in(user, place))
    return Part(0, query, moment, number)


def _done(user: User, place: Place) -> Part:
    """What was decided last on each comment, within the last 30 days."""
    later = aliased(Decision)
    again = select(later.id).where(
        later.comment_id == Decision.comment_id, later.id > Decision.id, later.act.in_(ENDING), standing(later)
    )
    query = select(Decision.comment_id, literal(0), Decision.created_at, Decision.id).where(
        Decision.site_id == user.site_id,
        Decision.created_at > clock.now() - DONE_FOR,
        Decision.act.in_(ENDING),
        standing(),
        ~again.exists(),
    )
    if place.narrowed or not user.moderates:
        query = query.join(Comment, Comment.id == Decision.comment_id).where(*comments_in(user, place))
    return Part(0, query, Decision.created_at, Decision.id)


def _read(
    parts: Sequence[Part], cursor: Cursor | None, *, newest: bool, limit: int, backwards: bool = False
) -> Sequence[Spot]:
    queries = []
    for part in parts:
        if cursor is not None and cursor.rank != part.rank:
            if (cursor.rank > part.rank) is not backwards:
                continue
            query = part.query
        else:
            query = part.query.where(_past(part, cursor, newest=newest)) if cursor is not None else part.query
        order = (part.moment.desc(), part.number.desc()) if newest else (part.moment, part.number)
        queries.append(query.order_by(*order).limit(limit))
    return _rows(queries, limit=limit, newest=newest, backwards=backwards)


def _rows(
    queries: Sequence[Select[*tuple[Any, ...]]], *, limit: int, newest: bool = False, backwards: bool = False
) -> Sequence[Spot]:
    if not queries:
        return []
    named = [_named(query) for query in queries]
    page = union_all(*(select(part) for part in named)).subquery("page") if len(named) > 1 else named[0]
    moment, number = (page.c.moment.desc(), page.c.number.desc()) if newest else (page.c.moment, page.c.number)
    rank = page.c.rank.desc() if backwards else page.c.rank
    rows = db.session.execute(select(page).order_by(rank, moment, number).limit(limit))
    return [Spot(*row) for row in rows]


def _named(query: Select[*tuple[Any, ...]]) -> Subquery:
    names = zip(("comment_id", "rank", "moment", "number"), query.selected_columns, strict=True)
    return query.with_only_columns(*(column.label(name) for name, column in names)).subquery()


def _past(part: Part, cursor: Cursor, *, newest: bool) -> ColumnElement[bool]:
    moment, number = part.moment, part.number
    if newest:
        past: ColumnElement[bool] = or_(moment < cursor.moment, and_(moment == cursor.moment, number < cursor.number))
        return and_(moment <= cursor.moment, past)
    past = or_(moment > cursor.moment, and_(moment == cursor.moment, number > cursor.number))
    return and_(moment >= cursor.moment, past)


def _comment_of(part: Part) -> Any:
    return next(iter(part.query.selected_columns))


def _count(part: Part) -> Any:
    """Count no further than COUNTED, in the lane's order: SQLite then reads by the index that serves it."""
    return (
        select(func.count())
        .select_from(
            part.query.with_only_columns(literal(1)).order_by(part.moment, part.number).limit(COUNTED).subquery()
        )
        .scalar_subquery()
    )


def _first(part: Part) -> Any:
    return part.query.with_only_columns(part.moment).order_by(part.moment, part.number).limit(1).scalar_subquery()
