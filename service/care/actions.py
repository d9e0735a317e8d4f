"""Open, raise, answer and dismiss care cases; each change is an event row."""

from service.accounts.models import User
from service.accounts.queries import alert_recipients
from service.articles.models import Article
from service.care.models import Case, CaseEventRow
from service.care.queries import case_of, due_times, withdrawn_in
from service.care.transitions import CaseEvent, CaseState, after, event_for
from service.comments.actions import purge
from service.comments.models import Audience, Comment, Status
from service.core import clock
from service.core.db import db
from service.core.errors import N_, Invalid
from service.notifications.actions import notify, withdraw
from service.notifications.models import Kind
from service.triage.actions import forget
from service.triage.levels import Level


def heed(comment: Comment, level: Level, *, muted: bool = False) -> Case | None:
    """Open or raise the case of this comment's writer in this conversation, as a scan's level asks for.

    Alerts the article's author and the moderators in the same transaction, unless `muted` (imports).
    Returns the case, or None when there is none and nothing asks for one.
    """
    case = case_of(comment)
    if case is None:
        case = _open(comment, level) if level is not Level.NONE else None
        if case is not None and not muted:
            _alert(case)
        return case
    event = event_for(case.state, case.level, level)
    before = (case.state, case.level)
    _apply(case, event, comment, level)
    if not muted and (case.state, case.level) != before:
        _alert(case)
    return case


def answered(parent: Comment, reply: Comment, user: User) -> Case | None:
    """Close the case of the person who was answered, if they can see the reply and it is the later word."""
    case = case_of(parent)
    if case is None or case.state is not CaseState.OPEN or not _can_see(parent, reply):
        return None
    if reply.created_at < case.last_written_at:
        return None
    _close(case, CaseEvent.ANSWERED, user, comment_id=reply.id)
    return case


def dismiss(case: Case, user: User, reason: str) -> None:
    """Close a case as needing no answer. Raises Invalid without a reason, Conflict when it is closed."""
    reason = reason.strip()
    if not reason:
        raise Invalid(N_("Please say in a few words why no answer is needed."), field="reason")
    _close(case, CaseEvent.DISMISSED, user, reason=reason[:500])


def taken_back(comment: Comment) -> None:
    """Purge what its writer has taken back, unless they still wait for an answer: staff need the words until then."""
    case = case_of(comment)
    if case is None or case.state is not CaseState.OPEN:
        _purge(comment)


def withdraw_alerts(case: Case) -> None:
    """Take back every alert of this case that has not gone out yet."""
    withdraw(cause_of(case))


def cause_of(case: Case) -> str:
    """Return the cause of a case's alerts; the opening number makes a re-opened case alert again."""
    return f"case:{case.id}:{case.opening}"


def _open(comment: Comment, level: Level) -> Case:
    assert comment.commenter_id is not None  # noqa: S101  (screening is for readers)
    assert comment.root_id is not None  # noqa: S101
    case = Case(
        site_id=comment.site_id,
        article_id=comment.article_id,
        commenter_id=comment.commenter_id,
        root_id=comment.root_id,
        comment_id=comment.id,
        level=level,
        level_rank=level.rank,
        waiting_since=comment.written_at,
        last_written_at=comment.written_at,
        due_at=due_times(comment.site_id).after(level, comment.written_at),
    )
    db.session.add(case)
    db.session.flush()
    _note(case, CaseEvent.OPENED, comment_id=comment.id)
    return case


def _apply(case: Case, event: CaseEvent, comment: Comment, level: Level) -> None:
    case.state = after(case.state, event)
    case.last_written_at = max(case.last_written_at, comment.written_at)
    if event is CaseEvent.REOPENED:
        _reopen(case, comment, level)
    elif event is CaseEvent.RAISED:
        case.level, case.level_rank = level, level.rank
        case.comment_id = comment.id
        case.due_at = min(case.due_at, due_times(case.site_id).after(level, comment.written_at))
    _note(case, event, comment_id=comment.id)


def _reopen(case: Case, comment: Comment, level: Level) -> None:
    case.opening += 1
    case.level = level if level is not Level.NONE else case.level
    case.level_rank = case.level.rank
    case.comment_id = comment.id
    case.closed_at = None
    case.waiting_since = case.last_written_at
    case.due_at = due_times(case.site_id).after(case.level, case.last_written_at)


def _close(case: Case, event: CaseEvent, user: User, *, comment_id: int | None = None, reason: str = "") -> None:
    case.state = after(case.state, event)
    case.closed_at = clock.now()
    _note(case, event, comment_id=comment_id, user_id=user.id, reason=reason)
    withdraw_alerts(case)
    for comment in withdrawn_in(case):
        _purge(comment)


def _purge(comment: Comment) -> None:
    purge(comment)
    forget(comment.id)


def _can_see(parent: Comment, reply: Comment) -> bool:
    if reply.audience is Audience.WRITER:
        return True
    return reply.shown and (parent.status is Status.PUBLISHED or parent.status is Status.WITHDRAWN)


def _alert(case: Case) -> None:
    recipients = alert_recipients(case.site_id, _article_author(case))
    notify(
        case.site_id,
        f"{cause_of(case)}:{case.level}",
        recipients,
        kind=Kind.CASE,
        level=case.level,
        path=f"/moderation/comments/{case.comment_id}",
    )


def _article_author(case: Case) -> int | None:
    article = db.session.get(Article, case.article_id)
    return article.author_id if article else None


def _note(
    case: Case, event: CaseEvent, *, comment_id: int | None = None, user_id: int | None = None, reason: str = ""
) -> None:
    db.session.add(
        CaseEventRow(
            case_id=case.id, event=event, level=case.level, comment_id=comment_id, user_id=user_id, reason=reason
        )
    )
