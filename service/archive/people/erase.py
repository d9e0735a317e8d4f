"""Erase a person: their words leave every page, and nothing leads to them any more; a line keeps the thread whole.

Where somebody of the staff still owes them an answer, the words of that conversation stay with staff until it is
closed; what closes it purges them, and the next night what is left.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select

from service.accounts.addresses import forget_address
from service.accounts.models import Commenter, Standing
from service.archive.people.export import reports_by
from service.archive.people.person import Person, comments_of, needed_by_staff
from service.archive.purge import purge_words
from service.care.actions import taken_back
from service.comments.actions import withdraw
from service.comments.hearts import Heart
from service.comments.models import Audience, Comment
from service.core import audit, clock
from service.core.db import db
from service.core.signing import Keys, new_token
from service.moderation.models import Note
from service.moderation.standings.models import StandingChange
from service.notifications.mailbox import forget_mail_to
from service.notifications.models import Notification

ERASED = "erased.txt"


def erase(person: Person, keys: Keys, data_dir: Path) -> int:
    """Erase a person, and return how many comments staff keep until they have answered; twice is the same as once.

    The caller commits, and then calls `remember`, so that a backup does not bring them back.
    """
    addresses = {
        keys.decrypt(each.email_encrypted)
        for each in (*person.commenters, *person.unproven)
        if each.email_encrypted is not None
    }
    comments = comments_of(person)
    kept = needed_by_staff(comments)
    for comment in comments:
        comment.wants_answers = False
        withdraw(comment)
        taken_back(comment)
    purge_words([comment.id for comment in comments if comment.id not in kept and comment.purged_at is None])
    _purge_messages([comment.id for comment in comments if comment.id not in kept])
    for report in reports_by(person, keys):
        report.words, report.reporter_key = "", new_token()
    for commenter in person.commenters:
        _forget(commenter, keep_notes=bool(kept))
    for commenter in person.unproven:
        forget_address(commenter)
    for address in addresses:
        forget_mail_to(data_dir, address)
    db.session.flush()
    return len(kept)


def note(person: Person, deed: audit.Deed) -> None:
    """Write into the log that somebody took, or erased, what is stored about a person; no address stands there."""
    for commenter in person.commenters:
        audit.note(person.site_id, None, deed, "person", commenter.id)


def remember(data_dir: Path, commenters: Sequence[Commenter]) -> None:
    """Note beside the database who was erased, by number and first day: a restored backup is gone through for them."""
    lines = [f"{commenter.id} {commenter.created_at.isoformat()}\n" for commenter in commenters]
    with (data_dir / ERASED).open("a") as file:
        file.writelines(lines)


def come_back(data_dir: Path) -> list[Commenter]:
    """Return those who were erased and are there again, because a backup was restored that is older than that."""
    path = data_dir / ERASED
    if not path.exists():
        return []
    known = dict(line.split(" ", 1) for line in path.read_text().splitlines() if " " in line)
    query = select(Commenter).where(Commenter.id.in_([int(number) for number in known]), Commenter.erased_at.is_(None))
    return [one for one in db.session.scalars(query) if one.created_at == datetime.fromisoformat(known[str(one.id)])]


def _forget(commenter: Commenter, *, keep_notes: bool) -> None:
    forget_address(commenter)
    commenter.cookie_hash = commenter.paused_until = None
    commenter.standing = commenter.after_pause = Standing.NEW
    commenter.mailbox_unsafe = False
    commenter.erased_at = clock.now()
    db.session.execute(delete(Heart).where(Heart.commenter_id == commenter.id))
    db.session.execute(delete(Notification).where(Notification.commenter_id == commenter.id))
    db.session.execute(delete(StandingChange).where(StandingChange.commenter_id == commenter.id))
    if not keep_notes:
        db.session.execute(delete(Note).where(Note.commenter_id == commenter.id))


def _purge_messages(comment_ids: Sequence[int]) -> None:
    """Delete what staff wrote for this person's eyes alone."""
    query = select(Comment.id).where(Comment.parent_id.in_(comment_ids), Comment.audience == Audience.WRITER)
    purge_words(db.session.scalars(query.where(Comment.purged_at.is_(None))).all())
