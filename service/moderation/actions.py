"""What staff do with comments: reply, approve, hide, file as spam, restore, dismiss a case."""

from service.accounts.models import User
from service.articles.models import Article
from service.care.actions import answered, dismiss, dismiss_spam, heed, reopen_spared
from service.care.models import Case
from service.care.queries import case_of
from service.comments.actions import admit_revision, answer, set_status
from service.comments.models import Audience, Comment, Status, Wish
from service.comments.status import Actor
from service.comments.wishes import said_since
from service.core.db import db
from service.core.errors import N_, Conflict, Invalid, NotFound
from service.moderation.drafts import forget_draft
from service.moderation.models import Act, Decision, Verdict
from service.moderation.queries import last_decision
from service.moderation.reply_help import check_reply
from service.moderation.reports.actions import settle
from service.moderation.reports.queries import reports_on
from service.triage.levels import Level
from service.triage.queries import latest_scan

REASON_LIMIT = 500
STATUS_AFTER = {
    Act.APPROVE: Status.PUBLISHED,
    Act.RESTORE: Status.PUBLISHED,
    Act.HIDE: Status.HIDDEN,
    Act.SPAM: Status.SPAM,
}
NEEDS_REASON = frozenset({Act.HIDE, Act.SPAM, Act.DISMISS})
SETTLES_REPORTS = frozenset({Act.HIDE, Act.SPAM, Act.SETTLE})
DONE_WORDS = {
    Act.APPROVE: N_("%(name)s has published this comment."),
    Act.RESTORE: N_("%(name)s has published this comment again."),
    Act.HIDE: N_("%(name)s has kept this comment private."),
    Act.SPAM: N_("%(name)s has filed this comment as spam."),
    Act.REPLY: N_("%(name)s has answered this comment."),
    Act.DISMISS: N_("%(name)s has found that no answer is needed."),
    Act.FEEDBACK: N_("%(name)s has said whether the machine was right."),
    Act.SETTLE: N_("%(name)s has dealt with the reports on this comment."),
}


def decide(user: User, comment: Comment, act: Act, *, version: int, reason: str = "") -> Decision:
    """Approve, hide, file as spam, restore, settle its reports, or say that no answer is needed.

    `version` is the comment's version that the person saw. Raises Conflict with what the other person
    did when it has changed since, Invalid when a reason is missing.
    """
    check_fresh(comment, version)
    reason = _checked_reason(act, reason)
    before = comment.status
    if act is Act.DISMISS:
        dismiss(_open_case_of(comment), user, reason)
        comment.version += 1
    elif act is Act.APPROVE and comment.status is Status.PUBLISHED and comment.awaits_admission:
        admit_revision(comment)
    elif act in STATUS_AFTER:
        set_status(comment, Actor.STAFF, STATUS_AFTER[act])
        _settle_case(user, comment, before, reason)
    elif act is Act.SETTLE:
        _check_reported(comment)
        comment.version += 1
    else:
        raise Invalid(N_("There is no such act."), field="act")
    decision = _log(user, comment, act, before, reason)
    if act in SETTLES_REPORTS:
        settle(comment, decision)
    return decision


def reply(user: User, parent: Comment, source: str, *, version: int | None = None, looked: str = "") -> Comment:
    """Answer a reader: publishes what they wrote, closes their case, withdraws what is unsent.

    `looked` names what the person has looked at again (reply_help). Raises Invalid while a placeholder is open, or
    while something in it still asks for a second look.

    An answer to a note for the author alone is a message for its writer alone, and so is one to a comment
    that its writer has taken back, does not want shown or staff have hidden: those stay off the page.
    """
    if version is not None:
        check_fresh(parent, version)
    check_reply(parent, source, looked)
    before = parent.status
    public = (
        parent.audience is Audience.EVERYONE
        and parent.status in (Status.PENDING, Status.PUBLISHED)
        and not parent.kept_back
    )
    written = answer(
        user,
        parent,
        source,
        by_author=_is_author(user, parent),
        audience=Audience.EVERYONE if public else Audience.WRITER,
    )
    if not parent.by_staff:
        _settle_parent(parent, public=public)
        answered(parent, written, user)
    _log(user, parent, Act.REPLY, before, "")
    forget_draft(user, parent)
    return written


def give_feedback(user: User, comment: Comment, scan_id: int, verdict: Verdict, level: Level | None = None) -> Decision:
    """Say whether a scan was right; a missed comment gets the level that it should have had, and a case with it.

    Kept with the scan that it judges, as a decision. Raises Conflict when the comment was scanned again
    meanwhile, Invalid when a missed one comes without a level.
    """
    scan = latest_scan(comment.id)
    if scan is None or scan.id != scan_id:
        raise Conflict(N_("This comment was scanned again since you opened it. Please read it again."))
    if verdict is Verdict.MISSED:
        if level is None or level.rank <= scan.level.rank:
            raise Invalid(N_("Please choose the higher level that it should have had."), field="level")
        heed(comment, level)
    decision = _log(user, comment, Act.FEEDBACK, comment.status, "")
    decision.scan_id, decision.verdict = scan_id, verdict
    decision.level = level if verdict is Verdict.MISSED else None
    return decision


def check_fresh(comment: Comment, version: int) -> None:
    """Raise Conflict, in words that say what happened, when the comment is no longer as the person saw it."""
    if comment.version == version:
        return
    if comment.status is Status.WITHDRAWN:
        raise Conflict(N_("The person who wrote this comment has taken it back."))
    if said_since(comment, version):
        raise Conflict(N_("The person who wrote this has just said whether it may be shown. Please look again."))
    decision = last_decision(comment)
    if decision is None or decision.comment_version <= version:
        raise Conflict(N_("This comment has changed since you opened it. Please read it again."))
    raise Conflict(DONE_WORDS[decision.act], name=decision.user.name)


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
    if parent.kept_back:
        _keep_off(parent)
    elif parent.status is Status.PENDING:  # a note for the author alone has been read, and stays off the page
        set_status(parent, Actor.STAFF, Status.PUBLISHED)
    elif public and parent.awaits_admission:
        admit_revision(parent)
    else:
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


def _checked_reason(act: Act, reason: str) -> str:
    reason = reason.strip()
    if act in NEEDS_REASON and not reason:
        raise Invalid(N_("Please say in a few words why. Only staff can read it."), field="reason")
    if len(reason) > REASON_LIMIT:
        raise Invalid(N_("A reason has at most %(limit)s characters."), field="reason", limit=REASON_LIMIT)
    return reason


def _open_case_of(comment: Comment) -> Case:
    case = case_of(comment)
    if case is None:
        raise NotFound(N_("Nobody waits for an answer to this comment."))
    if case.ended:
        raise Conflict(N_("This person has been answered already."))
    return case


def _log(user: User, comment: Comment, act: Act, before: Status, reason: str) -> Decision:
    db.session.flush()
    decision = Decision(
        site_id=comment.site_id,
        comment_id=comment.id,
        comment_version=comment.version,
        user_id=user.id,
        act=act,
        reason=reason,
        status_before=before,
        status_after=comment.status,
    )
    db.session.add(decision)
    db.session.flush()
    return decision
