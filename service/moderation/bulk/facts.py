"""What is known of many comments at once, by a number of statements that does not grow with them."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from service.accounts.models import Commenter, User
from service.articles.models import Article
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Audience, Comment, Revision, Screening
from service.core.db import db
from service.moderation.bulk.sparing import Facts
from service.moderation.queries import may_see
from service.triage.levels import Level
from service.triage.models import Scan

BATCH = 500  # ids in one statement


def facts_of(user: User, comment_ids: Sequence[int]) -> dict[int, Facts]:
    """Return what is known of each of these comments that somebody may see, by comment."""
    parts = [comment_ids[start : start + BATCH] for start in range(0, len(comment_ids), BATCH)]
    return {number: facts for ids in parts for number, facts in _facts(user, ids)}


def _facts(user: User, comment_ids: Sequence[int]) -> Iterator[tuple[int, Facts]]:
    newer = aliased(Scan)
    newest = select(func.max(newer.id)).where(newer.comment_id == Comment.id).scalar_subquery()
    query = (
        select(Comment, Revision.screening, Scan.level, Scan.harm)
        .join(Article, Article.id == Comment.article_id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .outerjoin(Scan, Scan.id == newest)
        .where(Comment.id.in_(comment_ids), may_see(user))
        .execution_options(populate_existing=True)
    )
    rows: Sequence[Any] = db.session.execute(query).all()
    waiting = _waiting(user.site_id, [row.Comment.commenter_id for row in rows])
    answering = _answering_in_danger(comment_ids)
    for comment, screening, level, harm in rows:
        known = comment.by_staff or comment.purged_at is not None
        yield (
            comment.id,
            Facts(
                status=comment.status,
                version=comment.version,
                level=level or Level.NONE,
                harm=bool(harm),
                unread=screening is not Screening.DONE or (level is None and not known),
                waits=comment.commenter_id in waiting,
                kept_back=comment.kept_back,
                note=comment.audience is not Audience.EVERYONE,
                in_danger=comment.id in answering,
                gone=comment.purged_at is not None,
            ),
        )


def _waiting(site_id: int, commenter_ids: Sequence[int]) -> set[int]:
    """Return which of these commenters wait for an answer, or have the confirmed address of somebody who does."""
    waiting = select(Case.commenter_id).where(Case.site_id == site_id, _is_open())
    known = Commenter.email_confirmed_at.is_not(None)
    addresses = select(Commenter.email_lookup).where(Commenter.id.in_(waiting), known)
    same = and_(Commenter.site_id == site_id, known, Commenter.email_lookup.in_(addresses))
    query = select(Commenter.id).where(Commenter.id.in_(commenter_ids), or_(Commenter.id.in_(waiting), same))
    return set(db.session.scalars(query))


def _answering_in_danger(comment_ids: Sequence[int]) -> set[int]:
    """Return which of these comments answer somebody else who has an open urgent or crisis case."""
    parent = aliased(Comment)
    query = (
        select(Comment.id)
        .join(parent, parent.id == Comment.parent_id)
        .join(Case, and_(Case.commenter_id == parent.commenter_id, Case.root_id == parent.root_id))
        .where(
            Comment.id.in_(comment_ids),
            _is_open(),
            Case.level_rank >= Level.URGENT.rank,
            or_(Comment.commenter_id.is_(None), Comment.commenter_id != parent.commenter_id),
        )
    )
    return set(db.session.scalars(query))


def _is_open() -> ColumnElement[bool]:
    return Case.state.in_((CaseState.OPEN, CaseState.UNSEEN))
