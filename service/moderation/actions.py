"""What staff do with comments: reply, approve, hide, file as spam, restore, dismiss a case, ask for a small change."""

from datetime import timedelta

from service.accounts.models import User
from service.articles.models import Article
from service.care.actions import answered, dismiss, dismiss_spam, heed, reopen_spared
from service.care.letter_mail import mailbox_is_safe
from service.care.models import Case
from service.comments.actions import admit_revision, answer, set_status
from service.comments.answers import tell_of
from service.comments.models import Audience, Comment, Status, Wish
from service.comments.status import Actor
from service.core import clock
from service.core.db import db
from service.core.errors import N_, Conflict, Invalid, NotFound
from service.core.text import COMMENT_LIMIT, clean_source
from service.moderation.models import Act, Decision, Verdict
from service.moderation.queries import last_decision
from service.moderation.record import Before, begin, check_fresh, reason_for, write
from service.moderation.replies.drafts import forget_draft
from service.moderation.replies.help import check_reply
from service.moderation.reports.actions import settle
from service.moderation.reports.queries import reports_on
from service.moderation.wording import Concern
from service.moderation.writer_mail import tell_writer
from service.triage.levels import Level
from service.triage.queries import latest_scan

STATUS_AFTER = {
    Act.APPROVE: Status.PUBLISHED,
    Act.RESTORE: Status.PUBLISHED,
    Act.HIDE: Status.HIDDEN,
    Act.SPAM: Status.SPAM,
}
SETTLES_REPORTS = frozenset({Act.HIDE, Act.SPAM, Act.SETTLE})
ANSWERS = frozenset({Act.REPLY, Act.PRIVATE_REPLY})
DOUBLE_CLICK = timedelta(minutes=10)
MESSAGE_LIMIT = 500


def decide(user: User, comment: Comment, act: Act, *, version: int, reason: str = "") -> Decision:
    """Approve, hide, file as spam, restore, settle its reports, or say that no answer is needed.

    Twice by one person is once. `version` is the comment's version that the person saw. Raises Conflict with what the
    other person did when it has changed since, Invalid when a reason is missing.
    """
    before = begin(comment)
    repeat = _repeat(user, comment, act, version, reason)
    if repeat is not None:
        return repeat
    check_fresh(comment, version)
    reason = reason_for(act, reason)
    if act is Act.DISMISS:
        dismiss(_open_case(before), user, reason)
        comment.version += 1
    elif act is Act.APPROVE and comment.status is Status.PUBLISHED and comment.awaits_admission:
        admit_revision(comment)
    elif act in STATUS_AFTER:
        set_status(comment, Actor.STAFF, STATUS_AFTER[act])
        _settle_case(user, comment, before.status, reason)
    elif act is Act.SETTLE:
        _check_reported(comment)
        comment.version += 1
    else:
        raise Invalid(N_("There is no such act."), field="act")
    decision = write(before, user, act, reason=reason)
    if act in SETTLES_REPORTS:
        settle(comment, decision)
    return decision


def reply(
    user: User,
    parent: Comment,
    source: str,
    *,
    version: int | None = None,
    private: bool = False,
    looked: str = "",
) -> Comment:
    """Answer a reader: publishes what they wrote, closes their case, withdraws what is unsent; twice is once.

    A `private` answer is a message for its writer alone, and publishes nothing. So is any answer to a note for the
    author alone, and to a comment that its writer has taken back, does not want shown or staff have hidden.

    `looked` names what the person has looked at again (reply_help). Raises Invalid while a placeholder is open, or
    while something in it still asks for a second look.
    """
    before = begin(parent)
    source = clean_source(source, limit=COMMENT_LIMIT)
    sent = _sent_before(user, parent, source)
    if sent is not None:
        return sent
    if version is not None:
        check_fresh(parent, version)
    check_reply(parent, source, looked)
    public = not private and can_be_public(parent)
    audience = Audience.EVERYONE if public else Audience.WRITER
    written = answer(user, parent, source, by_author=_is_author(user, parent), audience=audience)
    if not parent.by_staff:
        _settle_parent(parent, public=public)
        answered(parent, written, user)
        if public or mailbox_is_safe(parent.commenter):
            tell_of(written)  # a public one, too: its parent may have become public by it just now
    write(before, user, Act.REPLY if public else Act.PRIVATE_REPLY, answer=written)
    forget_draft(user, parent)
    return written


def can_be_public(parent: Comment) -> bool:
    """Tell whether an answer to this comment can stand on the page: whether the comment itself can."""
    on_the_page = parent.audience is Audience.EVERYONE and parent.status in (Status.PENDING, Status.PUBLISHED)
    return on_the_page and not parent.kept_back


