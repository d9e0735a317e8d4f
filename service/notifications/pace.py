"""How often mail about answers goes out: one for each conversation in a quarter of an hour; it stands for the rest."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, select, update

from service.core import clock
from service.core.db import db
from service.notifications.attempts import is_under_way
from service.notifications.models import Kind, Notification, NotificationState

QUARTER = timedelta(minutes=15)


def hold_back(notification_id: int) -> bool:
    """Have a mail about an answer wait when one of the same conversation has just gone, or is on its way.

    The waiting rows of the conversation are locked, so that two processes do not send two at once. The caller commits.
    """
    message = db.session.get(Notification, notification_id, populate_existing=True)
    if message is None or message.kind is not Kind.ANSWER:
        return False
    moment = clock.now()
    together = select(Notification).where(_same_conversation(message), _is_waiting()).order_by(Notification.id)
    waiting = db.session.scalars(together.with_for_update().execution_options(populate_existing=True)).all()
    under_way = [row for row in waiting if row.id != message.id and is_under_way(row, moment)]
    last = db.session.scalar(select(func.max(Notification.sent_at)).where(_same_conversation(message)))
    if not under_way and (last is None or last + QUARTER <= moment):
        return False
    message.not_before = (last or moment) + QUARTER
    return True


def let_go_with(notification_id: int) -> None:
    """Count what waited when a mail about an answer went out as said by it."""
    message = db.session.get_one(Notification, notification_id, populate_existing=True)
    if message.kind is not Kind.ANSWER or message.state is not NotificationState.SENT:
        return
    others = and_(_same_conversation(message), _is_waiting(), Notification.id != message.id)
    said = {"state": NotificationState.SENT, "sent_at": message.sent_at, "summary_id": message.id}
    db.session.execute(update(Notification).where(others).values(**said))


def _same_conversation(message: Notification) -> ColumnElement[bool]:
    conversation = message.cause.rpartition(":")[0]
    return and_(
        Notification.commenter_id == message.commenter_id,
        Notification.kind == Kind.ANSWER,
        Notification.cause.startswith(f"{conversation}:", autoescape=True),
    )


def _is_waiting() -> ColumnElement[bool]:
    return Notification.state == NotificationState.WAITING
