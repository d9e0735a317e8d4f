"""What can be done with one comment besides answering it, and what the forms for that have to offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.accounts.models import User
from service.accounts.queries import zone_of
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Comment, Revision, Status
from service.core import clock
from service.core.db import db
from service.core.errors import Conflict, Invalid
from service.moderation.handing import takers
from service.moderation.masking import mask_on, own_words, sentences
from service.moderation.models import Decision, Note
from service.moderation.notes import notes_on
from service.moderation.snoozing import SHORTEST, Until, back_by, moment_of


@dataclass(frozen=True)
class Deeds:
    """What the forms offer; empty where an act makes no sense now.

    `sentences` are those of the latest words, `own` is what the writer wrote and `mask` the decision by which a part of
    that is missing. `untils` are the times until which it can be put off, each no later than `back_by`.
    """

    own: Revision
    mask: Decision | None
    notes: Sequence[Note]
    sentences: Sequence[str]
    can_ask: bool
    takers: Sequence[User]
    untils: Sequence[tuple[Until, datetime]]
    back_by: datetime | None


def deeds_for(user: User, comment: Comment, case: Case | None) -> Deeds:
    """Return what this person can do with a comment."""
    waits = case is not None and case.state is CaseState.OPEN
    by_reader = comment.commenter_id is not None and comment.status is not Status.WITHDRAWN
    back = _back_by(comment, case)
    source = comment.latest.source
    return Deeds(
        own=own_words(comment),
        mask=mask_on(comment),
        notes=notes_on(comment),
        sentences=[source[start:end] for start, end in sentences(source)] if by_reader else [],
        can_ask=by_reader and comment.status is not Status.SPAM,
        takers=takers(comment, user) if waits else [],
        untils=_untils(user, back) if back is not None else [],
        back_by=back,
    )


def taken_back_answer(user: User, comment: Comment, answer_id: int | None) -> str:
    """Return the words of an answer that this person has just taken back, so that nothing has to be typed again."""
    answer = db.session.get(Comment, answer_id) if answer_id is not None else None
    if answer is None or answer.user_id != user.id or answer.parent_id != comment.id:
        return ""
    return answer.latest.source if answer.status is Status.WITHDRAWN else ""


def _back_by(comment: Comment, case: Case | None) -> datetime | None:
    """Return until when it can be put off at most; None where that is now, or nobody waits."""
    try:
        back = back_by(comment, case)
    except Conflict:
        return None
    return back if back > clock.now() + SHORTEST else None


def _untils(user: User, back: datetime) -> list[tuple[Until, datetime]]:
    """Return what can be chosen: each time that is not over, and not all of those that come to the same."""
    found: list[tuple[Until, datetime]] = []
    for until in (Until.HOUR, Until.EVENING, Until.MORNING):
        try:
            moment = moment_of(until, clock.now(), zone_of(user))
        except Invalid:
            continue
        found.append((until, min(moment, back)))
        if moment >= back:
            break
    return found
