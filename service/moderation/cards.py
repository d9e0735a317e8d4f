"""Cards: a comment as one line of the queue, with why it is here, who waits until when, and what was done last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased, load_only

from service.accounts.models import User
from service.articles.models import Article
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Comment, Revision, Screening
from service.core.db import db
from service.core.paging import Cursor
from service.moderation.models import ENDING, Decision
from service.moderation.place import Lane, Place
from service.moderation.queries import standing
from service.moderation.spots import PAGE_SIZE, spots
from service.triage.models import Scan


@dataclass(frozen=True)
class Card:
    """One line of the queue."""

    comment: Comment
    article: Article
    revision: Revision
    case: Case | None
    scan: Scan | None
    done: Decision | None = None

    @property
    def unscanned(self) -> bool:
        """True when the machine could not read it."""
        return self.revision.screening is Screening.FAILED

    @property
    def waiting_since(self) -> datetime:
        """Since when somebody waits: new words from when they were written, what was public from when it was held."""
        if self.case is not None and self.case.state is CaseState.OPEN:
            return self.case.waiting_since
        if self.comment.held_at is None or self.comment.awaits_admission:
            return self.comment.written_at
        return self.comment.held_at

    def due_at(self, held_minutes: int) -> datetime:
        """Return until when somebody should have acted; held comments have a time of their own."""
        if self.case is not None and self.case.state is CaseState.OPEN:
            return self.case.due_at
        return self.waiting_since + timedelta(minutes=held_minutes)


def cards(user: User, place: Place, cursor: Cursor | None) -> tuple[list[Card], Cursor | None]:
    """Return one page of a lane and the cursor of the next one."""
    found = spots(user, place, cursor)
    page = found[:PAGE_SIZE]
    drawn = _dress([spot.comment_id for spot in page], with_done=place.lane is Lane.DONE)
    return drawn, page[-1].cursor if len(found) > PAGE_SIZE else None


def card_of(comment: Comment) -> Card:
    """Return the card of one comment."""
    return _dress([comment.id])[0]


def last_done(comment_ids: Sequence[int]) -> dict[int, Decision]:
    """Return what was decided last on each of these comments."""
    last = (
        select(func.max(Decision.id))
        .where(Decision.comment_id.in_(comment_ids), Decision.act.in_(ENDING), standing())
        .group_by(Decision.comment_id)
    )
    return {row.comment_id: row for row in db.session.scalars(select(Decision).where(Decision.id.in_(last)))}


def _dress(comment_ids: Sequence[int], *, with_done: bool = False) -> list[Card]:
    """Return the cards of these comments in this order, by one statement that reads no more than a card shows."""
    if not comment_ids:
        return []
    newer = aliased(Scan)
    newest = select(func.max(newer.id)).where(newer.comment_id == Comment.id).scalar_subquery()
    query = (
        select(Comment, Article, Revision, Case, Scan)
        .join(Article, Article.id == Comment.article_id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .outerjoin(Case, and_(Case.commenter_id == Comment.commenter_id, Case.root_id == Comment.root_id))
        .outerjoin(Scan, Scan.id == newest)
        .where(Comment.id.in_(comment_ids))
        .options(load_only(Article.title, Article.slug, Article.author_id, Article.site_id))
    )
    rows = {row.Comment.id: row for row in db.session.execute(query)}
    done = last_done(comment_ids) if with_done else {}
    return [
        Card(row.Comment, row.Article, row.Revision, row.Case, row.Scan, done.get(row.Comment.id))
        for row in (rows[comment_id] for comment_id in comment_ids)
    ]
