"""Write notifications into the outbox: once for each cause, person, step and channel."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, update

from service.core import clock
from service.core.db import db, insert
from service.core.dispatch import dispatch
from service.notifications.models import Channel, Kind, Notification, NotificationState

DELIVER_TASK = "notifications.deliver"
NO_TIME = timedelta(0)


def notify(
    site_id: int,
    cause: str,
    recipients: Iterable[int],
    *,
    kind: Kind,
    path: str,
    level: str = "",
    step: int = 1,
    channels: Iterable[Channel] = (Channel.IN_APP, Channel.EMAIL),
    not_before: Mapping[int, datetime] | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Tell each recipient once for this cause and step, through each channel.

    Written in the transaction of its cause; the unique key makes a second call do nothing. An in-app
    notification is delivered by being written; the others are dispatched after commit, or wait until
    `not_before` says, for those named in it.
    """
    moment = clock.now()
    later = {who for who, hour in (not_before or {}).items() if hour > moment}
    for recipient in recipients:
        for channel in channels:
            number = insert_once(
                site_id=site_id,
                cause=cause,
                recipient_id=recipient,
                step=step,
                channel=channel,
                kind=kind,
                level=level,
                path=path,
                details=dict(details or {}),
                not_before=moment if channel is Channel.IN_APP else (not_before or {}).get(recipient, moment),
            )
            if number is not None and channel is not Channel.IN_APP and recipient not in later:
                dispatch(DELIVER_TASK, number)


def notify_commenter(
    site_id: int,
    cause: str,
    commenter_id: int,
    *,
    kind: Kind,
    path: str,
    step: int = 1,
    wait: timedelta = NO_TIME,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Mail a commenter once for this cause and step; the caller has seen to it that their address is good for it.

    It waits as long as `wait` says, so that who caused it can think again. What was withdrawn before it went out, and
    is due after all, goes out; what has gone out never does again.
    """
    number = insert_once(
        site_id=site_id,
        cause=cause,
        commenter_id=commenter_id,
        step=step,
        channel=Channel.EMAIL,
        kind=kind,
        level="",
        path=path,
        details=dict(details or {}),
        not_before=clock.now() + wait,
    ) or _revive(cause, commenter_id, step, wait)
    if number is not None and not wait:
        dispatch(DELIVER_TASK, number)


def insert_once(**values: object) -> int | None:
    """Insert a notification unless its unique key is there; returns the new id, or None.

    One for the bell is delivered by being written; any other waits, unless `values` say something else.
    """
    moment = clock.now()
    in_app = values["channel"] is Channel.IN_APP
    values = {
        "state": NotificationState.SENT if in_app else NotificationState.WAITING,
        "sent_at": moment if in_app else None,
        "created_at": moment,
        "attempts": 0,
        "last_error": "",
        **values,
    }
    statement = insert(Notification).values(**values).on_conflict_do_nothing().returning(Notification.id)
    number = db.session.execute(statement).scalar_one_or_none()
    return int(number) if number is not None else None


def put_off(which: ColumnElement[bool], until: datetime) -> None:
    """Have those of these messages that still wait for their time go out no sooner and no later than `until`."""
    query = update(Notification).where(which, Notification.not_before > clock.now())
    waits = Notification.state == NotificationState.WAITING
    db.session.execute(query.where(waits, Notification.attempts == 0).values(not_before=until))


def mark_read(recipient_id: int) -> None:
    """Mark all in-app notifications of one person as read."""
    db.session.execute(
        update(Notification)
        .where(
            Notification.recipient_id == recipient_id,
            Notification.channel == Channel.IN_APP,
            Notification.read_at.is_(None),
        )
        .values(read_at=clock.now())
    )


def _revive(cause: str, commenter_id: int, step: int, wait: timedelta) -> int | None:
    """Have a withdrawn message wait again; returns its id, or None where there is none."""
    revived = (
        update(Notification)
        .where(
            Notification.cause == cause,
            Notification.commenter_id == commenter_id,
            Notification.step == step,
            Notification.state == NotificationState.WITHDRAWN,
            Notification.sent_at.is_(None),
        )
        .values(state=NotificationState.WAITING, not_before=clock.now() + wait, attempts=0)
    )
    number = db.session.execute(revived.returning(Notification.id)).scalar_one_or_none()
    return int(number) if number is not None else None
