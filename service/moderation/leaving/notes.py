"""Leave a note for whoever comes next; it stands on their queue until they say that they have read it."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select

from service.accounts.models import User
from service.accounts.queries import active_user
from service.core import clock
from service.core.db import db, insert
from service.core.errors import N_, Invalid, NotFound
from service.core.text import clean_source
from service.moderation.leaving.models import PassingNote, PassingNoteRead
from service.moderation.queue.narrow import Eyes, eyes_of

TEXT_LIMIT = 1_000
KEPT = timedelta(days=7)
SHOWN = 20


def leave_note(user: User, text: str, to_id: int | None) -> PassingNote:
    """Write a note for a colleague, or for every moderator; the same one twice is one.

    Raises Invalid for an empty or endless text, and for somebody who is not there any more.
    """
    text = clean_source(text, limit=TEXT_LIMIT)
    if to_id is not None and (to_id == user.id or active_user(user.site_id, to_id) is None):
        raise Invalid(N_("Please choose a colleague."), field="for")
    same = next((note for note in notes_by(user) if (note.text, note.to_id) == (text, to_id)), None)
    if same is not None:
        return same
    expires_at = clock.now() + KEPT
    note = PassingNote(site_id=user.site_id, user_id=user.id, to_id=to_id, text=text, expires_at=expires_at)
    db.session.add(note)
    db.session.flush()
    return note


def notes_for(user: User) -> Sequence[PassingNote]:
    """Return the notes for this person that they have not read yet, the oldest first."""
    query = select(PassingNote).where(*unread_notes(eyes_of(user))).order_by(PassingNote.id)
    return db.session.scalars(query.limit(SHOWN)).all()


def unread_notes(eyes: Eyes) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the notes for a person that they have not read yet."""
    read = exists().where(PassingNoteRead.note_id == PassingNote.id, PassingNoteRead.user_id == eyes.user_id)
    return _theirs(eyes), PassingNote.expires_at > eyes.now, ~read


def notes_by(user: User) -> Sequence[PassingNote]:
    """Return the notes that this person has left and that are still shown, the newest first."""
    query = select(PassingNote).where(PassingNote.user_id == user.id, PassingNote.expires_at > clock.now())
    return db.session.scalars(query.order_by(PassingNote.id.desc()).limit(SHOWN)).all()


def say_read(user: User, note_id: int) -> None:
    """Say that one has read a note; twice is the same as once. Raises NotFound for a note that is not for them."""
    if db.session.scalar(select(PassingNote.id).where(PassingNote.id == note_id, _theirs(eyes_of(user)))) is None:
        raise NotFound(N_("There is no such note for you."))
    row = {"note_id": note_id, "user_id": user.id, "created_at": clock.now()}
    db.session.execute(insert(PassingNoteRead).values(**row).on_conflict_do_nothing())


def take_note_back(user: User, note_id: int) -> None:
    """Take back a note of one's own; twice is the same as once. Raises NotFound for somebody else's."""
    note = db.session.get(PassingNote, note_id)
    if note is None or note.user_id != user.id:
        raise NotFound(N_("There is no such note of yours."))
    note.expires_at = min(note.expires_at, clock.now())


def forget_old_passing_notes() -> None:
    """Delete the notes whose date has come. The caller commits."""
    db.session.execute(delete(PassingNote).where(PassingNote.expires_at <= clock.now()))


def _theirs(eyes: Eyes) -> ColumnElement[bool]:
    """Those to them by name; and, for who sees every article, those to nobody in particular."""
    everybody = and_(PassingNote.to_id.is_(None), PassingNote.user_id != eyes.user_id)
    mine = PassingNote.to_id == eyes.user_id
    return and_(PassingNote.site_id == eyes.site_id, or_(mine, everybody) if eyes.moderates else mine)
