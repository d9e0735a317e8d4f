"""What is over at a moment, kind by kind, and how it is deleted; nothing of a case that is open is ever among it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, func, literal, or_, select, update
from sqlalchemy import Select as Query
from sqlalchemy.orm import aliased

from service.accounts.addresses import forget_address
from service.accounts.models import Commenter, SessionRow
from service.archive.purge import purge_words
from service.archive.retention.models import RetentionRun
from service.care.models import Case, CaseEventRow
from service.care.transitions import ENDED
from service.comments.models import Audience, Comment, Revision, Screening, Status
from service.core.audit import AuditRow
from service.core.db import Base, db
from service.moderation.calibration.models import DeclinedSuggestion
from service.moderation.calibration.models import Kind as Suggested
from service.moderation.models import Decision, Note
from service.moderation.reports.models import Report
from service.moderation.standings.models import StandingChange
from service.notifications.models import Channel, Delivery, Kind, Notification, NotificationState
from service.site.models import Site

Due = Query[int]
REMOVED = (Status.HIDDEN, Status.SPAM)
REPEATS_KEPT = timedelta(days=7)  # by these a form that is sent twice is known; nobody sends it a week later


@dataclass(frozen=True)
class Step:
    """One kind of thing: which are over (their ids), and what becomes of them."""

    name: str
    due: Callable[[Site, datetime], Due]
    purge: Callable[[Sequence[int]], None]


def _removed(site: Site, moment: datetime) -> Due:
    """Spam and hidden comments, so long after they were decided on, and not written anew since."""
    before = moment - timedelta(days=site.keep_removed_days)
    decided = (
        select(func.max(Decision.created_at))
        .where(Decision.comment_id == Comment.id, Decision.status_after.in_(REMOVED))
        .where(Decision.status_before != Decision.status_after)
        .correlate(Comment)
        .scalar_subquery()
    )
    since = func.coalesce(decided, Revision.screened_at, Comment.created_at)
    return (
        select(Comment.id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .where(Comment.site_id == site.id, Comment.status.in_(REMOVED), Comment.purged_at.is_(None))
        .where(since <= before, func.coalesce(Comment.edited_at, Comment.created_at) <= before)
        .where(Revision.screening != Screening.WAITING, ~_in_care(Comment.commenter_id, Comment.root_id))
    )


def _withdrawn(site: Site, _moment: datetime) -> Due:
    """What its writer took back, as soon as nobody owes them an answer in that conversation."""
    waiting = select(Case.id).where(
        Case.commenter_id == Comment.commenter_id, Case.root_id == Comment.root_id, Case.state.not_in(ENDED)
    )
    mine = (Comment.site_id == site.id, Comment.status == Status.WITHDRAWN, Comment.purged_at.is_(None))
    return select(Comment.id).where(*mine, ~waiting.exists())


def _case_events(site: Site, moment: datetime) -> Due:
    """What happened in cases that are long over: times and levels stay, for figures; reasons and people do not."""
    says = or_(CaseEventRow.reason != "", CaseEventRow.user_id.is_not(None), CaseEventRow.comment_id.is_not(None))
    return select(CaseEventRow.id).join(Case, Case.id == CaseEventRow.case_id).where(_long_over(site, moment), says)


def _case_notes(site: Site, moment: datetime) -> Due:
    """Notes about people whose cases are all long over; a note's own date may come earlier."""
    about = func.coalesce(Note.commenter_id, Comment.commenter_id)
    old = select(Case.id).where(Case.commenter_id == about, _long_over(site, moment))
    young = select(Case.id).where(Case.commenter_id == about, ~_long_over(site, moment))
    before = moment - timedelta(days=site.keep_cases_days)
    return (
        select(Note.id)
        .outerjoin(Comment, Comment.id == Note.comment_id)
        .where(Note.site_id == site.id)
        .where(or_(and_(Note.created_at <= before, old.exists(), ~young.exists()), _erased(about)))
    )


def _messages(site: Site, _moment: datetime) -> Due:
    """What staff wrote for the eyes of somebody alone who has been erased, and waits no more."""
    parent = aliased(Comment)
    return (
        select(Comment.id)
        .join(parent, parent.id == Comment.parent_id)
        .where(Comment.site_id == site.id, Comment.audience == Audience.WRITER, Comment.purged_at.is_(None))
        .where(_erased(parent.commenter_id))
    )


