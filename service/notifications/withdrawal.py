"""Take back what has not gone out: with its cause, of one kind, or as a person asks."""

from sqlalchemy import ColumnElement, delete, or_, select, update

from service.core import clock
from service.core.db import db
from service.core.errors import N_, Conflict
from service.notifications.attempts import is_under_way
from service.notifications.models import Channel, Kind, Notification, NotificationState

UNSENT = (NotificationState.WAITING, NotificationState.MERGED, NotificationState.PAUSED)


def withdraw(cause: str) -> None:
    """Withdraw all that is unsent for this cause or a cause below it, and let the bell forget it."""
    unsent = Notification.state.in_(UNSENT)
    db.session.execute(update(Notification).where(is_below(cause), unsent).values(state=NotificationState.WITHDRAWN))
    unread = (Notification.channel == Channel.IN_APP) & Notification.read_at.is_(None)
    db.session.execute(update(Notification).where(is_below(cause), unread).values(read_at=clock.now()))


def withdraw_from(commenter_id: int, kind: Kind) -> None:
    """Withdraw all of one kind that a commenter has not been sent yet."""
    theirs = (Notification.commenter_id == commenter_id) & (Notification.kind == kind)
    unsent = Notification.state.in_((*UNSENT, NotificationState.DEAD))
    db.session.execute(update(Notification).where(theirs, unsent).values(state=NotificationState.WITHDRAWN))


def forget_unmailed(site_id: int, kind: Kind, *, but: set[str]) -> None:
    """Forget all of one kind whose mail nobody has tried to send, but for these causes: it may come up again as new."""
    ours = (Notification.site_id == site_id) & (Notification.kind == kind)
    untried = (Notification.state == NotificationState.WAITING) & (Notification.attempts == 0)
    waiting = select(Notification.cause).where(ours, untried, Notification.channel == Channel.EMAIL).distinct()
    for cause in set(db.session.scalars(waiting)) - but:
        in_bell = Notification.channel == Channel.IN_APP
        db.session.execute(delete(Notification).where(ours, Notification.cause == cause, or_(untried, in_bell)))


def cancel(notification: Notification) -> None:
    """Take a message back that has not gone out, as a person asked. Raises Conflict for any other."""
    if notification.state not in (*UNSENT, NotificationState.DEAD) or is_under_way(notification, clock.now()):
        raise Conflict(N_("This message has gone out, or is on its way. It cannot be taken back."))
    notification.state = NotificationState.WITHDRAWN


def is_below(cause: str) -> ColumnElement[bool]:
    """True of the messages of a cause, and of the causes below it."""
    return or_(Notification.cause == cause, Notification.cause.startswith(f"{cause}:", autoescape=True))
