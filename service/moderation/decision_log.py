"""The list of what was decided, as one member of staff may see it; an act on many comments is one line of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from service.accounts.models import User
from service.articles.models import Article
from service.comments.models import Comment
from service.core.db import db
from service.core.errors import N_, NotFound
from service.moderation.bulk.models import Bulk
from service.moderation.models import Act, Decision
from service.moderation.queries import may_see

PAGE_SIZE = 50
MEMBERS_SHOWN = 20


@dataclass(frozen=True)
class Group:
    """What stands behind one line: the act on many, how many of its comments somebody may see, and the first few."""

    bulk: Bulk
    number: int
    members: Sequence[Decision]


@dataclass(frozen=True)
class Log:
    """One page of decisions, newest first; which of them are undone, and where the next page begins.

    `groups` are those of its lines that stand for an act on many comments, by the id of the decision.
    """

    decisions: Sequence[Decision]
    undone: dict[int, Decision]
    following: int | None
    groups: dict[int, Group] = field(default_factory=dict)


def decision_log(user: User, *, by: int | None = None, act: Act | None = None, before: int | None = None) -> Log:
    """Return the decisions on comments that this person may see: of one colleague, of one kind, or all."""
    query = _seen_by(user).where(_leads(user))
    if by is not None:
        query = query.where(Decision.user_id == by)
    if act is not None:
        query = query.where(Decision.act == act)
    if before is not None:
        query = query.where(Decision.id < before)
    rows = db.session.scalars(query.order_by(Decision.id.desc()).limit(PAGE_SIZE + 1)).all()
    page = rows[:PAGE_SIZE]
    return Log(page, undone_among(page), page[-1].id if len(rows) > PAGE_SIZE else None, _groups(user, page))


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


def _leads(user: User) -> ColumnElement[bool]:
    """Tell, of each decision, whether it stands by itself or is the last of its act on many that somebody may see."""
    later = aliased(Decision)
    follows = select(later.id).where(
        later.bulk_id == Decision.bulk_id, later.act == Decision.act, later.id > Decision.id
    )
    if not user.moderates:
        theirs = select(Comment.id).join(Article, Article.id == Comment.article_id).where(may_see(user))
        follows = follows.where(later.comment_id.in_(theirs.correlate(None)))
    return or_(Decision.bulk_id.is_(None), ~follows.exists())


def _groups(user: User, leading: Sequence[Decision]) -> dict[int, Group]:
    """Return what stands behind each of these decisions that leads an act on many."""
    leads = {(decision.bulk_id, decision.act): decision for decision in leading if decision.bulk_id is not None}
    if not leads:
        return {}
    kind = (Decision.bulk_id, Decision.act)
    ranked = _seen_by(user).where(Decision.bulk_id.in_([bulk_id for bulk_id, _act in leads]))
    place = func.row_number().over(partition_by=kind, order_by=Decision.id)
    number = func.count().over(partition_by=kind)
    counted = ranked.with_only_columns(Decision.id, place.label("place"), number.label("number")).subquery()
    query = select(Decision, counted.c.number).join(counted, and_(counted.c.id == Decision.id))
    rows = db.session.execute(query.where(counted.c.place <= MEMBERS_SHOWN).order_by(Decision.id)).all()
    bulks = {bulk.id: bulk for bulk in db.session.scalars(select(Bulk).where(Bulk.id.in_([key[0] for key in leads])))}
    return {
        lead.id: _group(bulks[key[0]], [row for row in rows if (row.Decision.bulk_id, row.Decision.act) == key])
        for key, lead in leads.items()
        if key[0] is not None
    }


def _group(bulk: Bulk, rows: Sequence[tuple[Decision, int]]) -> Group:
    return Group(bulk, rows[0][1], [decision for decision, _number in rows])
