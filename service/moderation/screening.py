"""Screen a comment: lease its latest revision, let triage read it, open a case, admit or hold it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import defer

from service.accounts.models import Commenter, Standing
from service.accounts.queries import (
    alert_recipients,
    days_of,
    is_absent,
    same_person,
    standing_of,
    wants_every_comment,
)
from service.articles.models import Article
from service.care.actions import heed
from service.care.ladder import MAILED_AT_ONCE
from service.care.letter_mail import mail_letter, mind_mailbox
from service.care.queries import answers_open_case, case_of
from service.comments.actions import admit_revision, hold, news_of, set_status
from service.comments.models import Comment, Revision, Screening, Status, Voice, Wish
from service.comments.queries import has_published_before, question_of
from service.comments.status import Actor
from service.comments.wishes import ask_wish, drop_question
from service.core import clock
from service.core.db import ONE_AT_A_TIME, db, rows_changed
from service.core.errors import N_
from service.core.leases import is_free
from service.core.signing import new_token
from service.moderation.calibration.budget import keep_order
from service.moderation.masking import last_mask, own_words
from service.moderation.policy import REWORKED, Facts, Verdict, admit
from service.moderation.rules.actions import judge_comment
from service.moderation.rules.judge import Judgement
from service.moderation.snoozing import wake
from service.notifications.actions import notify
from service.notifications.models import Channel, Kind
from service.notifications.targets.actions import tell_targets
from service.triage.actions import record
from service.triage.history import REMEMBERED, may_be_raised, with_history
from service.triage.levels import Level
from service.triage.queries import earlier_findings, latest_scan
from service.triage.scanner import Finding

MAX_ATTEMPTS = 2
LEASE = timedelta(seconds=10)
GRACE = timedelta(seconds=5)
OLD_WORDS = timedelta(days=14)
UNSCANNED = N_("Not scanned: the machine could not read it, so a person has to.")


@dataclass(frozen=True)
class Work:
    """One revision that is ours to screen until the lease runs out; `question` is the text that it answers."""

    revision_id: int
    comment_id: int
    source: str
    question: str
    token: str


def lease_screening(comment_id: int) -> Work | None:
    """Take a comment's latest revision for ten seconds; None when there is nothing to do, or others do it.

    The attempt is counted before the text is touched, so that a text which kills its reader is given up
    after two. The caller commits before it scans.
    """
    token, moment = new_token(), clock.now()
    lease = (
        update(Revision)
        .where(
            Revision.id == select(Comment.latest_revision_id).where(Comment.id == comment_id).scalar_subquery(),
            Revision.screening == Screening.WAITING,
            _free(moment),
            Revision.attempts < MAX_ATTEMPTS,
        )
        .values(lease_token=token, not_before=moment + LEASE, attempts=Revision.attempts + 1)
        .returning(Revision.id, Revision.source)
    )
    taken = db.session.execute(lease, execution_options={"synchronize_session": False}).first()
    if taken is None:
        return None
    return Work(taken.id, comment_id, taken.source, question_of(comment_id), token)


def finish_screening(work: Work, finding: Finding) -> None:
    """Record the finding, open or raise the case, and admit or hold the comment, in one unit of work.

    Does nothing when the lease is no longer ours or a newer revision has come: an edit is never judged
    by the old text.
    """
    found = db.session.execute(_asks_for_all(work), execution_options={"populate_existing": True}).one_or_none()
    if found is None or not _finish(work):
        return
    comment, *_beside = found  # held until the end, so that nothing of it is asked for again
    finding = remembering(comment, finding)
    _keep(comment, comment.latest, finding)
    _open_case(comment, finding)
    wake(comment)
    judged = Judgement()
    if comment.awaits_admission and not comment.imported:
        judged = judge_comment(comment, finding.level, harm=bool(finding.harm))
        _admit(comment, admit(_facts(comment, finding, judged)))
    elif comment.status is Status.HIDDEN and comment.change_asked:
        hold(comment, REWORKED)
    if finding.level in MAILED_AT_ONCE:
        mail_letter(comment)
    elif _is_news(comment) and judged.effect is None:  # what may be spam waits for a person, and rings nobody
        _mail_new(comment)


def _asks_for_all(work: Work) -> Select[Comment, Revision, Article, Commenter]:
    """Select the comment, locked, if its latest words are still those that were read, and whatever belongs to it."""
    return (
        select(Comment, Revision, Article, Commenter)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .join(Article, Article.id == Comment.article_id)
        .join(Commenter, Commenter.id == Comment.commenter_id, isouter=True)
        .where(Comment.id == work.comment_id, Revision.id == work.revision_id)
        .options(defer(Article.source), defer(Article.html))  # they may be long
        .with_for_update(of=Comment, **ONE_AT_A_TIME)
    )


def rescan(comment: Comment, finding: Finding) -> bool:
    """Record what a newer version of triage finds in a comment that was screened before; True when the level changed.

    A higher level opens or raises the case of a comment that is young enough, without an alert: old words ring
    nobody's bell. Nothing is lowered, published or held by it.
    """
    known, words = latest_scan(comment.id), own_words(comment)
    if known is not None and known.revision_id == words.id and known.version == finding.version:
        return False
    finding = remembering(comment, finding)
    _keep(comment, words, finding)
    before = known.level if known is not None else Level.NONE
    if finding.level.rank > before.rank and _asks_for_case(comment):
        heed(comment, finding.level, muted=True)
    return finding.level is not before


def _keep(comment: Comment, words: Revision, finding: Finding) -> None:
    record(words, finding)
    mind_mailbox(comment, {match.family for match in finding.matches})


def fail_screening(work: Work) -> None:
    """Give a failed attempt back, so that the next one need not wait for the lease to run out."""
    db.session.execute(
        update(Revision)
        .where(Revision.id == work.revision_id, Revision.lease_token == work.token)
        .values(not_before=clock.now(), lease_token=None)
    )


def give_up_screenings() -> list[int]:
    """Declare *unscanned* what has used both attempts, and alarm author and moderators; returns comment ids."""
    spent = (Revision.screening == Screening.WAITING) & (Revision.attempts >= MAX_ATTEMPTS) & _free(clock.now())
    given_up = update(Revision).where(spent).values(screening=Screening.FAILED)
    comment_ids = list(db.session.scalars(given_up.returning(Revision.comment_id)))
    for comment_id in comment_ids:
        _alarm_unscanned(comment_id)
    return comment_ids


def overdue(limit: int) -> dict[int, int]:
    """Return the revisions whose screening should long be under way, oldest first, each with its comment, by id."""
    query = (
        select(Revision.id, Revision.comment_id)
        .join(Comment, Comment.latest_revision_id == Revision.id)
        .where(
            Revision.screening == Screening.WAITING,
            _free(clock.now(), GRACE),
            Revision.attempts < MAX_ATTEMPTS,
        )
    )
    rows = db.session.execute(query.order_by(Revision.not_before, Revision.id).limit(limit))
    return {row.id: row.comment_id for row in rows}


def words_waiting(comment_id: int) -> tuple[str, str] | None:
    """Return the text of a comment that waits for its screening, and the text that it answers; None for any other.

    For a look ahead that takes nothing: no lease, no attempt, nothing written.
    """
    comment = db.session.get(Comment, comment_id)
    if comment is None or comment.latest_revision_id is None or comment.latest.screening is not Screening.WAITING:
        return None
    return comment.latest.source, question_of(comment.id)


def oldest_waiting() -> datetime | None:
    """Return when the revision that has waited longest for its screening was written, or None."""
    return db.session.scalar(select(func.min(Revision.created_at)).where(Revision.screening == Screening.WAITING))


def _free(moment: datetime, grace: timedelta = timedelta()) -> ColumnElement[bool]:
    """True of a revision that nobody has leased, and that has waited for so long."""
    return is_free(Revision.not_before, moment - grace, LEASE + grace)


def remembering(comment: Comment, finding: Finding) -> Finding:
    """Return the finding as what the same person wrote in the last two weeks makes it read."""
    if not may_be_raised(finding) or comment.commenter is None:
        return finding
    at = comment.created_at
    earlier = earlier_findings(same_person(comment.commenter), at - REMEMBERED, at)
    return with_history(finding, earlier, at)


def _finish(work: Work) -> bool:
    done = rows_changed(
        update(Revision)
        .where(
            Revision.id == work.revision_id,
            Revision.lease_token == work.token,
            Revision.screening == Screening.WAITING,
        )
        .values(screening=Screening.DONE, screened_at=clock.now(), lease_token=None)
    )
    return bool(done)


def _open_case(comment: Comment, finding: Finding) -> None:
    if not comment.imported:
        is_new = finding.level is Level.SUPPORT and case_of(comment) is None
        case = heed(comment, finding.level)
        if is_new and case is not None:
            keep_order(case, finding)
    elif _asks_for_case(comment):
        heed(comment, finding.level, muted=True)


def _asks_for_case(comment: Comment) -> bool:
    """True for words that are neither old nor answered by the article's author."""
    return comment.created_at > clock.now() - OLD_WORDS and not _answered_by_author(comment)


