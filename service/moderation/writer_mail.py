"""Mail to somebody about their own words: that staff ask for a small change of them, or have taken a detail out."""

from datetime import timedelta

from sqlalchemy import select

from service.care.letter_mail import mailbox_is_safe
from service.comments.models import Comment, Status
from service.config import current_settings
from service.core.db import db
from service.moderation.masking import mask_on
from service.moderation.models import Decision
from service.moderation.record import message_cause
from service.notifications.actions import notify_commenter
from service.notifications.models import Kind, Notification, NotificationState


def tell_writer(decision: Decision) -> None:
    """Have the writer mailed that their page has something to say, if they want mail and have confirmed their address.

    After the time in which staff can undo what they did: undoing it takes the mail back.
    """
    comment = decision.comment
    if comment.commenter_id is None or not _wants_mail(comment):
        return
    notify_commenter(
        comment.site_id,
        message_cause(decision),
        comment.commenter_id,
        kind=Kind.ABOUT_WORDS,
        path=f"/moderation/comments/{comment.id}",
        wait=timedelta(seconds=current_settings().undo_seconds),
        details={"comment": comment.id},
    )


def told_about(notification: Notification) -> Comment | None:
    """Return the comment that a mail is about, if its page still has something to say that no mail has led to since.

    None for a mailbox that others may read: the link leads to what was written.
    """
    comment = db.session.get(Comment, notification.details["comment"])
    if comment is None or comment.status in (Status.WITHDRAWN, Status.SPAM) or not _wants_mail(comment):
        return None
    has_something = comment.change_waits or mask_on(comment) is not None
    return comment if has_something and not _told_since(notification) and mailbox_is_safe(comment.commenter) else None


def _wants_mail(comment: Comment) -> bool:
    confirmed = comment.commenter is not None and comment.commenter.email_confirmed_at is not None
    return confirmed and comment.wants_answers


def _told_since(notification: Notification) -> bool:
    """True when another mail about the same comment has gone out after this one was written."""
    query = select(Notification.id).where(
        Notification.commenter_id == notification.commenter_id,
        Notification.kind == Kind.ABOUT_WORDS,
        Notification.path == notification.path,
        Notification.state == NotificationState.SENT,
        Notification.sent_at > notification.created_at,
    )
    return db.session.scalar(query.limit(1)) is not None
