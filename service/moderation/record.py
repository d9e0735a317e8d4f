"""The record of what staff do: what stood before an act, whether it is still as the person saw it, and the row."""

from dataclasses import dataclass
from typing import Any

from service.accounts.models import User
from service.care import undoing as care_undoing
from service.care.climbing import handed_cause
from service.care.models import Case
from service.care.queries import case_of
from service.comments.models import Comment, Status
from service.comments.wishes import said_since
from service.core.changes import Picture, difference, picture
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import N_, Conflict
from service.core.reasons import ASKED, checked_reason
from service.moderation.models import Act, Decision
from service.moderation.queries import last_change
from service.notifications.unsaid import Unsaid

# What an act can change in a comment.
FIELDS = (
    "status",
    "public_revision_id",
    "latest_revision_id",
    "held_at",
    "held_reason",
    "snoozed_until",
    "change_asked",
    "change_asked_at",
)
NEEDS_REASON = frozenset({Act.HIDE, Act.SPAM, Act.DISMISS, Act.ESCALATE, Act.SNOOZE})
DONE_WORDS = {
    Act.APPROVE: N_("%(name)s has published this comment."),
    Act.RESTORE: N_("%(name)s has published this comment again."),
    Act.HIDE: N_("%(name)s has kept this comment private."),
    Act.SPAM: N_("%(name)s has filed this comment as spam."),
    Act.REPLY: N_("%(name)s has answered this comment."),
    Act.PRIVATE_REPLY: N_("%(name)s has answered this comment in private."),
    Act.DISMISS: N_("%(name)s has found that no answer is needed."),
    Act.FEEDBACK: N_("%(name)s has said whether the machine was right."),
    Act.SETTLE: N_("%(name)s has dealt with the reports on this comment."),
    Act.MASK: N_("%(name)s has taken a detail out of this comment."),
    Act.ASK_EDIT: N_("%(name)s has asked for a small change of this comment."),
    Act.SNOOZE: N_("%(name)s has put this comment off until later."),
    Act.HAND_OVER: N_("%(name)s has asked somebody else to take this."),
    Act.ESCALATE: N_("%(name)s has told the next ones."),
    Act.NOTE: N_("%(name)s has written a note about it."),
    Act.UNDO: N_("%(name)s has undone what was done with this comment."),
}


@dataclass(frozen=True)
class Before:
    """What stood before an act: the comment, its writer's case, and which alerts of it had reached nobody."""

    comment: Comment
    status: Status
    fields: Picture
    case: Case | None
    case_fields: Picture
    alerts: Unsaid


def begin(comment: Comment) -> Before:
    """Lock a comment and its writer's case until the end of this unit of work, and note how they stand.

    Everybody who acts on a comment takes this lock before they look whether it has changed, so of two at once one comes
    second, and is told.
    """
    db.session.flush()  # a refresh would forget what has not been written yet
    db.session.refresh(comment, with_for_update=ONE_AT_A_TIME)
    case = case_of(comment, locked=True)
    return Before(
        comment=comment,
        status=comment.status,
        fields=picture(comment, FIELDS),
        case=case,
        case_fields=picture(case, care_undoing.FIELDS),
        alerts=care_undoing.unsaid(case) if case is not None and not case.ended else {},
    )


def write(
    before: Before,
    user: User,
    act: Act,
    *,
    reason: str = "",
    answer: Comment | None = None,
    undoes: Decision | None = None,
    details: dict[str, Any] | None = None,
) -> Decision:
    """Write down an act that has just been done, with what it has changed, so that it can be undone."""
    db.session.flush()
    comment = before.comment
    decision = Decision(
        site_id=comment.site_id,
        comment_id=comment.id,
        comment_version=comment.version,
        user_id=user.id,
        act=act,
        reason=reason,
        status_before=before.status,
        status_after=comment.status,
        answer_id=answer.id if answer is not None else None,
        undoes_id=undoes.id if undoes is not None else None,
        changes=_changes(before),
        details=details or {},
    )
    db.session.add(decision)
    db.session.flush()
    return decision


def message_cause(decision: Decision) -> str:
    """Return the cause of the messages that a decision sends; undoing it withdraws them.

    What hands a case over is withdrawn with the case, too.
    """
    above = handed_cause(decision.changes["case_id"]) if decision.act is Act.HAND_OVER else "decision"
    return f"{above}:{decision.id}"


def check_fresh(comment: Comment, version: int) -> None:
    """Raise Conflict, in words that say what happened, when the comment is no longer as the person saw it.

    Where a colleague was faster, the error's values name their decision.
    """
    if comment.version == version:
        return
    if comment.status is Status.WITHDRAWN:
        raise Conflict(N_("The person who wrote this comment has taken it back."))
    if said_since(comment, version):
        raise Conflict(N_("The person who wrote this has just said whether it may be shown. Please look again."))
    decision = last_change(comment)
    if decision is None or decision.comment_version <= version:
        raise Conflict(N_("This comment has changed since you opened it. Please read it again."))
    raise Conflict(DONE_WORDS[decision.act], name=decision.user.name, decision=decision.id)


def reason_for(act: Act, reason: str) -> str:
    """Return the reason of an act. Raises Invalid when it is too long, or missing where it is needed."""
    return checked_reason(reason, asked=ASKED if act in NEEDS_REASON else None)


def _changes(before: Before) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if of_comment := difference(before.fields, picture(before.comment, FIELDS)):
        changes["comment"] = of_comment
    case = before.case or case_of(before.comment)
    if case is not None and (of_case := care_undoing.change_of(case, before.case_fields)):
        changes |= {"case_id": case.id, "case": of_case, "alerts": before.alerts}
    return changes
