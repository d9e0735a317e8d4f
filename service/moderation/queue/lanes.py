"""The lanes of the queue: who stands in each, in parts that follow one another, each read by an index of its own."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, literal, select
from sqlalchemy.orm import aliased

from service.care.check_ins import is_due
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Comment, Revision, Screening, Status
from service.moderation.models import ENDING, Decision
from service.moderation.queries import standing
from service.moderation.queue.narrow import Eyes, cases_in, comments_in, is_snoozed
from service.moderation.queue.place import UNSCANNED, Lane, Place
from service.moderation.reports.queries import reported

MOST_UNREAD = 1000
WAITING = 1  # the part of Care that waits for an answer
ANSWERED = 3  # the last part of Care: who has an answer in private that they have not seen yet
NEWEST_FIRST = frozenset({Lane.SPAM, Lane.ALL, Lane.DONE})


@dataclass(frozen=True)
class Part:
    """A stretch of a lane: a query of comment, rank, moment and number, and the columns of the last two: its order.

    `indexed` is false where a database has to sort before it has that order.
    """

    rank: int
    query: Select[*tuple[Any, ...]]
    moment: Any
    number: Any
    indexed: bool = True

    @property
    def comment_id(self) -> Any:
        """The column that names the comment."""
        return next(iter(self.query.selected_columns))


def parts_of(eyes: Eyes, place: Place) -> list[Part]:
    """Return the parts of a lane, in their order.

    Care: what could not be scanned first, then who waits for an answer, by turn; then who is to be looked after once
    more; then answers in private that were not yet seen. Held and reported: the longest wait first. Spam and all: the
    newest first. Done: what was decided last is first.
    """
    if place.lane is Lane.CARE:
        return _care(eyes, place)
    if place.lane is Lane.REPORTED:
        return [_reported(eyes, place)]
    if place.lane is Lane.DONE:
        return [_done(eyes, place)]
    moment = Comment.held_at if place.lane is Lane.HELD else Comment.created_at
    query = select(Comment.id, literal(0), moment, Comment.id).where(*comments_in(eyes, place))
    if place.lane is Lane.HELD:
        query = query.where(Comment.held_at.is_not(None), ~is_snoozed(eyes, Comment.id))
    if place.lane is Lane.SPAM:
        query = query.where(Comment.status == Status.SPAM)
    return [Part(0, query, moment, Comment.id)]


def _care(eyes: Eyes, place: Place) -> list[Part]:
    unread = _unread(eyes, place)
    if place.level == UNSCANNED:
        return [unread]
    twice = unread.query.with_only_columns(Comment.id).order_by(unread.moment, unread.number).limit(MOST_UNREAD)
    conditions = cases_in(eyes, place)
    # Only waiting is put off: a check-in that is due shows whatever was put off before.
    waits = and_(Case.state == CaseState.OPEN, Case.comment_id.not_in(twice), ~is_snoozed(eyes, Case.comment_id))
    parts = [] if place.level else [unread]
    for rank, condition, moment in (
        (WAITING, waits, Case.turn_at),
        (2, is_due(eyes.now), Case.follow_at),
        (ANSWERED, Case.state == CaseState.UNSEEN, Case.turn_at),
    ):
        query = select(Case.comment_id, literal(rank), moment, Case.id).where(condition, *conditions)
        parts.append(Part(rank, query, moment, Case.id, indexed=rank != WAITING))
    return parts


def _unread(eyes: Eyes, place: Place) -> Part:
    query = (
        select(Comment.id, literal(0), Revision.created_at, Revision.comment_id)
        .join(Revision, and_(Revision.comment_id == Comment.id, Revision.id == Comment.latest_revision_id))
        .where(Revision.screening == Screening.FAILED, Comment.held_at.is_not(None), *comments_in(eyes, place))
    )
    return Part(0, query, Revision.created_at, Revision.comment_id)


def _reported(eyes: Eyes, place: Place) -> Part:
    first = reported(eyes.site_id)
    comment_id, moment, number = first.selected_columns
    query = first.with_only_columns(comment_id, literal(0), moment, number).where(~is_snoozed(eyes, comment_id))
    if place.narrowed or not eyes.moderates:
        query = query.join(Comment, Comment.id == comment_id).where(*comments_in(eyes, place))
    return Part(0, query, moment, number)


def _done(eyes: Eyes, place: Place) -> Part:
    """What was decided last on each comment, not too long ago."""
    later = aliased(Decision)
    again = select(later.id).where(
        later.comment_id == Decision.comment_id, later.id > Decision.id, later.act.in_(ENDING), standing(later)
    )
    query = select(Decision.comment_id, literal(0), Decision.created_at, Decision.id).where(
        Decision.site_id == eyes.site_id,
        Decision.created_at > eyes.lately,
        Decision.act.in_(ENDING),
        standing(),
        ~again.exists(),
    )
    if place.narrowed or not eyes.moderates:
        query = query.join(Comment, Comment.id == Decision.comment_id).where(*comments_in(eyes, place))
    return Part(0, query, Decision.created_at, Decision.id, indexed=False)
