"""What somebody may see of acts on many comments: how far each has come, and with what."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select

from service.accounts.models import User
from service.comments.models import Comment, Revision
from service.core import clock
from service.core.db import db
from service.core.errors import N_, NotFound
from service.moderation.bulk.models import UNDER_WAY, Bulk, BulkItem, BulkState, ItemState
from service.moderation.bulk.sparing import Spared

SHOWN = 20


@dataclass(frozen=True)
class Progress:
    """How many of the comments have come how far, and why how many were passed over."""

    bulk: Bulk
    waiting: int = 0
    done: int = 0
    undone: int = 0
    kept: int = 0
    spared: dict[Spared, int] = field(default_factory=dict)

    @property
    def passed_over(self) -> int:
        """How many were passed over, whyever."""
        return sum(self.spared.values())

    @property
    def total(self) -> int:
        """How many were chosen."""
        return self.waiting + self.done + self.undone + self.kept + self.passed_over

    @property
    def taken(self) -> int:
        """How many something was done with."""
        return self.done + self.undone + self.kept


@dataclass(frozen=True)
class Line:
    """One of the comments, to look at before or after."""

    item: BulkItem
    comment: Comment
    html: str


def bulk_for(user: User, bulk_id: int) -> Bulk:
    """Return one's own act on many comments, or one that a colleague has confirmed. Raises NotFound."""
    query = select(Bulk).where(Bulk.id == bulk_id, Bulk.site_id == user.site_id)
    if user.moderates:
        query = query.where(or_(Bulk.user_id == user.id, Bulk.state != BulkState.DRAFT))
    else:
        query = query.where(Bulk.user_id == user.id)
    bulk = db.session.scalar(query)
    if bulk is None:
        raise NotFound(N_("There is nothing like that here."))
    return bulk


def find_bulk(bulk_id: int) -> Bulk | None:
    """Return an act on many comments that somebody has just begun or undone."""
    return db.session.get(Bulk, bulk_id)


def progress_of(bulk: Bulk) -> Progress:
    """Return how far it has come."""
    return _counted([bulk])[0]


def under_way(user: User) -> list[Progress]:
    """Return what is being done with many comments now, as far as somebody may see it."""
    query = select(Bulk).where(Bulk.site_id == user.site_id, Bulk.state.in_(UNDER_WAY)).order_by(Bulk.id)
    if not user.moderates:
        query = query.where(Bulk.user_id == user.id)
    bulks = db.session.scalars(query).all()
    return _counted(bulks) if bulks else []


def due_bulks() -> Sequence[int]:
    """Return what is under way while nobody works on it."""
    query = select(Bulk.id).where(Bulk.state.in_(UNDER_WAY), Bulk.not_before <= clock.now())
    return db.session.scalars(query.order_by(Bulk.id)).all()


def lines_of(bulk: Bulk) -> list[Line]:
    """Return the first few comments of each kind: to be done, done, undone, and passed over for each reason."""
    kind = (BulkItem.state, BulkItem.spared)
    place = func.row_number().over(partition_by=kind, order_by=BulkItem.comment_id)
    ranked = select(BulkItem.comment_id, place.label("place")).where(BulkItem.bulk_id == bulk.id).subquery()
    query = (
        select(BulkItem, Comment, Revision.html)
        .join(ranked, ranked.c.comment_id == BulkItem.comment_id)
        .join(Comment, Comment.id == BulkItem.comment_id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .where(BulkItem.bulk_id == bulk.id, ranked.c.place <= SHOWN)
        .order_by(BulkItem.comment_id)
    )
    return [Line(*row) for row in db.session.execute(query)]


def _counted(bulks: Sequence[Bulk]) -> list[Progress]:
    query = (
        select(BulkItem.bulk_id, BulkItem.state, BulkItem.spared, func.count())
        .where(BulkItem.bulk_id.in_([bulk.id for bulk in bulks]))
        .group_by(BulkItem.bulk_id, BulkItem.state, BulkItem.spared)
    )
    rows = db.session.execute(query).all()
    return [_progress(bulk, [row[1:] for row in rows if row.bulk_id == bulk.id]) for bulk in bulks]


def _progress(bulk: Bulk, rows: Sequence[tuple[ItemState, Spared | None, int]]) -> Progress:
    numbers = {state: sum(number for found, _why, number in rows if found is state) for state in ItemState}
    spared = {why: number for state, why, number in rows if state is ItemState.SPARED and why is not None}
    return Progress(
        bulk=bulk,
        waiting=numbers[ItemState.WAITING],
        done=numbers[ItemState.DONE],
        undone=numbers[ItemState.UNDONE],
        kept=numbers[ItemState.KEPT],
        spared={why: spared[why] for why in Spared if why in spared},
    )
