"""Storm control: what would be a heap of mails to one person goes out as one summary; a crisis never waits for it."""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from service.core import clock
from service.core.db import db, rows_changed
from service.notifications.actions import insert_once
from service.notifications.models import Kind, Notification, NotificationState

STORM_AFTER = 5  # messages to one person, one minute, one channel; with the next one it is a storm
MINUTE = timedelta(minutes=1)
GATHER_FOR = timedelta(minutes=1)
CRISIS = "crisis"
MERGEABLE = frozenset({Kind.CASE, Kind.UNSCANNED, Kind.UNSEEN, Kind.NEW_COMMENT, Kind.HANDED_OVER})


def merge(notification_id: int) -> bool:
    """Have a message that is due go out with others in a summary, if there is a storm; True when it does.

    Never a crisis, and nothing of which an attempt has been made. The summary is open for a minute; its row is locked
    while one is added, and is closed by being leased, so nothing is added to one that is on its way. The caller
    commits.
    """
    message = db.session.get(Notification, notification_id, populate_existing=True)
    if message is None or not _may_wait(message) or not _is_storm(message):
        return False
    summary_id = _open_summary(message)
    if summary_id is None:
        return False
    ours = and_(Notification.id == notification_id, _untried())
    merged = update(Notification).where(ours).values(state=NotificationState.MERGED, summary_id=summary_id)
    return bool(rows_changed(merged))


def gathered(summary_id: int) -> dict[str, int]:
    """Return how many messages of each level go out with a summary; those withdrawn meanwhile no longer count."""
    query = select(Notification.level).where(
        Notification.summary_id == summary_id, Notification.state == NotificationState.MERGED
    )
    return dict(Counter(db.session.scalars(query)))


def gravest(levels: Collection[str]) -> str:
    """Return the level at which a summary counts: the gravest of those that it says, empty where none has one."""
    return next((level for level in ("urgent", "support") if level in levels), "")


def _may_wait(message: Notification) -> bool:
    return (
        message.kind in MERGEABLE
        and message.level != CRISIS
        and message.state is NotificationState.WAITING
        and message.attempts == 0
        and message.not_before <= clock.now()
    )


def _is_storm(message: Notification) -> bool:
    """Tell whether more than five came to the same place in one minute, or wait for it now, or a storm goes on."""
    if db.session.scalar(select(Notification.id).where(Notification.gathers == _place(message))) is not None:
        return True
    together = Notification.created_at.between(message.created_at - MINUTE, message.created_at + MINUTE)
    waiting = and_(_untried(), Notification.not_before <= clock.now())
    query = select(func.count()).where(_same_place(message), or_(together, waiting))
    return (db.session.scalar(query) or 0) > STORM_AFTER


def _same_place(message: Notification) -> ColumnElement[bool]:
    return and_(
        Notification.recipient_id == message.recipient_id,
        Notification.channel == message.channel,
        Notification.target_id == message.target_id,
        Notification.kind.in_(MERGEABLE),
        Notification.level != CRISIS,
    )


def _untried() -> ColumnElement[bool]:
    return and_(Notification.state == NotificationState.WAITING, Notification.attempts == 0)


def _open_summary(message: Notification) -> int | None:
    """Return the summary that takes in what goes where this message goes, locked; a new one where none is open.

    None when another process has closed one and opened the next between our two looks: this one goes out by itself.
    """
    opened = select(Notification.id).where(Notification.gathers == _place(message)).with_for_update()
    found = db.session.scalar(opened)
    if found is not None:
        return found
    insert_once(
        site_id=message.site_id,
        cause=f"storm:{message.id}",
        recipient_id=message.recipient_id,
        target_id=message.target_id,
        step=1,
        channel=message.channel,
        kind=Kind.SUMMARY,
        level="",
        path="/moderation",
        details={},
        not_before=clock.now() + GATHER_FOR,
        gathers=_place(message),
    )
    return db.session.scalar(opened)


def _place(message: Notification) -> str:
    """Return where a message goes, as one word."""
    return f"{message.channel}:{message.recipient_id}:{message.target_id or 0}"
