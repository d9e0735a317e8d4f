"""What somebody leaves behind when they go home: their cases, what they promised, what is not yet seen or sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from service.accounts.duty import is_away
from service.accounts.models import User
from service.accounts.queries import absences_in, shifts_of, staff
from service.articles.models import Article
from service.care.models import Case, CaseEventRow
from service.care.transitions import CaseEvent, CaseState
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.moderation.duty import duty_ahead
from service.moderation.models import Act, Decision, Note
from service.moderation.queries import may_see, standing
from service.moderation.replies.models import ReplyDraft

SHOWN = 100
NOTES_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Mine:
    """A case, with the comment that it rests on and its article."""

    case: Case
    comment: Comment
    article: Article


@dataclass(frozen=True)
class PutOff:
    """A comment that somebody has put off until later, and why."""

    comment: Comment
    article: Article
    decision: Decision


@dataclass(frozen=True)
class Next:
    """Who is on duty next, from when; `planned` is False where there is no rota, so that everybody counts."""

    users: Sequence[User]
    begins: datetime | None
    planned: bool


@dataclass(frozen=True)
class Left:
    """All that somebody leaves behind."""

    cases: Sequence[Mine]
    check_ins: Sequence[Mine]
    put_off: Sequence[PutOff]
    notes: Sequence[tuple[Note, int]]
    unseen: Sequence[Mine]
    drafts: Sequence[tuple[ReplyDraft, Comment, Article]]

    @property
    def empty(self) -> bool:
        """True when there is nothing to hand over, and nothing to remember."""
        return not (self.cases or self.check_ins or self.put_off or self.unseen or self.drafts)


def left_by(user: User) -> Left:
    """Return what somebody leaves behind, as far as they may see it, by a statement for each part."""
    answered = Case.state.in_((CaseState.ANSWERED, CaseState.UNSEEN))
    check_in = and_(answered, Case.check_in_on.is_not(None), or_(Case.answered_by == user.id, _planned_by(user)))
    unseen = and_(Case.state == CaseState.UNSEEN, Case.answered_by == user.id)
    return Left(
        cases=_cases(user, and_(Case.state == CaseState.OPEN, is_mine(user)), Case.turn_at),
        check_ins=_cases(user, check_in, Case.check_in_on),
        put_off=_put_off(user),
        notes=_notes(user),
        unseen=_cases(user, unseen, Case.answered_at),
        drafts=_drafts(user),
    )


def is_mine(user: User) -> ColumnElement[bool]:
    """Return the condition on Case that it is this person's: claimed, or said to be on it while nobody has it."""
    return or_(Case.owner_id == user.id, and_(Case.owner_id.is_(None), Case.acknowledged_by == user.id))


def next_on_duty(user: User) -> Next:
    """Return which colleagues are on duty next, within a day; nobody where nobody is."""
    planned = bool(shifts_of(user.site_id))
    known = {each.id: each for each in staff(user.site_id)}
    for stretch in duty_ahead(user.site_id):
        others = [known[id_] for id_ in stretch.users if id_ in known and id_ != user.id]
        if others:
            return Next(sorted(others, key=lambda each: each.name), stretch.begins, planned)
    return Next([], None, planned)


def colleagues_here(user: User) -> Sequence[User]:
    """Return the colleagues who are not away now, by name."""
    moment, absences = clock.now(), absences_in(user.site_id)
    return [each for each in staff(user.site_id) if each.id != user.id and not is_away(each.id, absences, moment)]


def _seen(user: User, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.join(Article, Article.id == Comment.article_id).where(may_see(user))


def _cases(user: User, condition: ColumnElement[bool], order: Any) -> list[Mine]:
    query = _seen(user, select(Case, Comment, Article).join(Comment, Comment.id == Case.comment_id))
    return [Mine(*row) for row in db.session.execute(query.where(condition).order_by(order, Case.id).limit(SHOWN))]


def _planned_by(user: User) -> ColumnElement[bool]:
    """Tell, of each Case in a query, whether it was this person who last set its check-in."""
    event = aliased(CaseEventRow)
    last = (
        select(func.max(event.id))
        .where(event.case_id == Case.id, event.event == CaseEvent.CHECK_IN_SET)
        .correlate(Case)
        .scalar_subquery()
    )
    by = select(CaseEventRow.id).where(CaseEventRow.id == last, CaseEventRow.user_id == user.id)
    return by.exists()


def _put_off(user: User) -> list[PutOff]:
    last = (
        select(func.max(Decision.id))
        .where(Decision.act == Act.SNOOZE, Decision.user_id == user.id, standing())
        .group_by(Decision.comment_id)
    )
    query = _seen(user, select(Comment, Article, Decision).join(Comment, Comment.id == Decision.comment_id))
    query = query.where(Decision.id.in_(last), Comment.snoozed_until > clock.now())
    return [PutOff(*row) for row in db.session.execute(query.order_by(Comment.snoozed_until).limit(SHOWN))]


def _notes(user: User) -> list[tuple[Note, int]]:
    """Return this person's notes of the last days, each with the comment beside which it was written."""
    moment = clock.now()
    written = (
        select(Note, Comment.id)
        .join(Decision, and_(Decision.act == Act.NOTE, Decision.user_id == Note.user_id))
        .join(Comment, Comment.id == Decision.comment_id)
    )
    query = _seen(user, written).where(
        Note.user_id == user.id,
        Note.created_at > moment - NOTES_BACK,
        Note.expires_at > moment,
        Decision.details["note"].as_integer() == Note.id,
    )
    return [(note, comment_id) for note, comment_id in db.session.execute(query.order_by(Note.id.desc()).limit(SHOWN))]


def _drafts(user: User) -> list[tuple[ReplyDraft, Comment, Article]]:
    joined = select(ReplyDraft, Comment, Article).join(Comment, Comment.id == ReplyDraft.comment_id)
    query = _seen(user, joined).where(ReplyDraft.user_id == user.id)
    rows = db.session.execute(query.order_by(ReplyDraft.updated_at.desc()).limit(SHOWN))
    return [(draft, comment, article) for draft, comment, article in rows]
