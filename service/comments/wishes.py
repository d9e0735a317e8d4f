"""Whether a comment is shown that somebody who is unsafe for its writer may read: the writer is asked, and decides.

Nothing shows a comment against its writer's "no", and nothing before they have answered unless staff have said, in a
step of its own and with a reason, that they go on without an answer.
"""

from collections.abc import Sequence

from sqlalchemy import select

from service.accounts.models import User
from service.comments.models import Comment, Wish, WishRow
from service.core.db import db
from service.core.errors import N_, Conflict, Invalid
from service.core.reasons import checked_reason

SAID_BY_WRITER = (Wish.SHOW, Wish.KEEP, Wish.OPEN)  # yes, no, later


def ask_wish(comment: Comment) -> None:
    """Ask its writer whether the latest words may be shown; a "no" that they have said before still counts."""
    if comment.wish not in (Wish.OPEN, Wish.KEEP):
        _note(comment, Wish.OPEN)


def drop_question(comment: Comment) -> None:
    """Ask no longer, because the latest words endanger nobody; a "no" still counts."""
    if comment.wish in (Wish.OPEN, Wish.SHOW, Wish.WAIVED):
        _note(comment, Wish.NOT_ASKED)


def tell_wish(comment: Comment, wish: str) -> None:
    """Say as its writer whether the comment is shown: yes, no, or later; the same again is nothing.

    Raises Invalid for anything else, Conflict when it is shown or decided by now.
    """
    if wish not in SAID_BY_WRITER:
        raise Invalid(N_("Please choose whether your comment is shown."), field="wish")
    if not comment.awaits_wish:
        raise Conflict(N_("This has been decided meanwhile. You can still take your comment back."))
    if comment.wish != wish:
        _note(comment, Wish(wish))


def waive_wish(comment: Comment, user: User, reason: str) -> None:
    """Go on without the writer's answer, as staff.

    Raises Invalid without a reason, Conflict when the writer has answered.
    """
    asked = N_("Please say in a few words why it can be shown without an answer.")
    reason = checked_reason(reason, field="why_waived", asked=asked)
    if comment.wish is not Wish.OPEN:
        check_wish(comment)
        raise Conflict(N_("Nobody waits for the writer’s answer here."))
    _note(comment, Wish.WAIVED, user=user, reason=reason)


def check_wish(comment: Comment) -> None:
    """Raise Conflict where the comment must not be shown: its writer said so, or was asked and has not answered."""
    if not comment.kept_back:
        return
    if comment.wish is Wish.KEEP:
        raise Conflict(N_("The person who wrote this does not want it shown. You can answer them in private."))
    raise Conflict(N_("The person who wrote this was asked whether it may be shown, and has not answered yet."))


def wishes_on(comment: Comment) -> Sequence[WishRow]:
    """Return what was asked and said, oldest first."""
    return db.session.scalars(select(WishRow).where(WishRow.comment_id == comment.id).order_by(WishRow.id)).all()


def said_since(comment: Comment, version: int) -> bool:
    """True when its writer has said something of it since this version."""
    query = select(WishRow.id).where(WishRow.comment_id == comment.id, WishRow.comment_version > version)
    return db.session.scalar(query.where(WishRow.wish.in_(SAID_BY_WRITER)).limit(1)) is not None


def _note(comment: Comment, wish: Wish, *, user: User | None = None, reason: str = "") -> None:
    comment.wish = wish
    comment.version += 1
    user_id = user.id if user is not None else None
    row = WishRow(comment_id=comment.id, comment_version=comment.version, wish=wish, user_id=user_id, reason=reason)
    db.session.add(row)
