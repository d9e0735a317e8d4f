"""Undo what was decided: another decision that refers to the first, and everything as it was before."""

import enum
from datetime import timedelta

from sqlalchemy import select

from service.accounts.models import User
from service.care.models import Case
from service.care.undoing import put_back as put_case_back
from service.comments.actions import put_back, withdraw
from service.comments.models import Comment, Status
from service.core import clock
from service.core.changes import stands
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import N_, Conflict, Forbidden
from service.moderation.models import BESIDE, Act, Decision
from service.moderation.notes import end_note
from service.moderation.queries import standing, undoing_of
from service.moderation.record import DONE_WORDS, begin, message_cause, write
from service.moderation.reports.actions import unsettle
from service.notifications.withdrawal import withdraw as withdraw_message


class Undo(enum.Enum):
    """Until when an act can be undone, as long as nobody has acted since."""

    ALWAYS = enum.auto()
    WINDOW = enum.auto()
    NEVER = enum.auto()


RULES = {
    **dict.fromkeys(Act, Undo.ALWAYS),
    Act.REPLY: Undo.WINDOW,
    Act.PRIVATE_REPLY: Undo.WINDOW,
    Act.ESCALATE: Undo.NEVER,
    Act.UNDO: Undo.NEVER,
}
ANSWERS = frozenset({Act.REPLY, Act.PRIVATE_REPLY})


def undo(user: User, decision: Decision, *, window: timedelta) -> Decision:
    """Undo a decision: comment and case are again as they were, and an answer is withdrawn; twice is once.

    `window` is for how long an answer can be taken back. Raises Forbidden for what is not this person's to undo, and
    Conflict, in words, when it is too late or somebody has acted since.
    """
    comment = decision.comment
    before = begin(comment)
    undone = undoing_of(decision)
    if undone is not None and undone.user_id == user.id:
        return undone
    _check(user, decision, undone, window)
    _put_back(user, decision, comment)
    return write(before, user, Act.UNDO, undoes=decision)


def can_undo(user: User, decision: Decision, *, window: timedelta) -> bool:
    """Tell whether a button to undo this makes sense; whether somebody has acted since is seen when it is pressed."""
    return _may(user, decision) and RULES[decision.act] is not Undo.NEVER and not _too_late(decision, window)


def _check(user: User, decision: Decision, undone: Decision | None, window: timedelta) -> None:
    if not _may(user, decision):
        raise Forbidden(N_("Only the person who did this can undo it."))
    if undone is not None:
        raise Conflict(N_("%(name)s has undone this already."), name=undone.user.name)
    if RULES[decision.act] is Undo.NEVER:
        raise Conflict(N_("This cannot be undone: those who were told know it by now."))
    if _too_late(decision, window):
        raise Conflict(N_("The time to undo an answer is over. On its own page it can still be taken off the page."))
    later = _later(decision)
    if later is not None:
        raise Conflict(DONE_WORDS[later.act], name=later.user.name, decision=later.id)


def _may(user: User, decision: Decision) -> bool:
    return decision.user_id == user.id or (user.moderates and decision.act not in ANSWERS)


def _too_late(decision: Decision, window: timedelta) -> bool:
    return RULES[decision.act] is Undo.WINDOW and clock.now() > decision.created_at + window


def _later(decision: Decision) -> Decision | None:
    """Return the first thing that somebody did with this comment or its page since, and that still stands."""
    query = select(Decision).where(Decision.comment_id == decision.comment_id, Decision.id > decision.id, standing())
    return db.session.scalar(query.where(Decision.act.not_in(BESIDE)).order_by(Decision.id).limit(1))


def _put_back(user: User, decision: Decision, comment: Comment) -> None:
    changes = decision.changes
    if decision.answer_id is not None:
        _withdraw_answer(db.session.get_one(Comment, decision.answer_id))
    if "case" in changes:
        case = db.session.get_one(Case, changes["case_id"], with_for_update=ONE_AT_A_TIME, populate_existing=True)
        put_case_back(case, changes["case"], user, changes["alerts"])
    of_comment = changes.get("comment", {})
    if not stands(comment, of_comment):
        raise Conflict(N_("This comment has changed since. Please look at it again."))
    if of_comment or decision.act not in BESIDE:
        put_back(comment, of_comment)
    unsettle(decision)
    if decision.act is Act.NOTE:
        end_note(decision.details["note"])
    withdraw_message(message_cause(decision))


def _withdraw_answer(answer: Comment) -> None:
    query = select(Comment.id).where(Comment.parent_id == answer.id, Comment.status != Status.WITHDRAWN)
    if db.session.scalar(query.limit(1)) is not None:
        raise Conflict(N_("Somebody has answered this by now, so it cannot be undone."))
    withdraw(answer)
