"""What a run has left in the database, in the mail sink and in the readers' hands, held against what was promised."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session, joinedload

from service.accounts.models import Role, User
from service.care.models import Case, CaseEventRow
from service.care.transitions import CaseEvent
from service.comments.models import Comment, Revision, Screening, Status
from service.config import Settings
from service.notifications.models import Channel, Delivery, Kind, Notification, NotificationState
from service.notifications.withdrawal import UNSENT
from tests.faults.readers import CUT, Post
from tests.faults.sink import Sink

ALERTING = (CaseEvent.OPENED, CaseEvent.RAISED, CaseEvent.REOPENED)
MOST_TRIES = 8
FIRST_STEP = 1


@dataclass
class Findings:
    """The figures of one run; everything after `lost` should be 0 unless the run says otherwise."""

    posts: int = 0
    accepted: int = 0
    lost: int = 0
    doubled: int = 0
    unscreened: int = 0
    unscanned: int = 0
    cases_missing: int = 0
    alerts_missing: int = 0
    alerts_doubled: int = 0
    mails_missing: int = 0
    mails_doubled: int = 0
    mails_unexplained: int = 0
    most_tries: int = 0
    dead: int = 0
    answers_5xx: int = 0
    words_not_given_back: int = 0
    cuts: int = 0
    notes: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    latencies_in_fault: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    alert_delays: list[float] = field(default_factory=list)
    alert_delays_after: list[float] = field(default_factory=list)
    screening_delays: list[float] = field(default_factory=list)

    def broken(self, *, may_5xx: bool = False, poisoned: int = 0, mail: bool = True, kills: int = 0) -> list[str]:
        """Return the promises that did not hold, in words.

        A kill in the middle of a screening uses up one of its two attempts, so at most half as many comments as there
        were `kills` may have been given up without poison: people are alarmed about each, and no word of it is lost.
        """
        wrong = ["lost", "doubled", "unscreened", "cases_missing", "alerts_missing", "alerts_doubled"]
        wrong += ["mails_missing", "mails_unexplained", "dead"] if mail else []
        wrong += ["words_not_given_back"] if may_5xx else ["answers_5xx"]
        found = [f"{name.replace('_', ' ')}: {getattr(self, name)}" for name in wrong if getattr(self, name)]
        if self.accepted != self.posts:
            found.append(f"not taken at all: {self.posts - self.accepted}")
        if not poisoned <= self.unscanned <= poisoned + kills // 2:
            found.append(f"unscanned: {self.unscanned} instead of {poisoned}")
        if self.most_tries > MOST_TRIES:
            found.append(f"tries: {self.most_tries}")
        return [*found, *self.notes]


class Ledger:
    """Reads the site's database from outside, through connections of its own."""

    def __init__(self, settings: Settings) -> None:
        self._engine: Engine = create_engine(settings.database, pool_pre_ping=True)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def ids(self, tokens: dict[str, str]) -> dict[str, int]:
        """Return for each key the id of the shown comment with its token, as far as it is there."""
        with Session(self._engine) as session:
            shown = session.execute(
                select(Revision.source, Comment.id)
                .join(Comment, Comment.public_revision_id == Revision.id)
                .where(Comment.status == Status.PUBLISHED)
            ).all()
        return {key: number for key, token in tokens.items() for source, number in shown if source.endswith(token)}

    def at_rest(self) -> bool:
        """True when nothing waits to be screened or sent."""
        with Session(self._engine) as session:
            screening = session.scalar(select(func.count()).where(Revision.screening == Screening.WAITING))
            waiting = Notification.state.in_(UNSENT)
            sending = session.scalar(select(func.count()).select_from(Notification).where(waiting))
        return not screening and not sending

    def count(self, token: str) -> int:
        """Return how many comments carry a token."""
        with Session(self._engine) as session:
            return session.scalar(select(func.count()).where(Revision.source.endswith(f" {token}"))) or 0

    def alarms(self, kind: Kind) -> list[tuple[int, Channel, NotificationState]]:
        """Return recipient, channel and state of every alarm of a kind."""
        with Session(self._engine) as session:
            found = session.scalars(select(Notification).where(Notification.kind == kind).order_by(Notification.id))
            return [(each.recipient_id, each.channel, each.state) for each in found]

    def integrity(self) -> str:
        """Return what SQLite thinks of its file: "ok"."""
        with self._engine.connect() as connection:
            return str(connection.execute(text("PRAGMA integrity_check")).scalar())

    def findings(
        self, posts: list[Post], sink: Sink | None, in_fault: Callable[[float], bool], over_at: datetime
    ) -> Findings:
        """Hold everything against what was posted; the last fault was over at `over_at`."""
        found = Findings(posts=len(posts), accepted=sum(post.accepted_at is not None for post in posts))
        _count_answers(found, posts, in_fault)
        with Session(self._engine) as session:
            rows = _rows(session, posts)
            _count_comments(found, posts, rows)
            _count_cases(found, session, posts, rows)
            _count_alerts(found, session, over_at)
            _count_mails(found, session, sink)
        return found


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value below which this share lies (nearest rank), or not-a-number of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def _count_answers(found: Findings, posts: list[Post], in_fault: Callable[[float], bool]) -> None:
    for attempt in (attempt for post in posts for attempt in post.attempts):
        if attempt.status == CUT:
            found.cuts += 1
        elif attempt.status == 303:
            found.latencies.append(attempt.seconds)
            if in_fault(attempt.at):
                found.latencies_in_fault.append(attempt.seconds)
        elif attempt.status >= 500:
            found.answers_5xx += 1
            found.words_not_given_back += not attempt.gave_back
            found.refusals.append(attempt.seconds)
            if attempt.status != 503:
                found.notes.append(f"status {attempt.status}")
        else:
            found.notes.append(f"status {attempt.status}")


