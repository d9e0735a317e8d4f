"""Notes of staff for staff, about a comment or the person who wrote it; each goes away on its date."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, or_, select

from service.accounts.models import User
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.core.errors import N_, Conflict, Invalid
from service.core.text import clean_source
from service.moderation.models import Act, Decision, Note
from service.moderation.record import begin, write

TEXT_LIMIT = 1_000
KEPT_DAYS = (30, 90, 365)
USUAL_DAYS = 90


def add_note(
    user: User, comment: Comment, text: str, *, about_person: bool = False, days: int = USUAL_DAYS
) -> Decision:
    """Write a note that is shown beside a comment, or beside everything that its writer has written, for some days.

    The same note of the same person twice is one. Raises Invalid for an empty or endless text and for other days,
    Conflict for a person of whom nothing is known.
    """
    before = begin(comment)
    text = clean_source(text, limit=TEXT_LIMIT)
    if days not in KEPT_DAYS:
        raise Invalid(N_("Please choose how long the note is kept."), field="days")
    if about_person and comment.commenter_id is None:
        raise Conflict(N_("Nothing is known of the person who wrote this."))
    same = next((note for note in notes_on(comment) if note.user_id == user.id and note.text == text), None)
    if same is not None and (known := _decision_of(comment, same)) is not None:
        return known
    note = Note(
        site_id=comment.site_id,
        comment_id=None if about_person else comment.id,
        commenter_id=comment.commenter_id if about_person else None,
        user_id=user.id,
        text=text,
        expires_at=clock.now() + timedelta(days=days),
    )
    db.session.add(note)
    db.session.flush()
    return write(before, user, Act.NOTE, details={"note": note.id})


def notes_on(comment: Comment) -> Sequence[Note]:
    """Return the notes about a comment and about the person who wrote it, oldest first."""
    about = [Note.comment_id == comment.id]
    if comment.commenter_id is not None:
        about.append(Note.commenter_id == comment.commenter_id)
    query = select(Note).where(or_(*about), Note.expires_at > clock.now())
    return db.session.scalars(query.order_by(Note.id)).all()


def end_note(note_id: int) -> None:
    """Let a note go away now; twice is the same as once."""
    note = db.session.get(Note, note_id)
    if note is not None:
        note.expires_at = min(note.expires_at, clock.now())


def forget_expired_notes() -> None:
    """Delete the notes whose date has come. The caller commits."""
    db.session.execute(delete(Note).where(Note.expires_at <= clock.now()))


def _decision_of(comment: Comment, note: Note) -> Decision | None:
    rows = db.session.scalars(select(Decision).where(Decision.comment_id == comment.id, Decision.act == Act.NOTE))
    return next((row for row in rows if row.details.get("note") == note.id), None)
