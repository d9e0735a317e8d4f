"""What has not reached anybody yet: an act that withdraws it keeps a list, so that undoing the act sends it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select, update

from service.core import clock
from service.core.db import db
from service.core.dispatch import dispatch
from service.notifications.actions import DELIVER_TASK
from service.notifications.models import Channel, Notification, NotificationState
from service.notifications.withdrawal import is_below

Unsaid = dict[str, list[int]]  # ids of messages: those that wait, those whose target is paused, bells not read

_STATES = {
    "waiting": (NotificationState.WAITING, NotificationState.MERGED),
    "paused": (NotificationState.PAUSED,),
}


def unsaid_of(causes: Iterable[str]) -> Unsaid:
    """Return what is unsent for these causes or causes below them, and which of their bells nobody has read."""
    columns = (Notification.id, Notification.state, Notification.channel, Notification.read_at)
    rows = db.session.execute(select(*columns).where(or_(*map(is_below, causes)))).all()
    found = {name: [row.id for row in rows if row.state in states] for name, states in _STATES.items()}
    bells = [row.id for row in rows if row.channel is Channel.IN_APP and row.read_at is None]
    return {**found, "unread": bells}


def say_again(unsaid: Unsaid) -> None:
    """Put back what was withdrawn of these, and have sent what is due; what was said meanwhile stays said."""
    for number, not_before in _put_back(unsaid.get("waiting", ()), NotificationState.WAITING):
        if not_before <= clock.now():
            dispatch(DELIVER_TASK, number)
    _put_back(unsaid.get("paused", ()), NotificationState.PAUSED)
    bells = update(Notification).where(Notification.id.in_(unsaid.get("unread", ())))
    db.session.execute(bells.values(read_at=None))


def _put_back(ids: Iterable[int], state: NotificationState) -> list[tuple[int, datetime]]:
    withdrawn = (Notification.id.in_(list(ids))) & (Notification.state == NotificationState.WITHDRAWN)
    moved = update(Notification).where(withdrawn).values(state=state, summary_id=None)
    return [
        (row.id, row.not_before)
        for row in db.session.execute(moved.returning(Notification.id, Notification.not_before))
    ]
