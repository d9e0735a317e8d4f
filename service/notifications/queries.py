"""What is in the outbox, and what waits in somebody's bell."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select

from service.core import clock
from service.core.db import db
from service.core.errors import N_, NotFound
from service.notifications.attempts import MAX_ATTEMPTS, is_due, is_tried_on
from service.notifications.models import Channel, Delivery, Kind, Notification, NotificationState

LIST_LIMIT = 200


def due_ids(*, limit: int, kind: Kind | None = None) -> list[int]:
    """Return the ids of notifications that are due, oldest first; of one kind or of all."""
    query = select(Notification.id).where(
        Notification.state == NotificationState.WAITING,
        is_due(clock.now()),
        is_tried_on(),
    )
    if kind is not None:
        query = query.where(Notification.kind == kind)
    return list(db.session.scalars(query.order_by(Notification.not_before, Notification.id).limit(limit)))


def notification_by_id(site_id: int, notification_id: int) -> Notification:
    """Return a notification of this site. Raises NotFound."""
    notification = db.session.get(Notification, notification_id)
    if notification is None or notification.site_id != site_id:
        raise NotFound(N_("There is no such message here."))
    return notification


def bell(recipient_id: int) -> Sequence[Notification]:
    """Return what this person has not read yet, newest first."""
    newest = (Notification.created_at.desc(), Notification.id.desc())
    query = select(Notification).where(*unread(recipient_id)).order_by(*newest)
    return db.session.scalars(query.limit(LIST_LIMIT)).all()


def unread(recipient_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on what waits in somebody's bell."""
    return (
        Notification.recipient_id == recipient_id,
        Notification.channel == Channel.IN_APP,
        Notification.state == NotificationState.SENT,
        Notification.read_at.is_(None),
    )


def outbox(site_id: int, *, state: NotificationState | None = None) -> Sequence[Notification]:
    """Return the newest messages that leave by a channel, the dead and those that do not get through first."""
    query = select(Notification).where(Notification.site_id == site_id, Notification.channel != Channel.IN_APP)
    if state is not None:
        query = query.where(Notification.state == state)
    return db.session.scalars(query.order_by(_is_stuck().desc(), Notification.id.desc()).limit(LIST_LIMIT)).all()


def mailed_before(site_id: int, cause: str, step: int) -> bool:
    """Tell whether anybody was written to of this cause at an earlier step."""
    earlier = (Notification.site_id == site_id, Notification.cause == cause, Notification.step < step)
    query = select(Notification.id).where(*earlier, Notification.channel == Channel.EMAIL)
    return db.session.scalar(query.limit(1)) is not None


def stuck_count(site_id: int) -> int:
    """Return how many messages eight attempts could not deliver, whether they are given up or tried on."""
    query = select(func.count()).where(Notification.site_id == site_id, _is_stuck())
    return db.session.scalar(query) or 0


def waiting_count(site_id: int) -> int:
    """Return how many messages are due and have not gone out."""
    due = (Notification.state == NotificationState.WAITING) & (Notification.not_before <= clock.now())
    return db.session.scalar(select(func.count()).where(Notification.site_id == site_id, due)) or 0


def attempts_of(notification: Notification) -> Sequence[Delivery]:
    """Return the attempts to deliver this message, oldest first."""
    query = select(Delivery).where(Delivery.notification_id == notification.id)
    return db.session.scalars(query.order_by(Delivery.id)).all()


def _is_stuck() -> ColumnElement[bool]:
    tried_on = (Notification.state == NotificationState.WAITING) & (Notification.attempts >= MAX_ATTEMPTS)
    return or_(Notification.state == NotificationState.DEAD, tried_on)
