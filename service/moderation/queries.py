"""What staff can see of comments: their own, or all; what was decided; what stands around a comment."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from service.accounts.models import User
from service.articles.models import Article
from service.care.models import Case
from service.care.queries import case_for
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.core.errors import N_, NotFound
from service.moderation.models import BESIDE, Act, Decision
from service.triage.levels import Level
from service.triage.models import Scan

ARTICLES_OFFERED = 100


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


def articles_of(user: User, chosen: int | None = None) -> list[tuple[int, str]]:
    """Return id and title of the articles whose comments this person sees: the newest, and the chosen one."""
    query = (
        select(Article.id, Article.title).where(may_see(user)).order_by(Article.published_at.desc(), Article.id.desc())
    )
    found = [(row.id, row.title) for row in db.session.execute(query.limit(ARTICLES_OFFERED))]
    if chosen is not None and chosen not in dict(found):
        found += [(row.id, row.title) for row in db.session.execute(query.where(Article.id == chosen))]
    return found


def last_decision(comment: Comment) -> Decision | None:
    """Return what was last decided on a comment."""
    query = select(Decision).where(Decision.comment_id == comment.id).order_by(Decision.id.desc())
    return db.session.scalar(query.limit(1))


def last_change(comment: Comment) -> Decision | None:
    """Return the last decision that changed a comment or its page."""
    query = select(Decision).where(Decision.comment_id == comment.id, Decision.act.not_in(BESIDE))
    return db.session.scalar(query.order_by(Decision.id.desc()).limit(1))


def undoing_of(decision: Decision) -> Decision | None:
    """Return the decision that has undone this one."""
    return db.session.scalar(select(Decision).where(Decision.undoes_id == decision.id))


def standing(decision: type[Decision] = Decision) -> ColumnElement[bool]:
    """Tell, of each decision in a query, whether it stands: it is not undone, and undoes none itself.

    By the act, not by `undoes_id`: SQLite would take IS NULL for a look-up by the unique index, and read nearly every
    row; and of COALESCE, PostgreSQL believes that it is true of one row in two hundred.
    """
    undoing = aliased(Decision)
    return and_(~exists().where(undoing.undoes_id == decision.id), decision.act != Act.UNDO)


def decisions_on(comment: Comment) -> Sequence[Decision]:
    """Return everything that was decided on a comment, oldest first."""
    return db.session.scalars(select(Decision).where(Decision.comment_id == comment.id).order_by(Decision.id)).all()


def decision_of(answer: Comment) -> Decision:
    """Return the decision by which somebody answered."""
    return db.session.scalars(
        select(Decision).where(Decision.comment_id == answer.parent_id, Decision.answer_id == answer.id)
    ).one()


def heavy_today(user: User) -> int:
    """Return with how many comments that sounded like a crisis somebody has been in the last twelve hours.

    For their own eyes alone, to say that a pause is fine; never counted over people.
    """
    lately = clock.now() - timedelta(hours=12)
    query = (
        select(func.count(Decision.comment_id.distinct()))
        .join(Scan, Scan.comment_id == Decision.comment_id)
        .where(Decision.user_id == user.id, Decision.created_at > lately, Scan.level == Level.CRISIS)
    )
    return db.session.scalar(query) or 0


def may_see(user: User) -> ColumnElement[bool]:
    """Return the condition on Article under which its comments are theirs: moderators see all, authors their own."""
    mine = Article.site_id == user.site_id
    return mine if user.moderates else and_(mine, Article.author_id == user.id)