def _answered_by_author(comment: Comment) -> bool:
    """True when the article's author wrote later in the same exchange."""
    later = select(Comment.id).where(
        Comment.root_id == comment.root_id, Comment.voice == Voice.AUTHOR, Comment.path.startswith(comment.path)
    )
    return db.session.scalar(later.where(Comment.created_at >= comment.created_at).limit(1)) is not None


def _is_news(comment: Comment) -> bool:
    """True for words that have just come, are still there, and are the first of theirs that were read."""
    if comment.imported or comment.status in (Status.WITHDRAWN, Status.SPAM):
        return False
    if _are_first(comment.latest):
        return True
    before = select(Revision.id).where(Revision.comment_id == comment.id, Revision.screening == Screening.DONE)
    return db.session.scalar(before.where(Revision.id != comment.latest_revision_id).limit(1)) is None


def _is_masked(comment: Comment) -> bool:
    return not _are_first(comment.latest) and last_mask(comment) is not None


def _are_first(words: Revision) -> bool:
    """True of the words that a comment came with, as most are: nothing was decided on, or written, before them."""
    return words.number == 1


def _mail_new(comment: Comment) -> None:
    """Mail it to those who want every comment; of what needs an answer at once the ladder has mailed them."""
    moment = clock.now()
    wanted = wants_every_comment(comment.site_id, comment.article.author_id)
    if not wanted:
        return
    told = [person for person in wanted if not is_absent(person, moment)]
    notify(
        comment.site_id,
        news_of(comment),
        told,
        kind=Kind.NEW_COMMENT,
        path=f"/moderation/comments/{comment.id}",
        channels=(Channel.EMAIL,),
        not_before={person: day.heard_at(moment) for person, day in days_of(told).items()},
    )


