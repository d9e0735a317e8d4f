"""Open, raise, answer and dismiss care cases; each change is an event row."""

from datetime import datetime

from sqlalchemy import select

from service.accounts.models import User
from service.care.check_ins import answered_again, end_follow_up, follow, heard_from
from service.care.climbing import begin, rest, wait_for_reader
from service.care.events import note
from service.care.ladder import Step, turn_at
from service.care.models import Case, LadderWait
from service.care.queries import case_of, due_times, withdrawn_in
from service.care.transitions import CaseEvent, CaseState, after, event_for, event_for_worry
from service.comments.actions import purge
from service.comments.answers import untell_of
from service.comments.models import Audience, Comment, Status
from service.core import clock
from service.core.db import ONE_AT_A_TIME, db, insert
from service.core.errors import N_, Invalid
from service.core.reasons import checked_reason
from service.triage.actions import forget
from service.triage.levels import Level

LONGEST_WAIT = 7 * 24 * 60


def heed(comment: Comment, level: Level, *, muted: bool = False) -> Case | None:
    """Open or raise the case of this comment's writer in this conversation, as a scan's level asks for.

    Begins the ladder in the same transaction, unless `muted`: what came from elsewhere, or was read again by a newer
    lexicon, alerts nobody until the person writes again. Returns the case, or None when there is none and nothing asks
    for one.
    """
    if not muted:
        heard_from(comment.commenter_id, comment.written_at)
    if level is Level.NONE and case_of(comment) is None:
        return None
    case, changed = _find_or_open(comment, level, comment.written_at, quiet=muted)
    if not changed:
        before = (case.state, case.level)
        _come_forward(case, level, muted=muted)
        _apply(case, event_for(case.state, case.level, level), comment, level, comment.written_at, quiet=muted)
        quiet = case.state is CaseState.OPEN and case.next_step_at is None and level is not Level.NONE
        changed = quiet or (case.state, case.level) != before
    if changed and not muted:
        begin(case)
    return case


def stand_back(case: Case) -> None:
    """Have a case that was just opened stand behind those who come in within half of its time; nothing else changes.

    When an answer is due and who is told when stays as it is. Whatever happens to the case afterwards, another word of
    its writer or a reader's worry, brings it forward again.
    """
    case.turn_at = turn_at(case.level, case.due_at) + (case.due_at - case.waiting_since) / 2


def heed_worry(comment: Comment, level: Level) -> Case:
    """Open, open again or raise the case of this comment's writer, because a reader worries about them.

    They wait from now on, however old their words are. The ladder begins unless it is under way at this level.
    """
    moment = clock.now()
    case, opened = _find_or_open(comment, level, moment)
    if not opened:
        _come_forward(case, level)
        event = event_for_worry(case.state, case.level, level)
        quiet = case.state is CaseState.OPEN and case.next_step_at is None
        _apply(case, event, comment, level, moment)
        if event is CaseEvent.WORRIED:
            if quiet:
                begin(case)
            return case
    note(case, CaseEvent.WORRIED, comment_id=comment.id)
    begin(case)
    return case


def answered(parent: Comment, reply: Comment, user: User) -> Case | None:
    """Close the case of the person who was answered, if they can see the reply and it is the later word.

    An answer for the writer alone is not yet seen: it leaves the case waiting until they open their page.
    """
    case = case_of(parent, locked=True)
    if case is None or not _can_see(parent, reply):
        return None
    if case.ended:
        answered_again(case, reply, user)
        return None
    if reply.created_at < case.last_written_at:
        return None
    if reply.audience is Audience.WRITER:
        _answer_privately(case, reply, user)
    else:
        _close(case, CaseEvent.ANSWERED, user, comment_id=reply.id)
    follow(case, user)
    return case


def seen(case: Case, how: str = "") -> None:
    """Close a case whose private answer has reached the one who waited; `how` says by what, where not by their page.

    The mail about it is not needed any more. Twice is the same as once.
    """
    if case.state is CaseState.UNSEEN:
        _close(case, CaseEvent.SEEN, None, comment_id=case.answer_id, reason=how)
        answer = db.session.get(Comment, case.answer_id)
        if answer is not None:
            untell_of(answer)


def reached(answer_id: int) -> None:
    """Count a private answer as seen, because a mail about it was accepted for its reader's confirmed address."""
    query = select(Case).where(Case.answer_id == answer_id, Case.state == CaseState.UNSEEN)
    case = db.session.scalar(query.with_for_update(**ONE_AT_A_TIME).execution_options(populate_existing=True))
    if case is not None:
        seen(case, N_("Mail about it was accepted for their confirmed address."))


def dismiss(case: Case, user: User, reason: str) -> None:
    """Close a case as needing no answer. Raises Invalid without a reason, Conflict when it is closed."""
    reason = checked_reason(reason, asked=N_("Please say in a few words why no answer is needed."))
    _close(case, CaseEvent.DISMISSED, user, reason=reason)
    end_follow_up(case)


