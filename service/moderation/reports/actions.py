"""Take in what readers tell about a comment, and settle it. A report brings a person; it hides nothing by itself."""

from sqlalchemy import update

from service.care.actions import heed_worry
from service.comments.models import Comment
from service.core.db import db, rows_changed
from service.core.errors import N_, Invalid
from service.core.text import clean_source
from service.moderation.models import Decision
from service.moderation.reports.models import Reason, Report
from service.moderation.reports.queries import report_by
from service.site.models import Site
from service.triage.levels import Level

WORDS_LIMIT = 1_000
ALL_WORDS_LIMIT = 10_000  # of several people behind one network, who cannot be told apart


def report(comment: Comment, reason: str, words: str, reporter_key: str) -> Report:
    """Keep what a reader tells about a comment; a worry opens or raises the case of the person who wrote it.

    Once for each reader and comment: who tells more adds to what they told, and a worry stays one. Raises Invalid.
    """
    told, words = _checked_reason(reason), _checked_words(words)
    before = report_by(comment.id, reporter_key)
    if before is None:
        before = Report(
            site_id=comment.site_id, comment_id=comment.id, reason=told, words=words, reporter_key=reporter_key
        )
        db.session.add(before)
    elif not _adds(before, told, words):
        return before
    else:
        _add(before, told, words)
    if before.reason is Reason.WORRIED and comment.commenter_id is not None:
        before.case_id = heed_worry(comment, worry_level(comment.site_id)).id
    db.session.flush()
    return before


def settle(comment: Comment, decision: Decision) -> int:
    """Say that a decision has dealt with the open reports on a comment; returns how many there were."""
    waiting = (Report.comment_id == comment.id, Report.decision_id.is_(None), Report.case_id.is_(None))
    return rows_changed(update(Report).where(*waiting).values(decision_id=decision.id))


def unsettle(decision: Decision) -> int:
    """Open the reports again that a decision had dealt with, now that it is undone; returns how many."""
    return rows_changed(update(Report).where(Report.decision_id == decision.id).values(decision_id=None))


def worry_level(site_id: int) -> Level:
    """Return the level to which a reader's worry raises a case: one that is mailed at once where the owner wants it."""
    return Level.URGENT if db.session.get_one(Site, site_id).worry_wakes else Level.SUPPORT


def _adds(report: Report, reason: Reason, words: str) -> bool:
    return (bool(words) and words not in report.words) or (
        reason is not report.reason and report.reason is not Reason.WORRIED
    )


def _add(report: Report, reason: Reason, words: str) -> None:
    report.decision_id = None
    if report.reason is not Reason.WORRIED:
        report.reason = reason
    if words and words not in report.words:
        together = f"{report.words}\n\n{words}".strip()
        if len(together) > ALL_WORDS_LIMIT:
            raise Invalid(N_("You have told us a lot about this comment already. A person is going to read it."))
        report.words = together


def _checked_reason(reason: str) -> Reason:
    try:
        return Reason(reason)
    except ValueError:
        raise Invalid(N_("Please choose what it is about."), field="reason") from None


def _checked_words(words: str) -> str:
    return clean_source(words, limit=WORDS_LIMIT) if words.strip() else ""