def _rows(session: Session, posts: list[Post]) -> dict[str, list[Comment]]:
    """Return the comments of each token."""
    rows: dict[str, list[Comment]] = {post.token: [] for post in posts}
    every = select(Comment).options(joinedload(Comment.latest))
    for comment in session.scalars(every):
        rows.setdefault(comment.latest.source.rsplit(" ", 1)[-1], []).append(comment)
    return rows


def _count_comments(found: Findings, posts: list[Post], rows: dict[str, list[Comment]]) -> None:
    for post in posts:
        comments = rows[post.token]
        found.lost += post.accepted_at is not None and not comments
        found.doubled += max(0, len(comments) - 1)
        for comment in comments:
            decided = comment.status is Status.PUBLISHED or comment.held_at is not None
            done = comment.latest.screening in (Screening.DONE, Screening.FAILED)
            found.unscreened += not (decided and done)
            found.unscanned += comment.latest.screening is Screening.FAILED
            if post.poisoned and comment.latest.screening is Screening.DONE:
                found.notes.append("a poisoned text counts as scanned")
            if comment.latest.screened_at is not None:
                found.screening_delays.append((comment.latest.screened_at - comment.created_at).total_seconds())


def _count_cases(found: Findings, session: Session, posts: list[Post], rows: dict[str, list[Comment]]) -> None:
    cases = {(case.commenter_id, case.root_id) for case in session.scalars(select(Case))}
    for post in posts:
        scanned = [comment for comment in rows[post.token] if comment.latest.screening is Screening.DONE]
        if post.distressed:
            found.cases_missing += sum((comment.commenter_id, comment.root_id) not in cases for comment in scanned)


def _count_alerts(found: Findings, session: Session, over_at: datetime) -> None:
    """Author and moderators have one in-app alert for every time that a case was opened, raised or opened again."""
    staff = list(session.scalars(select(User.id).where(User.role.in_([Role.OWNER, Role.MODERATOR, Role.AUTHOR]))))
    bell = (Notification.channel == Channel.IN_APP) & Notification.kind.in_([Kind.CASE, Kind.UNSCANNED])
    written = list(session.scalars(select(Notification).where(bell, Notification.step <= FIRST_STEP)))
    alerts = Counter((each.cause, each.recipient_id) for each in written)
    expected: set[tuple[str, int]] = set()
    for event in session.scalars(select(CaseEventRow).where(CaseEventRow.event.in_(ALERTING))):
        case = session.get_one(Case, event.case_id)
        expected |= {(f"case:{case.id}:{case.opening}:{event.level}", recipient) for recipient in staff}
        if event.event is CaseEvent.OPENED:
            moment = [each.created_at for each in written if each.cause.startswith(f"case:{case.id}:")]
            if moment:
                _count_delay(found, case.waiting_since, min(moment), over_at)
    for revision in session.scalars(select(Revision).where(Revision.screening == Screening.FAILED)):
        expected |= {(f"unscanned:{revision.id}", recipient) for recipient in staff}
    found.alerts_missing = len(expected - alerts.keys())
    found.alerts_doubled = sum(count - 1 for count in alerts.values()) + len(alerts.keys() - expected)


def _count_delay(found: Findings, since: datetime, alerted: datetime, over_at: datetime) -> None:
    """Count how long an alert took, and how long it took from the moment when no fault was in its way any more."""
    found.alert_delays.append((alerted - since).total_seconds())
    if alerted > over_at:
        found.alert_delays_after.append((alerted - max(since, over_at)).total_seconds())


def _count_mails(found: Findings, session: Session, sink: Sink | None) -> None:
    """A second copy is explained where an attempt was not recorded: the crash fell between taken and recorded."""
    unrecorded = Counter(session.scalars(select(Delivery.notification_id).where(Delivery.finished_at.is_(None))))
    tries = Counter(session.scalars(select(Delivery.notification_id)))
    found.most_tries = max(tries.values(), default=0)
    copies: Counter[int] = Counter()
    for (message_id, _address), count in (sink.taken if sink else Counter[tuple[str, str]]()).items():
        copies[int(message_id.split("@")[0].removeprefix("attune-"))] += count
    for notification in session.scalars(select(Notification).where(Notification.channel == Channel.EMAIL)):
        count, taken = copies[notification.id], copies[notification.summary_id or notification.id]
        unsent = notification.state is NotificationState.SENT and sink is not None and taken == 0
        found.dead += notification.state is NotificationState.DEAD
        found.mails_missing += unsent or notification.state in UNSENT
        found.mails_doubled += max(0, count - 1)
        if count - 1 > unrecorded[notification.id]:
            found.mails_unexplained += count - 1 - unrecorded[notification.id]
            found.notes.append(_story(session, notification, count))


def _story(session: Session, notification: Notification, copies: int) -> str:
    """Say when each attempt at a mail was made, in seconds after it was written."""
    attempts = session.scalars(
        select(Delivery).where(Delivery.notification_id == notification.id).order_by(Delivery.id)
    )
    told = [
        f"{_after(notification, each.started_at)} to {_after(notification, each.finished_at)} {each.error}".strip()
        for each in attempts
    ]
    return f"{notification.kind.value} mail {notification.id}, {copies} copies: {', '.join(told)}"


def _after(notification: Notification, moment: datetime | None) -> str:
    return "?" if moment is None else f"{(moment - notification.created_at).total_seconds():.1f}"