def _reports(site: Site, moment: datetime) -> Due:
    """The words of reports that were dealt with long ago."""
    before = moment - timedelta(days=site.keep_cases_days)
    return (
        select(Report.id)
        .outerjoin(Decision, Decision.id == Report.decision_id)
        .outerjoin(Case, Case.id == Report.case_id)
        .where(Report.site_id == site.id, Report.words != "")
        .where(or_(and_(Report.case_id.is_(None), Decision.created_at <= before), _long_over(site, moment)))
    )


def _deliveries(site: Site, moment: datetime) -> Due:
    before = moment - timedelta(days=site.keep_deliveries_days)
    return (
        select(Delivery.id)
        .join(Notification, Notification.id == Delivery.notification_id)
        .where(Notification.site_id == site.id, Delivery.started_at <= before, ~_of_open_case())
    )


def _notifications(site: Site, moment: datetime) -> Due:
    """Messages that have come to an end: those that still keep a second one from being sent stay as long as audit."""
    before, long_before = (moment - timedelta(days=days) for days in (site.keep_deliveries_days, site.keep_audit_days))
    merged = aliased(Notification)
    unread = and_(Notification.channel == Channel.IN_APP, Notification.read_at.is_(None))
    once = (Kind.ANSWER, Kind.PRIVATE_ANSWER, Kind.LETTER)
    spoken_for = or_(unread, Notification.kind.in_(once))
    ended = (NotificationState.SENT, NotificationState.WITHDRAWN, NotificationState.DEAD)
    return (
        select(Notification.id)
        .where(Notification.site_id == site.id, Notification.state.in_(ended), ~_of_open_case())
        .where(Notification.created_at <= before, or_(~spoken_for, Notification.created_at <= long_before))
        .where(~select(merged.id).where(merged.summary_id == Notification.id).exists())
    )


def _undo_states(site: Site, moment: datetime) -> Due:
    """What would be needed to undo an act; it cannot be undone from then on."""
    before = moment - timedelta(days=site.keep_removed_days)
    return (
        select(Decision.id)
        .join(Comment, Comment.id == Decision.comment_id)
        .where(Decision.site_id == site.id, Decision.created_at <= before, cast(Decision.changes, String) != "{}")
        .where(~_in_care(Comment.commenter_id, Comment.root_id))
    )


def _reasons(site: Site, moment: datetime) -> Due:
    before = moment - timedelta(days=site.keep_audit_days)
    return (
        select(Decision.id)
        .join(Comment, Comment.id == Decision.comment_id)
        .where(Decision.site_id == site.id, Decision.created_at <= before, Decision.reason != "")
        .where(~_in_care(Comment.commenter_id, Comment.root_id))
    )


def _standing_reasons(site: Site, moment: datetime) -> Due:
    before = moment - timedelta(days=site.keep_audit_days)
    mine = (StandingChange.site_id == site.id, StandingChange.created_at <= before, StandingChange.reason != "")
    return select(StandingChange.id).where(*mine)


def _suggested_words(site: Site, moment: datetime) -> Due:
    """Words that readers had used and that nobody wanted as a phrase; the key of a phrase is nobody's words."""
    before = moment - timedelta(days=site.keep_audit_days)
    mine = (DeclinedSuggestion.site_id == site.id, DeclinedSuggestion.created_at <= before)
    return select(DeclinedSuggestion.id).where(*mine, DeclinedSuggestion.kind == Suggested.MISSED)


def _audit(site: Site, moment: datetime) -> Due:
    before = moment - timedelta(days=site.keep_audit_days)
    return select(AuditRow.id).where(AuditRow.site_id == site.id, AuditRow.created_at <= before)


def _repeats(site: Site, moment: datetime) -> Due:
    kept = or_(Comment.repeat_key.is_not(None), Comment.idempotency_key.is_not(None))
    return select(Comment.id).where(Comment.site_id == site.id, Comment.created_at <= moment - REPEATS_KEPT, kept)


