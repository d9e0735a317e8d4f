"""The letter by mail: written once for each opening of a case, to who asked for mail and has confirmed their address.

Who else may read that mailbox decides what is not sent: where somebody has written that they, or a child, are being
hurt, whoever hurts them may read it.
"""

from collections.abc import Set

from sqlalchemy import select

from service.accounts.models import Commenter
from service.accounts.queries import same_person
from service.care.letters import UNSAFE_BY_MAIL, Letter, letter_for
from service.care.models import Case
from service.care.queries import case_of
from service.care.transitions import CaseState
from service.comments.models import Comment, Status
from service.core.db import db
from service.notifications.actions import notify_commenter
from service.notifications.models import Kind, Notification
from service.triage.queries import latest_scan


def mail_letter(comment: Comment) -> None:
    """Have the writer of a comment that has just been screened mailed what their own page tells them.

    Once for each opening of their case, and only while it is open. Nothing for words from elsewhere, for spam, and for
    what was taken back.
    """
    case = case_of(comment)
    if case is None or case.state is not CaseState.OPEN or _letter_to(comment) is None:
        return
    notify_commenter(
        comment.site_id,
        f"letter:{case.id}:{case.opening}",
        case.commenter_id,
        kind=Kind.LETTER,
        path=f"/moderation/comments/{comment.id}",
        details={"comment": comment.id, "case": case.id, "opening": case.opening},
    )


def mail_letters(commenter: Commenter) -> None:
    """Have somebody who has just confirmed their address mailed what could not be sent before."""
    waiting = select(Comment).join(Case, Case.comment_id == Comment.id).where(Case.commenter_id == commenter.id)
    for comment in db.session.scalars(waiting.where(Case.state == CaseState.OPEN).order_by(Case.id)).all():
        mail_letter(comment)


def letter_of(notification: Notification) -> Letter | None:
    """Return the letter that a mail brings; None when it has nothing to say any more."""
    details = notification.details
    comment, case = db.session.get(Comment, details["comment"]), db.session.get(Case, details["case"])
    if comment is None or case is None or case.state is not CaseState.OPEN or case.opening != details["opening"]:
        return None
    return _letter_to(comment)


def mailbox_is_safe(commenter: Commenter | None) -> bool:
    """False where this person has written anywhere that they, or a child, are being hurt, or so it reads."""
    unsafe = select(Commenter.id).where(Commenter.mailbox_unsafe)
    return commenter is not None and db.session.scalar(unsafe.where(Commenter.id.in_(same_person(commenter)))) is None


def mind_mailbox(comment: Comment, families: Set[str]) -> None:
    """Remember of whoever wrote of being hurt that others may read their mail; it outlasts the words themselves."""
    if comment.commenter is not None and families & UNSAFE_BY_MAIL:
        comment.commenter.mailbox_unsafe = True


def _letter_to(comment: Comment) -> Letter | None:
    """Return the letter that may go to the mailbox of a comment's writer; None where there is none, or none may."""
    commenter = comment.commenter
    gone = comment.status in (Status.WITHDRAWN, Status.SPAM) or comment.imported
    if gone or commenter is None or commenter.email_confirmed_at is None or not comment.wants_answers:
        return None
    scan = latest_scan(comment.id)
    letter = letter_for(scan.level, scan.grave_families) if scan is not None else None
    return letter if mailbox_is_safe(commenter) else None
