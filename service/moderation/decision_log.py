"""The list of what was decided, as one member of staff may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from service.accounts.models import User
from service.articles.models import Article
from service.comments.models import Comment
from service.core.db import db
from service.core.errors import N_, NotFound
from service.moderation.models import Act, Decision
from service.moderation.queries import may_see

PAGE_SIZE = 50


@dataclass(frozen=True)
class Log:
    """One page of decisions, newest first; which of them are undone, and where the next page begins."""

    decisions: Sequence[Decision]
    undone: dict[int, Decision]
    following: int | None


def decision_log(user: User, *, by: int | None = None, act: Act | None = None, before: int | None = None) -> Log:
    """Return the decisions on comments that this person may see: of one colleague, of one kind, or all."""
    query = _seen_by(user)
    if by is not None:
        query = query.where(Decision.user_id == by)
    if act is not None:
        query = query.where(Decision.act == act)
    if before is not None:
        query = query.where(Decision.id < before)
    rows = db.session.scalars(query.order_by(Decision.id.desc()).limit(PAGE_SIZE + 1)).all()
    page = rows[:PAGE_SIZE]
    return Log(page, undone_among(page), page[-1].id if len(rows) > PAGE_SIZE else None)


def undone_among(decisions: Sequence[Decision]) -> dict[int, Decision]:
    """Return, by the id of the decision that was undone, by which other one."""
    ids = [decision.id for decision in decisions]
    undoings = db.session.scalars(select(Decision).where(Decision.undoes_id.in_(ids)))
    return {undoing.undoes_id: undoing for undoing in undoings if undoing.undoes_id is not None}


def decision_for(user: User, decision_id: int) -> Decision:
    """Return a decision on a comment that this person may see. Raises NotFound."""
    decision = db.session.scalar(_seen_by(user).where(Decision.id == decision_id))
    if decision is None:
        raise NotFound(N_("There is no such decision here."))
    return decision


def _seen_by(user: User) -> Select[Decision]:
    joined = select(Decision).join(Comment, Comment.id == Decision.comment_id)
    return joined.join(Article, Article.id == Comment.article_id).where(may_see(user))