def _addresses(site: Site, moment: datetime) -> Due:
    """Addresses that nobody confirmed: they may be somebody else's."""
    before = moment - timedelta(days=site.keep_removed_days)
    asked = select(Notification.id).where(
        Notification.commenter_id == Commenter.id, Notification.kind == Kind.CONFIRM, Notification.created_at > before
    )
    unconfirmed = (Commenter.email_encrypted.is_not(None), Commenter.email_confirmed_at.is_(None))
    mine = (Commenter.site_id == site.id, Commenter.created_at <= before)
    return select(Commenter.id).where(*mine, *unconfirmed, ~asked.exists())


def _sessions(_site: Site, moment: datetime) -> Due:
    return select(SessionRow.id).where(SessionRow.expires_at < moment)


def _runs(site: Site, moment: datetime) -> Due:
    before = moment - timedelta(days=site.keep_audit_days)
    return select(RetentionRun.id).where(RetentionRun.site_id == site.id, RetentionRun.began_at <= before)


def _forget_addresses(ids: Sequence[int]) -> None:
    for commenter in db.session.scalars(select(Commenter).where(Commenter.id.in_(ids))):
        forget_address(commenter)


def _delete(table: type[Base]) -> Callable[[Sequence[int]], None]:
    def purge(ids: Sequence[int]) -> None:
        db.session.execute(delete(table).where(table.__table__.c.id.in_(ids)))

    return purge


def _blank(table: type[Base], **values: object) -> Callable[[Sequence[int]], None]:
    def purge(ids: Sequence[int]) -> None:
        db.session.execute(update(table).where(table.__table__.c.id.in_(ids)).values(**values))

    return purge


def _in_care(commenter_id: Any, root_id: Any) -> ColumnElement[bool]:
    """True of what belongs to somebody who waits, or stands in a conversation where somebody does."""
    case = aliased(Case)
    theirs = or_(case.commenter_id == commenter_id, case.root_id == root_id)
    return select(case.id).where(theirs, or_(case.state.not_in(ENDED), case.follow_at.is_not(None))).exists()


def _erased(commenter_id: Any) -> ColumnElement[bool]:
    """True of what is about somebody who asked to be erased, once nobody owes them an answer."""
    gone = select(Commenter.id).where(Commenter.id == commenter_id, Commenter.erased_at.is_not(None)).exists()
    waits = select(Case.id).where(Case.commenter_id == commenter_id, Case.state.not_in(ENDED)).exists()
    return and_(gone, ~waits)


def _long_over(site: Site, moment: datetime) -> ColumnElement[bool]:
    before = moment - timedelta(days=site.keep_cases_days)
    mine = and_(Case.site_id == site.id, Case.state.in_(ENDED), Case.follow_at.is_(None))
    return and_(mine, func.coalesce(Case.closed_at, Case.last_written_at) <= before)


def _of_open_case() -> ColumnElement[bool]:
    """True of a message about a case that is open: its cause begins with the case's number."""
    case = aliased(Case)
    cause = literal("case:") + cast(case.id, String) + literal(":%")
    return select(case.id).where(Notification.cause.like(cause), case.state.not_in(ENDED)).exists()


# Comments come after what is kept about them, so that a dry run counts each thing once.
STEPS = (
    Step("case events", _case_events, _blank(CaseEventRow, reason="", user_id=None, comment_id=None)),
    Step("case notes", _case_notes, _delete(Note)),
    Step("words of reports", _reports, _blank(Report, words="")),
    Step("deliveries", _deliveries, _delete(Delivery)),
    Step("notifications", _notifications, _delete(Notification)),
    Step("undo states", _undo_states, _blank(Decision, changes={})),
    Step("reasons of decisions", _reasons, _blank(Decision, reason="")),
    Step("reasons of standings", _standing_reasons, _blank(StandingChange, reason="")),
    Step("words put away", _suggested_words, _delete(DeclinedSuggestion)),
    Step("access log", _audit, _delete(AuditRow)),
    Step("marks of repeated posts", _repeats, _blank(Comment, repeat_key=None, idempotency_key=None)),
    Step("removed comments", _removed, purge_words),
    Step("withdrawn comments", _withdrawn, purge_words),
    Step("messages to who was erased", _messages, purge_words),
    Step("unconfirmed addresses", _addresses, _forget_addresses),
    Step("sessions", _sessions, _delete(SessionRow)),
    Step("runs", _runs, _delete(RetentionRun)),
)