def ask_to_edit(user: User, comment: Comment, message: str, *, version: int, concern: Concern) -> Decision:
    """Ask a comment's writer for a small change, in words that they see beside it; they can edit it until they have.

    What they write is screened like any edit, and then waits for a person. Raises Invalid for the words, Conflict for
    what cannot be changed any more.
    """
    before = begin(comment)
    message = clean_source(message, limit=MESSAGE_LIMIT)
    repeat = _repeat(user, comment, Act.ASK_EDIT, version, concern.value)
    if repeat is not None and comment.change_asked == message:
        return repeat
    check_fresh(comment, version)
    if comment.commenter_id is None or comment.status not in (Status.PENDING, Status.PUBLISHED, Status.HIDDEN):
        raise Conflict(N_("The person who wrote this cannot change it any more."))
    comment.change_asked, comment.change_asked_at = message, clock.now()
    comment.version += 1
    decision = write(before, user, Act.ASK_EDIT, reason=concern.value, details={"message": message})
    tell_writer(decision)
    return decision


def give_feedback(user: User, comment: Comment, scan_id: int, verdict: Verdict, level: Level | None = None) -> Decision:
    """Say whether a scan was right; a missed comment gets the level that it should have had, and a case with it.

    Kept with the scan that it judges, as a decision. Raises Conflict when the comment was scanned again
    meanwhile, Invalid when a missed one comes without a level.
    """
    before = begin(comment)
    scan = latest_scan(comment.id)
    if scan is None or scan.id != scan_id:
        raise Conflict(N_("This comment was scanned again since you opened it. Please read it again."))
    if verdict is Verdict.MISSED:
        if level is None or level.rank <= scan.level.rank:
            raise Invalid(N_("Please choose the higher level that it should have had."), field="level")
        heed(comment, level)
    decision = write(before, user, Act.FEEDBACK)
    decision.scan_id, decision.verdict = scan_id, verdict
    decision.level = level if verdict is Verdict.MISSED else None
    return decision


def _repeat(user: User, comment: Comment, act: Act, version: int, reason: str) -> Decision | None:
    """Return the decision of a first click, where this is the second one of the same person."""
    last = last_decision(comment) if comment.version != version else None
    same = last is not None and (last.user_id, last.act, last.reason) == (user.id, act, reason.strip())
    return last if last is not None and same and last.comment_version == comment.version else None


def _sent_before(user: User, parent: Comment, source: str) -> Comment | None:
    """Return the answer that this person has just sent with the same words, and that still stands."""
    last = last_decision(parent)
    if last is None or last.user_id != user.id or last.act not in ANSWERS or last.answer is None:
        return None
    fresh = last.created_at > clock.now() - DOUBLE_CLICK
    return last.answer if fresh and last.answer.latest.source == source else None


def _check_reported(comment: Comment) -> None:
    if not any(report.is_open for report in reports_on(comment)):
        raise Conflict(N_("Somebody has dealt with these reports already."))


def _settle_case(user: User, comment: Comment, before: Status, reason: str) -> None:
    """Nobody is alerted of spam: filing as spam what a case rests on dismisses it, and taking that back opens it."""
    if comment.status is Status.SPAM:
        dismiss_spam(comment, user, reason)
    elif before is Status.SPAM:
        reopen_spared(comment)


def _settle_parent(parent: Comment, *, public: bool) -> None:
    note = parent.audience is not Audience.EVERYONE  # it has been read by this, and stays off the page
    if parent.kept_back:
        _keep_off(parent)
    elif parent.status is Status.PENDING and (public or note):
        set_status(parent, Actor.STAFF, Status.PUBLISHED)
    elif public and parent.awaits_admission:
        admit_revision(parent)
    else:
        if not parent.awaits_admission:
            parent.held_at = None
        parent.version += 1


def _keep_off(parent: Comment) -> None:
    """Leave what was answered in private off the page; it goes on waiting for its writer's word, unless that was no."""
    parent.version += 1
    if parent.wish is not Wish.KEEP:
        return
    parent.held_at = None
    if parent.status is Status.PENDING:
        set_status(parent, Actor.STAFF, Status.HIDDEN)


def _is_author(user: User, comment: Comment) -> bool:
    article = db.session.get_one(Article, comment.article_id)
    return article.author_id == user.id


def _open_case(before: Before) -> Case:
    if before.case is None:
        raise NotFound(N_("Nobody waits for an answer to this comment."))
    if before.case.ended:
        raise Conflict(N_("This person has been answered already."))
    return before.case
