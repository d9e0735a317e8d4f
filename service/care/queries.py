"""Who waits for an answer, and until when."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from service.care.ladder import WAITS, Step, Waits
from service.care.models import Case, CaseEventRow, LadderWait
from service.care.transitions import CaseEvent, CaseState, DueTimes
from service.comments.models import Comment, Status
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import N_, NotFound
from service.site.models import Site
from service.triage.levels import Level


def case_of(comment: Comment, *, locked: bool = False) -> Case | None:
    """Return the case of this comment's writer in this conversation, open or closed; `locked` for who changes it."""
    if comment.commenter_id is None:
        return None
    query = select(Case).where(Case.commenter_id == comment.commenter_id, Case.root_id == comment.root_id)
    if locked:
        query = query.with_for_update(**ONE_AT_A_TIME).execution_options(populate_existing=True)
    return db.session.scalar(query)


def case_for(site_id: int, case_id: int, *, locked: bool = False) -> Case:
    """Return a case of this site. Raises NotFound."""
    case = db.session.get(Case, case_id, with_for_update=ONE_AT_A_TIME if locked else None, populate_existing=locked)
    if case is None or case.site_id != site_id:
        raise NotFound(N_("There is no such case here."))
    return case


def answers_open_case(comment: Comment) -> bool:
    """True when this comment answers somebody else who has an open urgent or crisis case."""
    parent = db.session.get(Comment, comment.parent_id) if comment.parent_id else None
    if parent is None or parent.commenter_id in (None, comment.commenter_id):
        return False
    case = case_of(parent)
    return case is not None and not case.ended and case.level_rank >= Level.URGENT.rank


def waits_anywhere(commenter_ids: Sequence[int]) -> bool:
    """True when one of these commenters waits for an answer, in whichever conversation."""
    waiting = (Case.commenter_id.in_(commenter_ids), Case.state.in_((CaseState.OPEN, CaseState.UNSEEN)))
    return db.session.scalar(select(Case.id).where(*waiting).limit(1)) is not None


def events_of(case: Case) -> Sequence[CaseEventRow]:
    """Return what has happened to a case, oldest first."""
    return db.session.scalars(
        select(CaseEventRow).where(CaseEventRow.case_id == case.id).order_by(CaseEventRow.id)
    ).all()


def withdrawn_in(case: Case) -> Sequence[Comment]:
    """Return what the person of this case has taken back in its conversation, locked.

    Leaves out what another process is at work on: who locks a comment may wait for the case, which we have locked.
    """
    query = select(Comment).where(
        Comment.commenter_id == case.commenter_id,
        Comment.root_id == case.root_id,
        Comment.status == Status.WITHDRAWN,
    )
    return db.session.scalars(query.with_for_update(skip_locked=True, **ONE_AT_A_TIME)).all()


def due_times(site_id: int) -> DueTimes:
    """Return how soon answers are due on this site."""
    site = db.session.get_one(Site, site_id)
    return DueTimes(
        support=timedelta(minutes=site.due_support_minutes),
        urgent=timedelta(minutes=site.due_urgent_minutes),
        crisis=timedelta(minutes=site.due_crisis_minutes),
    )


def ladder_waits(site_id: int) -> Waits:
    """Return how long the ladder waits before each step at each level on this site."""
    rows = db.session.scalars(select(LadderWait).where(LadderWait.site_id == site_id))
    return {**WAITS, **{(row.level, Step(row.step)): timedelta(minutes=row.minutes) for row in rows}}


def unseen_answer_to(comment: Comment) -> Case | None:
    """Return the case whose private answer stands below this comment and was not yet seen by its writer."""
    query = (
        select(Case)
        .join(Comment, Comment.id == Case.answer_id)
        .where(Case.state == CaseState.UNSEEN, Case.commenter_id == comment.commenter_id)
    )
    return db.session.scalar(query.where(Comment.parent_id == comment.id))


def has_acknowledged(case: Case, user_id: int, opening: int, step: int) -> bool:
    """Tell whether this person has already said to be on a case, in answer to this step or a later one."""
    query = select(CaseEventRow.id).where(
        CaseEventRow.case_id == case.id,
        CaseEventRow.event == CaseEvent.ACKNOWLEDGED,
        CaseEventRow.user_id == user_id,
        CaseEventRow.opening == opening,
        CaseEventRow.step >= step,
    )
    return db.session.scalar(query.limit(1)) is not None
