"""Where comments stand in a lane: one page after another, never further than a page needs, and what is beside one.

Statements are built once for each kind of place and kept: to build one takes longer than to run it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, Subquery, and_, bindparam, or_, select, union_all

from service.accounts.models import User
from service.core.db import UtcDateTime, db
from service.core.paging import Cursor
from service.moderation.queue.lanes import NEWEST_FIRST, Part, parts_of
from service.moderation.queue.narrow import kept_eyes, parameters
from service.moderation.queue.place import Place

PAGE_SIZE = 25


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


def spots(user: User, place: Place, cursor: Cursor | None, *, limit: int = PAGE_SIZE + 1) -> Sequence[Spot]:
    """Return the spots of a lane after a cursor, in its order."""
    return _read(user, place, cursor, limit)


def spots_beside(user: User, place: Place, comment_id: int) -> tuple[int | None, int | None]:
    """Return the comments before and after one in a lane; what is not in the lane any more has none before it."""
    here = spot_of(user, place, comment_id)
    if here is None:
        first = _read(user, place, None, 1)
        return None, first[0].comment_id if first else None
    before, after = (_read(user, place, here.cursor, 1, backwards=backwards) for backwards in (True, False))
    return before[0].comment_id if before else None, after[0].comment_id if after else None


def spot_of(user: User, place: Place, comment_id: int) -> Spot | None:
    """Return where a comment stands in a lane; None when it is not in it."""
    found = spots_among(user, place, [comment_id])
    return found[0] if found else None


def still_in(user: User, place: Place, comment_ids: Sequence[int]) -> set[int]:
    """Return which of these comments are in a lane now."""
    return {spot.comment_id for spot in spots_among(user, place, comment_ids)}


def spots_among(user: User, place: Place, comment_ids: Sequence[int]) -> Sequence[Spot]:
    """Return the spots of those of these comments that are in a lane now."""
    build = _among.__wrapped__ if place.words else _among
    wanted = {**parameters(user), "comment_ids": list(comment_ids)}
    return [Spot(*row) for row in db.session.execute(build(user.moderates, place), wanted)]


def _read(user: User, place: Place, cursor: Cursor | None, limit: int, *, backwards: bool = False) -> Sequence[Spot]:
    rank = cursor.rank if cursor is not None else None
    build = _after.__wrapped__ if place.words else _after  # nobody asks for the same words again and again
    statement = build(user.moderates, place, rank, limit, backwards)
    start = {"after_moment": cursor.moment, "after_number": cursor.number} if cursor is not None else {}
    return [Spot(*row) for row in db.session.execute(statement, {**parameters(user), **start})]


@lru_cache(maxsize=128)
def _after(moderates: bool, place: Place, rank: int | None, limit: int, backwards: bool) -> Select[Any]:
    """Return the statement of the spots after one in a part of a lane, or before it with the nearest first."""
    newest = (place.lane in NEWEST_FIRST) is not backwards
    queries = []
    for part in parts_of(kept_eyes(moderates), place):
        query = part.query
        if rank is not None and rank != part.rank and (rank > part.rank) is not backwards:
            continue
        if rank == part.rank:
            query = query.where(_past(part, newest=newest))
        order = (part.moment.desc(), part.number.desc()) if newest else (part.moment, part.number)
        queries.append(query.order_by(*order).limit(limit))
    page = _page_of(queries)
    moment, number = (page.c.moment.desc(), page.c.number.desc()) if newest else (page.c.moment, page.c.number)
    return select(page).order_by(page.c.rank.desc() if backwards else page.c.rank, moment, number).limit(limit)


@lru_cache(maxsize=64)
def _among(moderates: bool, place: Place) -> Select[Any]:
    """Return the statement of where some comments stand in a lane."""
    wanted: BindParameter[Any] = bindparam("comment_ids", expanding=True)
    parts = parts_of(kept_eyes(moderates), place)
    page = _page_of([part.query.where(part.comment_id.in_(wanted)) for part in parts])
    return select(page).order_by(page.c.rank)


def _past(part: Part, *, newest: bool) -> ColumnElement[bool]:
    """Past the cursor; the first condition says nothing new, but lets an index begin there."""
    moment, number = bindparam("after_moment", type_=UtcDateTime()), bindparam("after_number", type_=Integer())
    if newest:
        nearer = or_(part.moment < moment, and_(part.moment == moment, part.number < number))
        return and_(part.moment <= moment, nearer)
    return and_(part.moment >= moment, or_(part.moment > moment, and_(part.moment == moment, part.number > number)))


def _page_of(queries: Sequence[Select[*tuple[Any, ...]]]) -> Subquery:
    named = [_named(query) for query in queries]
    return union_all(*(select(part) for part in named)).subquery("page") if len(named) > 1 else named[0]


def _named(query: Select[*tuple[Any, ...]]) -> Subquery:
    names = zip(("comment_id", "rank", "moment", "number"), query.selected_columns, strict=True)
    return query.with_only_columns(*(column.label(name) for name, column in names)).subquery()
