"""Attempts at what is due: lease a message, record what came of it, try it on or give it up."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, delete, or_, select, update
from sqlalchemy.orm import aliased

from service.core import clock
from service.core.db import db, rows_changed
from service.core.dispatch import dispatch
from service.core.errors import N_, Conflict
from service.core.leases import is_free
from service.core.signing import new_token
from service.notifications.actions import DELIVER_TASK
from service.notifications.models import Channel, Delivery, Kind, Notification, NotificationState

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
FIRST_BACKOFF_S = 30.0  # eight attempts then reach over more than half an hour without a mail server, with any luck
LONGEST_BACKOFF_S = 3600.0
# Mail about somebody who may be in danger is tried on, so often, until it is withdrawn with their case.
STEADY_BACKOFF_S = 900.0
IN_DANGER = ("urgent", "crisis")
LONGEST_FOR_READERS = timedelta(days=3)  # their address may be gone for good


@dataclass(frozen=True)
class Leased:
    """A notification that is ours to deliver until its lease runs out."""

    notification: Notification
    notification_id: int
    site_id: int
    delivery_id: int
    token: str


def lease(notification_id: int) -> Leased | None:
    """Take one due notification for a minute; None when it is not due, withdrawn, or somebody else's.

    The attempt is counted before it is made, so that one that crashes counts too.
    """
    token, moment = new_token(), clock.now()
    taken = rows_changed(
        update(Notification)
        .where(
            Notification.id == notification_id,
            Notification.state == NotificationState.WAITING,
            is_due(moment),
            is_tried_on(),
        )
        .values(lease_token=token, not_before=moment + LEASE, attempts=Notification.attempts + 1, gathers=None)
    )
    if not taken:
        return None
    notification = db.session.get_one(Notification, notification_id, populate_existing=True)
    delivery = Delivery(notification_id=notification.id, attempt=notification.attempts)
    db.session.add(delivery)
    db.session.flush()
    return Leased(notification, notification.id, notification.site_id, delivery.id, token)


def delivered(notification_id: int, delivery_id: int, token: str) -> None:
    """Record that the message was accepted, if the lease is still ours."""
    moment = clock.now()
    sent = {"state": NotificationState.SENT, "sent_at": moment}
    _finish(delivery_id, moment, error="")
    if _update_leased(notification_id, token, **sent, last_error="", lease_token=None):
        with_it = (Notification.summary_id == notification_id) & (Notification.state == NotificationState.MERGED)
        db.session.execute(update(Notification).where(with_it).values(**sent))


def failed(notification_id: int, delivery_id: int, token: str, error: str) -> bool:
    """Record a failed attempt; it is tried again after a growing pause, or given up.

    True from the eighth failure on, when somebody has to hear of it, whether it is tried on or not.
    """
    moment = clock.now()
    _finish(delivery_id, moment, error=error)
    notification = db.session.get_one(Notification, notification_id, populate_existing=True)
    spent = notification.attempts >= MAX_ATTEMPTS
    here = Notification.id == notification_id
    dead = spent and db.session.scalar(select(Notification.id).where(here, is_tried_on())) is None
    steady = db.session.scalar(select(Notification.id).where(here, _keeps_on())) is not None
    longest = STEADY_BACKOFF_S if steady else LONGEST_BACKOFF_S
    _update_leased(
        notification_id,
        token,
        state=NotificationState.DEAD if dead else NotificationState.WAITING,
        not_before=moment + backoff(notification.attempts, random.random(), longest),  # noqa: S311  (jitter, no secret)
        last_error=error,
        lease_token=None,
    )
    return spent


def drop(leased: Leased) -> None:
    """Withdraw a message of ours that turned out to have nothing to say any more; no attempt was made."""
    db.session.execute(delete(Delivery).where(Delivery.id == leased.delivery_id))
    _update_leased(leased.notification_id, leased.token, state=NotificationState.WITHDRAWN, lease_token=None)


def bury_exhausted() -> list[tuple[int, int]]:
    """Declare dead what has no attempt left and could not say so; returns ids of message and site.

    It crashed in its last one, or was tried on until a newer mail said the same.
    """
    error = case((Notification.lease_token.is_not(None), "no answer"), else_=Notification.last_error)
    spent = (Notification.state == NotificationState.WAITING) & ~is_tried_on() & is_due(clock.now())
    buried = update(Notification).where(spent).values(state=NotificationState.DEAD, last_error=error)
    rows = db.session.execute(buried.returning(Notification.id, Notification.site_id))
    return [(row.id, row.site_id) for row in rows]


def retry(notification: Notification) -> None:
    """Try a message now, as a person asked: one that has failed for good, or one that waits for later.

    Raises Conflict for any other, and for one that is due anyway or being sent at this moment.
    """
    moment = clock.now()
    if notification.state is NotificationState.DEAD:
        notification.state, notification.attempts = NotificationState.WAITING, 0
    elif not _waits_for_later(notification, moment):
        raise Conflict(N_("This message is not among those that can be tried again."))
    notification.not_before = moment
    dispatch(DELIVER_TASK, notification.id)


def is_due(moment: datetime) -> ColumnElement[bool]:
    """True of what is due and leased by nobody.

    A lease that would last too long, and a message for at once that was written later than now, are of a clock that
    has been set back since: they are due too.
    """
    free = is_free(Notification.not_before, moment, LEASE)
    left_over = and_(Notification.lease_token.is_not(None), free)
    at_once = and_(Notification.created_at > moment, Notification.not_before <= Notification.created_at)
    return or_(Notification.not_before <= moment, left_over, at_once)


def is_tried_on() -> ColumnElement[bool]:
    """True of what has attempts left: eight, or any number where somebody may be in danger."""
    return or_(Notification.attempts < MAX_ATTEMPTS, _keeps_on())


def is_under_way(notification: Notification, moment: datetime) -> bool:
    """Tell whether somebody who has leased a message may be sending it at `moment`."""
    return notification.lease_token is not None and notification.not_before > moment


def backoff(attempts: int, chance: float, longest_s: float = LONGEST_BACKOFF_S) -> timedelta:
    """Return the pause after so many failures: 30 s, doubling up to an hour; `chance` (0..1) takes up to half of it."""
    full = min(longest_s, FIRST_BACKOFF_S * 2 ** (attempts - 1))
    return timedelta(seconds=full * (0.5 + chance / 2))


def _keeps_on() -> ColumnElement[bool]:
    """True of mail that a mail server's absence must not end, however long it is.

    To staff: the newest about each urgent or crisis case; what is older is said by it. To readers: the letter with the
    help lines, and word of a private answer, which say nothing once the case is over.
    """
    newer = aliased(Notification)
    said_by_newer = (
        select(newer.id)
        .where(
            newer.cause == Notification.cause,
            newer.recipient_id == Notification.recipient_id,
            newer.channel == Notification.channel,
            newer.step > Notification.step,
        )
        .exists()
    )
    of_staff = Notification.kind.in_((Kind.CASE, Kind.UNSEEN, Kind.SUMMARY)) & Notification.level.in_(IN_DANGER)
    of_readers = Notification.kind.in_((Kind.LETTER, Kind.PRIVATE_ANSWER))
    recent = Notification.created_at > clock.now() - LONGEST_FOR_READERS
    by_mail = Notification.channel == Channel.EMAIL
    return and_(by_mail, or_(and_(of_staff, ~said_by_newer), and_(of_readers, recent)))


def _waits_for_later(notification: Notification, moment: datetime) -> bool:
    waits = notification.state is NotificationState.WAITING and notification.not_before > moment
    return waits and not is_under_way(notification, moment)


def _finish(delivery_id: int, moment: datetime, *, error: str) -> None:
    db.session.execute(update(Delivery).where(Delivery.id == delivery_id).values(finished_at=moment, error=error))


def _update_leased(notification_id: int, token: str, **values: object) -> int:
    ours = (Notification.id == notification_id) & (Notification.lease_token == token)
    still = Notification.state == NotificationState.WAITING
    return rows_changed(update(Notification).where(ours, still).values(**values))