def _facts(comment: Comment, finding: Finding, judged: Judgement) -> Facts:
    return Facts(
        level=finding.level,
        harm=bool(finding.harm),
        families=frozenset(match.family for match in finding.matches if match.level.rank >= Level.URGENT.rank),
        mode=comment.article.mode,
        standing=standing_of(comment.commenter) if comment.commenter else Standing.NEW,
        known=has_published_before(comment),
        audience=comment.audience,
        answers_open_case=answers_open_case(comment),
        kept_by_writer=comment.wish is Wish.KEEP,
        reworked=bool(comment.change_asked) or _is_masked(comment),
        judged=judged,
    )


def _admit(comment: Comment, verdict: Verdict) -> None:
    if verdict.ask_writer:
        ask_wish(comment)
    else:
        drop_question(comment)
    if verdict.spam and comment.status is Status.PENDING:
        set_status(comment, Actor.MACHINE, Status.SPAM)
        comment.held_reason = verdict.reason
    elif not verdict.publish:
        hold(comment, verdict.reason)
    elif comment.status is Status.PENDING:
        set_status(comment, Actor.MACHINE, Status.PUBLISHED)
    else:
        admit_revision(comment)


def _alarm_unscanned(comment_id: int) -> None:
    comment = db.session.get_one(Comment, comment_id)
    hold(comment, UNSCANNED)
    cause, path = f"unscanned:{comment.latest_revision_id}", f"/moderation/comments/{comment.id}"
    recipients = alert_recipients(comment.site_id, comment.article.author_id)
    notify(comment.site_id, cause, recipients, kind=Kind.UNSCANNED, path=path)
    tell_targets(comment.site_id, cause, kind=Kind.UNSCANNED, path=path)
