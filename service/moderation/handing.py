"""Ask somebody else to take a case, or have the next ones told at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from service.accounts.models import User
from service.accounts.queries import active_user, days_of, is_absent, staff
from service.articles.models import Article
from service.care.claims import hand_over as give_case
from service.care.climbing import climb_now
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.core.errors import N_, Conflict, Invalid
from service.moderation.models import Act, Decision
from service.moderation.queries import last_decision
from service.moderation.record import Before, begin, check_fresh, message_cause, reason_for, write
from service.notifications.actions import notify
from service.notifications.models import Kind
from service.triage.levels import Level

DOUBLE_CLICK = timedelta(minutes=1)


def hand_over(
    user: User, comment: Comment, to_id: int, *, owner_id: int | None, version: int, note: str, window: timedelta
) -> Decision:
    """Make the case of a comment's writer a colleague's, with a note; they hear of it in the bell, and then by mail.

    `owner_id` is who had it when the person looked, `window` how long the mail waits for somebody to think again. The
    ladder goes on as it stood: only the colleague's own word pauses it. Raises Invalid for nobody who could take it,
    Conflict where somebody has it by now, or nobody waits.
    """
    before = begin(comment)
    case, to = _open_case(before), active_user(comment.site_id, to_id)
    note = reason_for(Act.HAND_OVER, note)
    if to is None or not _may_take(to, comment):
        raise Invalid(N_("Please choose somebody who can see this comment."), field="to")
    if is_absent(to.id, clock.now()):
        raise Invalid(N_("%(name)s is away at the moment. Please choose somebody else."), field="to", name=to.name)
    last = _again(user, comment, Act.HAND_OVER)
    if last is not None and last.details.get("to") == to.id and case.owner_id == to.id:
        return last
    check_fresh(comment, version)
    give_case(case, user, to, owner_id)
    decision = write(before, user, Act.HAND_OVER, reason=note, details={"to": to.id})
    notify(
        comment.site_id,
        message_cause(decision),
        [to.id],
        kind=Kind.HANDED_OVER,
        level=case.level,
        path=f"/moderation/comments/{comment.id}",
        not_before={to.id: _heard_at(to, case, clock.now() + window)},
        details={"by": user.name, "due": case.due_at.isoformat(), "case": case.id},
    )
    return decision


def escalate(user: User, comment: Comment, *, version: int, reason: str) -> Decision:
    """Have those on the next step of the ladder told at once, for a reason; twice within a minute is once.

    Raises Conflict where nobody waits for an answer, Invalid without a reason.
    """
    before = begin(comment)
    case = _open_case(before)
    reason = reason_for(Act.ESCALATE, reason)
    last = _again(user, comment, Act.ESCALATE)
    if last is not None:
        return last
    check_fresh(comment, version)
    climb_now(case, user, reason)
    comment.snoozed_until = None
    return write(before, user, Act.ESCALATE, reason=reason)


def takers(comment: Comment, but: User) -> Sequence[User]:
    """Return the colleagues who can see a comment and are there, by name."""
    moment = clock.now()
    return [
        user
        for user in staff(comment.site_id)
        if user.id != but.id and _may_take(user, comment) and not is_absent(user.id, moment)
    ]


def _heard_at(to: User, case: Case, moment: datetime) -> datetime:
    """Return when mail about a case may reach somebody: in their quiet hours only about a crisis."""
    return moment if case.level is Level.CRISIS else days_of([to.id])[to.id].heard_at(moment)


def _may_take(user: User, comment: Comment) -> bool:
    return user.moderates or db.session.get_one(Article, comment.article_id).author_id == user.id


def _again(user: User, comment: Comment, act: Act) -> Decision | None:
    """Return the decision of a first click, where this is the second one of the same person."""
    last = last_decision(comment)
    if last is None or (last.user_id, last.act) != (user.id, act):
        return None
    return last if last.created_at > clock.now() - DOUBLE_CLICK else None


def _open_case(before: Before) -> Case:
    if before.case is None or before.case.state is not CaseState.OPEN:
        raise Conflict(N_("Nobody waits for an answer here any more."))
    return before.case
