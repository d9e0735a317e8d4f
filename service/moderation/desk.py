"""What the head of every staff page shows: what waits in the bell, and whether the machine lives and keeps up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from service.comments.models import Revision, Screening
from service.core.alarms import Alarm
from service.core.db import db
from service.core.leases import Heartbeat
from service.notifications.models import Kind, Notification, NotificationState
from service.notifications.queries import unread


@dataclass(frozen=True)
class Desk:
    """Numbers of messages, and moments of the machine; None where there is none."""

    unread: int
    dead: int
    worker_seen: datetime | None
    oldest_waiting: datetime | None
    rounds_stand_still: datetime | None


def read_desk(site_id: int, user_id: int) -> Desk:
    """Read all of it by one statement."""
    dead = select(func.count()).where(Notification.site_id == site_id, Notification.state == NotificationState.DEAD)
    parts = (
        select(func.count()).where(*unread(user_id)),
        dead,
        select(func.max(Heartbeat.seen_at)).where(Heartbeat.kind == "worker"),
        select(func.min(Revision.created_at)).where(Revision.screening == Screening.WAITING),
        select(Alarm.since).where(Alarm.sounding == Kind.SWEEP_SILENT),
    )
    return Desk(*db.session.execute(select(*(part.scalar_subquery() for part in parts))).one())
