"""What a member of staff has begun to write to somebody: kept on the server, for them alone, until it is sent."""

from datetime import timedelta

from sqlalchemy import delete, select

from service.accounts.models import User
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.core.text import COMMENT_LIMIT, HARD_LIMIT
from service.moderation.replies.models import ReplyDraft

KEPT = timedelta(days=30)


def draft_of(user: User, comment: Comment) -> ReplyDraft | None:
    """Return what this person has begun to answer to a comment."""
    return db.session.get(ReplyDraft, (user.id, comment.id))


def keep_draft(user: User, comment: Comment, body: str, audience: str = "") -> None:
    """Keep what was typed; an empty text forgets it, and so does one that has been sent already.

    The last can happen when a script saves and the person sends at the same moment. What is longer than a comment can
    be is kept all the same, up to what a form can carry.
    """
    if not body.strip() or _was_sent(user, comment, body):
        forget_draft(user, comment)
        return
    draft = draft_of(user, comment)
    if draft is None:
        draft = ReplyDraft(user_id=user.id, comment_id=comment.id)
        db.session.add(draft)
    draft.body, draft.audience, draft.updated_at = body[: 2 * HARD_LIMIT], audience, clock.now()
    db.session.flush()


def forget_draft(user: User, comment: Comment) -> None:
    """Forget what was begun."""
    db.session.execute(delete(ReplyDraft).where(ReplyDraft.user_id == user.id, ReplyDraft.comment_id == comment.id))


def forget_old_drafts() -> None:
    """Delete drafts that nobody has touched for a month. The caller commits."""
    db.session.execute(delete(ReplyDraft).where(ReplyDraft.updated_at < clock.now() - KEPT))


def _was_sent(user: User, comment: Comment, body: str) -> bool:
    query = select(Comment).where(Comment.parent_id == comment.id, Comment.user_id == user.id)
    last = db.session.scalar(query.order_by(Comment.id.desc()).limit(1))
    return last is not None and _plain(last.latest.source) == _plain(body)


def _plain(text: str) -> str:
    return " ".join(text.split())[:COMMENT_LIMIT]
