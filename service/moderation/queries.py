"""The moderation queue: what waits for a person, in lanes, through the eyes of one member of staff."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy import case as sql_case

from service.accounts.models import User
from service.articles.models import Article
from service.care.models import Case
from service.care.queries import case_for
from service.care.transitions import CaseState
from service.comments.models import Comment, Revision, Screening
from service.core.db import db
from service.core.errors import N_, NotFound
from service.core.paging import Cursor
from service.moderation.models import Decision
from service.triage.models import Scan
from service.triage.queries import latest_scans

Rows = Select[*tuple[Any, ...]]

PAGE_SIZE = 50
WAITING = (CaseState.OPEN, CaseState.UNSEEN)
DECISIONS_SHOWN = 50


class Lane(enum.StrEnum):
    """The parts of the queue."""

    CARE = "care"
    HELD = "held"
    ALL = "all"


@dataclass(frozen=True)
class LaneTally:
    """How many wait in a lane, and since when the first of them."""

    lane: Lane
    number: int
    oldest: datetime | None


@dataclass(frozen=True)
class Card:
    """One line of the queue: a comment, why it is here, and who waits until when."""

    comment: Comment
    article: Article
    revision: Revision
    case: Case | None
    scan: Scan | None

    @property
    def unscanned(self) -> bool:
        """True when the machine could not read it."""
        return self.revision.screening is Screening.FAILED

    @property
    def waiting_since(self) -> datetime:
        """Since when somebody waits."""
        return self.case.waiting_since if self.case is not None else self.comment.created_at

    def due_at(self, held_minutes: int) -> datetime:
        """Return until when somebody should have acted; held comments have a time of their own."""
        if self.case is not None and self.case.state is CaseState.OPEN:
            return self.case.due_at
        return self.comment.created_at + timedelta(minutes=held_minutes)


def comment_for(user: User, comment_id: int) -> Comment:
    """Return a comment that this member of staff may see. Raises NotFound for any other."""
    query = select(Comment).join(Article, Article.id == Comment.article_id)
    comment = db.session.scalar(query.where(Comment.id == comment_id, may_see(user)))
    if comment is None:
        raise NotFound(N_("There is no such comment in your queue."))
    return comment


def case_for_staff(user: User, case_id: int) -> Case:
    """Return a case of a comment that this member of staff may see, locked for who changes it. Raises NotFound."""
    case = case_for(user.site_id, case_id, locked=True)
    comment_for(user, case.comment_id)
    return case


def tallies(user: User) -> list[LaneTally]:
    """Return number and oldest wait of each lane, as this person sees them."""
    return [_tally(user, lane) for lane in (Lane.CARE, Lane.HELD)]


def cards(user: User, lane: Lane, cursor: Cursor | None) -> tuple[list[Card], Cursor | None]:
    """Return one page of a lane and the cursor of the next one.

    Care: what could not be scanned first, then who waits for an answer, by turn; then answers in private that were not
    yet seen. Held: the oldest first. All: the newest first.
    """
    if lane is Lane.CARE:
        return _care_cards(user, cursor)
    query = _comments(user)
    if lane is Lane.HELD:
        query = query.where(Comment.held_at.is_not(None))
        query = _after(query, cursor, Comment.created_at, Comment.id, newest=False)
    else:
        query = _after(query, cursor, Comment.created_at, Comment.id, newest=True)
    rows = db.session.execute(query.limit(PAGE_SIZE + 1)).all()
    page = _dress([(row.Comment, row.Article, row.Revision, None) for row in rows[:PAGE_SIZE]])
    more = len(rows) > PAGE_SIZE
    return page, Cursor(page[-1].comment.created_at, page[-1].comment.id) if more else None


def card_of(comment: Comment) -> Card:
    """Return the card of one comment."""
    return _dress([(comment, comment.article, comment.latest, None)])[0]


def last_decision(comment: Comment) -> Decision | None:
    """Return what was last decided on a comment."""
    query = select(Decision).where(Decision.comment_id == comment.id).order_by(Decision.id.desc())
    return db.session.scalar(query.limit(1))


def decisions_on(comment: Comment) -> Sequence[Decision]:
    """Return everything that was decided on a comment, oldest first."""
    return db.session.scalars(select(Decision).where(Decision.comment_id == comment.id).order_by(Decision.id)).all()


def decision_log(user: User) -> Sequence[Decision]:
    """Return the newest decisions on comments that this person may see."""
    query = (
        select(Decision)
        .join(Comment, Comment.id == Decision.comment_id)
        .join(Article, Article.id == Comment.article_id)
        .where(may_see(user))
    )
    return db.session.scalars(query.order_by(Decision.id.desc()).limit(DECISIONS_SHOWN)).all()


def also_by(comment: Comment, limit: int = 10) -> Sequence[Comment]:
    """Return this commenter's other comments, newest first."""
    if comment.commenter_id is None:
        return []
    query = select(Comment).where(Comment.commenter_id == comment.commenter_id, Comment.id != comment.id)
    return db.session.scalars(query.order_by(Comment.id.desc()).limit(limit)).all()


