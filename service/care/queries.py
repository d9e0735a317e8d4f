"""Who waits for an answer, and until when."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from service.care.models import Case, CaseEventRow
from service.care.transitions import CaseState, DueTimes
from service.comments.models import Comment, Status
from service.core.db import db
from service.site.models import Site
from service.triage.levels import Level


def case_of(comment: Comment) -> Case | None:
    """Return the case of this comment's writer in this conversation, open or closed."""
    if comment.commenter_id is None:
        return None
    return db.session.scalar(
        select(Case).where(Case.commenter_id == comment.commenter_id, Case.root_id == comment.root_id)
    )


def answers_open_case(comment: Comment) -> bool:
    """True when this comment answers somebody else who has an open urgent or crisis case."""
    parent = db.session.get(Comment, comment.parent_id) if comment.parent_id else None
    if parent is None or parent.commenter_id in (None, comment.commenter_id):
        return False
    case = case_of(parent)
    return case is not None and case.state is CaseState.OPEN and case.level_rank >= Level.URGENT.rank


def events_of(case: Case) -> Sequence[CaseEventRow]:
    """Return what has happened to a case, oldest first."""
    return db.session.scalars(
        select(CaseEventRow).where(CaseEventRow.case_id == case.id).order_by(CaseEventRow.id)
    ).all()


def withdrawn_in(case: Case) -> Sequence[Comment]:
    """Return what the person of this case has taken back in its conversation."""
    query = select(Comment).where(
        Comment.commenter_id == case.commenter_id,
        Comment.root_id == case.root_id,
        Comment.status == Status.WITHDRAWN,
    )
    return db.session.scalars(query).all()


def due_times(site_id: int) -> DueTimes:
    """Return how soon answers are due on this site."""
    site = db.session.get_one(Site, site_id)
    return DueTimes(
        support=timedelta(minutes=site.due_support_minutes),
        urgent=timedelta(minutes=site.due_urgent_minutes),
        crisis=timedelta(minutes=site.due_crisis_minutes),
    )
