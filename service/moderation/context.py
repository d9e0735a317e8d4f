"""What stands around a comment on its page: the conversation, what else this person wrote, how the machine read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from service.accounts.models import User
from service.accounts.queries import same_person
from service.articles.models import Article
from service.comments.models import Comment
from service.comments.path import SEGMENT
from service.core.db import db
from service.moderation.masking import own_words
from service.moderation.queries import may_see
from service.triage.levels import Level
from service.triage.models import Scan
from service.triage.queries import latest_scans

ANSWERS_SHOWN = 30
OTHERS_SHOWN = 10


@dataclass(frozen=True)
class Context:
    """The comments above, the root first; answers and other comments; every scan, the newest first."""

    above: Sequence[Comment]
    answers: Sequence[Comment]
    others: Sequence[Comment]
    read_as: dict[int, Level]
    scans: Sequence[Scan]
    scan: Scan | None


def context_of(user: User, comment: Comment) -> Context:
    """Return what stands around a comment, by as many statements however much that is."""
    others = also_by(user, comment)
    scans = db.session.scalars(select(Scan).where(Scan.comment_id == comment.id).order_by(Scan.id.desc())).all()
    current = scans[0] if scans and scans[0].revision_id == own_words(comment).id else None
    read_as = {id_: scan.level for id_, scan in latest_scans([other.id for other in others]).items()}
    return Context(_above(comment), answers_below(comment), others, read_as, scans, current)


def _above(comment: Comment) -> Sequence[Comment]:
    """Return those whose paths begin this one's; beyond the deepest indent the parent stands beside it."""
    if comment.parent_id is None:
        return []
    paths = [comment.path[:end] for end in range(SEGMENT, len(comment.path), SEGMENT)]
    wanted = or_(Comment.path.in_(paths), Comment.id == comment.parent_id)
    query = select(Comment).where(Comment.root_id == comment.root_id, wanted, Comment.id != comment.id)
    return db.session.scalars(query.options(joinedload(Comment.latest)).order_by(Comment.path)).all()


def answers_below(comment: Comment) -> Sequence[Comment]:
    """Return what was answered to a comment, oldest first: as many as are shown, and one more."""
    here = Comment.root_id == comment.root_id  # by the index of the thread: most comments have the same parent, none
    query = select(Comment).where(here, Comment.parent_id == comment.id).options(joinedload(Comment.latest))
    return db.session.scalars(query.order_by(Comment.path).limit(ANSWERS_SHOWN + 1)).all()


def also_by(user: User, comment: Comment) -> Sequence[Comment]:
    """Return this person's other comments that a member of staff may see, newest first.

    Those under the same confirmed address are among them.
    """
    if comment.commenter is None:
        return []
    theirs = Comment.commenter_id.in_(same_person(comment.commenter))
    query = select(Comment).join(Article, Article.id == Comment.article_id)
    query = query.where(theirs, Comment.id != comment.id, may_see(user))
    newest = query.options(joinedload(Comment.latest)).order_by(Comment.id.desc())
    return db.session.scalars(newest.limit(OTHERS_SHOWN + 1)).all()