def thread_before(comment: Comment) -> list[Comment]:
    """Return the comments above this one, the root first; at most the 50 that a path holds."""
    above: list[Comment] = []
    parent_id = comment.parent_id
    while parent_id is not None and len(above) < 50:
        parent = db.session.get_one(Comment, parent_id)
        above.append(parent)
        parent_id = parent.parent_id
    return above[::-1]


def answers_below(comment: Comment) -> Sequence[Comment]:
    """Return what was answered to this comment, oldest first."""
    return db.session.scalars(select(Comment).where(Comment.parent_id == comment.id).order_by(Comment.path)).all()


def may_see(user: User) -> ColumnElement[bool]:
    """Return the condition on Article under which its comments are theirs: moderators see all, authors their own."""
    mine = Article.site_id == user.site_id
    return mine if user.moderates else and_(mine, Article.author_id == user.id)


def _comments(user: User) -> Rows:
    return (
        select(Comment, Article, Revision)
        .join(Article, Article.id == Comment.article_id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .where(may_see(user))
    )


def _tally(user: User, lane: Lane) -> LaneTally:
    if lane is Lane.HELD:
        query = select(func.count(), func.min(Comment.created_at)).join(Article, Article.id == Comment.article_id)
        number, oldest = db.session.execute(query.where(may_see(user), Comment.held_at.is_not(None))).one()
        return LaneTally(lane, number, oldest)
    since = sql_case((Case.state == CaseState.OPEN, Case.waiting_since))
    query = select(func.count(), func.min(since)).join(Article, Article.id == Case.article_id)
    number, oldest = db.session.execute(query.where(may_see(user), Case.state.in_(WAITING))).one()
    unscanned, first = _unscanned_tally(user)
    waits = [moment for moment in (oldest, first) if moment is not None]
    return LaneTally(lane, number + unscanned, min(waits, default=None))


def _unscanned_tally(user: User) -> tuple[int, datetime | None]:
    query = select(func.count(), func.min(Comment.created_at)).select_from(_unscanned(user).subquery())
    found = _unscanned(user).subquery()
    query = select(func.count(), func.min(found.c.created_at)).select_from(found)
    number, first = db.session.execute(query).one()
    return number, first


def _unscanned(user: User) -> Rows:
    return (
        select(Comment.id, Comment.created_at)
        .join(Article, Article.id == Comment.article_id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .where(may_see(user), Comment.held_at.is_not(None), Revision.screening == Screening.FAILED)
    )


def _care_cards(user: User, cursor: Cursor | None) -> tuple[list[Card], Cursor | None]:
    query = (
        select(Comment, Article, Revision, Case)
        .join(Case, Case.comment_id == Comment.id)
        .join(Article, Article.id == Comment.article_id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .where(may_see(user), Case.state.in_(WAITING))
    )
    rank = sql_case((Case.state == CaseState.OPEN, 0), else_=1)
    if cursor is not None:
        query = query.where(
            or_(
                rank > cursor.rank,
                and_(rank == cursor.rank, Case.turn_at > cursor.moment),
                and_(rank == cursor.rank, Case.turn_at == cursor.moment, Case.id > cursor.number),
            )
        )
    query = query.order_by(rank, Case.turn_at, Case.id)
    rows = db.session.execute(query.limit(PAGE_SIZE + 1)).all()
    page = _dress([(row.Comment, row.Article, row.Revision, row.Case) for row in rows[:PAGE_SIZE]])
    first = _unscanned_cards(user) if cursor is None else []
    if len(rows) <= PAGE_SIZE:
        return first + page, None
    last = rows[PAGE_SIZE - 1].Case
    return first + page, Cursor(last.turn_at, last.id, int(last.state is not CaseState.OPEN))


def _unscanned_cards(user: User) -> list[Card]:
    ids = select(_unscanned(user).subquery().c.id)
    query = _comments(user).where(Comment.id.in_(ids)).order_by(Comment.created_at, Comment.id).limit(PAGE_SIZE)
    return _dress([(row.Comment, row.Article, row.Revision, None) for row in db.session.execute(query)])


def _after(query: Rows, cursor: Cursor | None, moment: Any, number: Any, *, newest: bool) -> Rows:
    if newest:
        past = or_(moment < cursor.moment, and_(moment == cursor.moment, number < cursor.number)) if cursor else true()
        return query.where(past).order_by(moment.desc(), number.desc())
    past = or_(moment > cursor.moment, and_(moment == cursor.moment, number > cursor.number)) if cursor else true()
    return query.where(past).order_by(moment, number)


def _dress(rows: Sequence[tuple[Comment, Article, Revision, Case | None]]) -> list[Card]:
    """Add scan and case to each row, with one query for each kind."""
    scans = latest_scans([comment.id for comment, *_ in rows])
    cases = _cases_of([comment for comment, *_ in rows])
    return [
        Card(
            comment,
            article,
            revision,
            case or cases.get((comment.commenter_id, comment.root_id)),
            scans.get(comment.id),
        )
        for comment, article, revision, case in rows
    ]


def _cases_of(comments: Sequence[Comment]) -> dict[tuple[int | None, int | None], Case]:
    roots = {comment.root_id for comment in comments}
    found = db.session.scalars(select(Case).where(Case.root_id.in_(roots)))
    return {(case.commenter_id, case.root_id): case for case in found}