def dismiss_spam(comment: Comment, user: User, reason: str) -> None:
    """Close the case that rests on a comment which a person has just filed as spam, for the same reason."""
    case = case_of(comment, locked=True)
    if case is not None and not case.ended and case.comment_id == comment.id:
        dismiss(case, user, reason)


def reopen_spared(comment: Comment) -> None:
    """Open again the case that was dismissed because this comment was filed as spam, now that it is not."""
    case = case_of(comment, locked=True)
    if case is not None and case.state is CaseState.DISMISSED and case.comment_id == comment.id:
        _apply(case, CaseEvent.REOPENED, comment, case.level, comment.written_at)
        begin(case)


def set_wait(site_id: int, level: Level, step: Step, minutes: int) -> None:
    """Set how long the ladder waits before a step at one level. Raises Invalid for less than a minute, or a week."""
    if step is Step.AUTHOR or level is Level.NONE:
        raise Invalid(N_("The first step is told when the ladder begins; it has no wait."), field="step")
    if not 1 <= minutes <= LONGEST_WAIT:
        raise Invalid(N_("A wait lasts from a minute to a week."), field="minutes")
    db.session.merge(LadderWait(site_id=site_id, level=level, step=step, minutes=minutes))


def taken_back(comment: Comment) -> None:
    """Purge what its writer has taken back, unless they still wait for an answer: staff need the words until then."""
    case = case_of(comment)
    if case is None or case.ended:
        _purge(comment)


def _find_or_open(comment: Comment, level: Level, since: datetime, *, quiet: bool = False) -> tuple[Case, bool]:
    """Return the case of this comment's writer in this conversation, locked, and whether it was opened just now.

    Of two who would open it at once one does; the other waits for that, and then finds it.
    """
    case = case_of(comment, locked=True)
    if case is not None:
        return case, False
    due_at = due_times(comment.site_id).after(level, since)
    values = {
        "site_id": comment.site_id,
        "article_id": comment.article_id,
        "commenter_id": comment.commenter_id,
        "root_id": comment.root_id,
        "comment_id": comment.id,
        "level": level,
        "level_rank": level.rank,
        "waiting_since": since,
        "last_written_at": comment.written_at,
        "due_at": due_at,
        "turn_at": turn_at(level, due_at),
    }
    opening = insert(Case).values(**values).on_conflict_do_nothing().returning(Case.id)
    opened = db.session.scalar(opening) is not None
    case = case_of(comment, locked=True)
    assert case is not None  # noqa: S101  (one of the two has opened it)
    if opened:
        note(case, CaseEvent.OPENED, comment_id=comment.id, quiet=quiet)
    return case, opened


def _come_forward(case: Case, level: Level, *, muted: bool = False) -> None:
    if level is not Level.NONE and not muted:
        case.turn_at = min(case.turn_at, turn_at(case.level, case.due_at))


def _apply(
    case: Case, event: CaseEvent, comment: Comment, level: Level, since: datetime, *, quiet: bool = False
) -> None:
    """Let something happen to a case; `since` is when it was written, or told."""
    case.state = after(case.state, event)
    case.last_written_at = max(case.last_written_at, comment.written_at)
    if event is CaseEvent.REOPENED:
        _reopen(case, comment, level, max(since, case.last_written_at))
    elif event is CaseEvent.RAISED:
        case.level, case.level_rank = level, level.rank
        case.comment_id = comment.id
        case.due_at = min(case.due_at, due_times(case.site_id).after(level, since))
        case.turn_at = turn_at(level, case.due_at)
    note(case, event, comment_id=comment.id, quiet=quiet)


def _reopen(case: Case, comment: Comment, level: Level, since: datetime) -> None:
    case.opening += 1
    # A quiet word keeps the level that stood: one that reads a little louder must not bring it back as less urgent.
    case.level = max(level, case.level, key=lambda each: each.rank)
    case.level_rank = case.level.rank
    case.comment_id = comment.id
    case.closed_at = case.owner_id = case.answer_id = None
    case.waiting_since = since
    case.due_at = due_times(case.site_id).after(case.level, since)
    case.turn_at = turn_at(case.level, case.due_at)
    end_follow_up(case)


def _answer_privately(case: Case, reply: Comment, user: User) -> None:
    case.state = after(case.state, CaseEvent.ANSWERED_PRIVATELY)
    case.answer_id = reply.id
    note(case, CaseEvent.ANSWERED_PRIVATELY, comment_id=reply.id, user_id=user.id)
    rest(case)
    wait_for_reader(case)


def _close(case: Case, event: CaseEvent, user: User | None, *, comment_id: int | None = None, reason: str = "") -> None:
    case.state = after(case.state, event)
    case.closed_at = clock.now()
    note(case, event, comment_id=comment_id, user_id=user.id if user is not None else None, reason=reason)
    rest(case)
    for comment in withdrawn_in(case):
        _purge(comment)


def _purge(comment: Comment) -> None:
    purge(comment)
    forget(comment.id)


def _can_see(parent: Comment, reply: Comment) -> bool:
    if reply.audience is Audience.WRITER:
        return True
    return reply.shown and (parent.status is Status.PUBLISHED or parent.status is Status.WITHDRAWN)
