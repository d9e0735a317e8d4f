"""Mail for those who want to know that somebody has answered them: written with the answer that they may read."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update

from service.accounts.queries import same_person
from service.comments.models import Audience, Comment, Status
from service.config import current_settings
from service.core.db import db
from service.notifications.actions import notify_commenter, put_off
from service.notifications.models import Kind, Notification
from service.notifications.withdrawal import withdraw, withdraw_from


def tell_of(answer: Comment) -> None:
    """Have the writer of the comment that this one answers mailed, if they want it and have confirmed their address.

    Once for each answer, however often it is held and approved; after the time in which staff can undo what they did.
    The mail about one in private leads to their own page, by a link that is made when it goes out.
    """
    asked = asked_for(answer)
    if asked is not None and asked.commenter_id is not None:
        private = answer.audience is Audience.WRITER
        notify_commenter(
            answer.site_id,
            _cause_of(answer),
            asked.commenter_id,
            kind=Kind.PRIVATE_ANSWER if private else Kind.ANSWER,
            path=f"/moderation/comments/{asked.id}" if private else f"/comments/{answer.id}",
            wait=timedelta(seconds=current_settings().undo_seconds),
            details={"answer": answer.id},
        )


def untell_of(answer: Comment) -> None:
    """Withdraw the mail about an answer that its reader can no longer see, or has seen, if it has not gone out."""
    withdraw(_cause_of(answer))


def put_off_mail(answers: Select[int] | Collection[int], until: datetime) -> None:
    """Have the mails about these answers that have not gone out yet go out at `until`."""
    put_off(Notification.details["answer"].as_integer().in_(answers), until)


def asked_for(answer: Comment) -> Comment | None:
    """Return the comment whose writer is to hear of this answer; None when nobody is.

    Not of one's own words, not of words that they may not read, not below a comment that is gone, and not of what an
    import brings.
    """
    parent = db.session.get(Comment, answer.parent_id) if answer.parent_id is not None else None
    if parent is None or answer.imported or not (parent.wants_answers and _may_be_told(answer, parent)):
        return None
    asker = parent.commenter
    if asker is None or asker.email_confirmed_at is None or answer.commenter_id in same_person(asker):
        return None
    return parent


def announced(notification: Notification) -> Comment | None:
    """Return the answer that a mail is about, if it is still to be told."""
    answer = db.session.get(Comment, notification.details["answer"])
    return answer if answer is not None and asked_for(answer) is not None else None


def want_answers(comment: Comment, wanted: bool) -> None:
    """Say whether the writer of a comment wants to hear of its answers from now on."""
    comment.wants_answers = wanted
    if not wanted:
        answers = select(Comment).where(Comment.parent_id == comment.id)
        for answer in db.session.scalars(answers):
            untell_of(answer)


def want_no_answers(commenter_id: int) -> None:
    """End all mail about answers to a commenter; twice is the same as once."""
    db.session.execute(update(Comment).where(Comment.commenter_id == commenter_id).values(wants_answers=False))
    for kind in (Kind.ANSWER, Kind.PRIVATE_ANSWER, Kind.LETTER, Kind.ABOUT_WORDS):
        withdraw_from(commenter_id, kind)


def _cause_of(answer: Comment) -> str:
    """Return the cause of the mail about an answer; those of one conversation begin alike."""
    return f"answers:{answer.root_id}:{answer.id}"


def _may_be_told(answer: Comment, parent: Comment) -> bool:
    """True while the one who asked can read this answer: on the page, or in private on their own."""
    if answer.audience is Audience.WRITER:
        return answer.status is Status.PUBLISHED and parent.status is not Status.SPAM
    return answer.shown and parent.shown
