"""What the head of every staff page shows: what waits in the bell, and whether the machine lives and keeps up."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select

from service.accounts.models import User
from service.comments.models import Revision, Screening
from service.core.alarms import Alarm
from service.core.db import db
from service.core.leases import Heartbeat
from service.moderation.bulk.models import UNDER_WAY, Bulk
from service.moderation.leaving.models import PassingNote
from service.moderation.leaving.notes import unread_notes
from service.moderation.queue.narrow import kept_eyes, parameters
from service.notifications.models import Kind, Notification, NotificationState
from service.notifications.queries import unread


@dataclass(frozen=True)
class Desk:
    """Numbers of messages and of notes by colleagues, and moments of the machine; None where there is none."""

    unread: int
    dead: int
    worker_seen: datetime | None
    oldest_waiting: datetime | None
    rounds_stand_still: datetime | None
    notes: int
    bulks_under_way: int


def read_desk(user: User) -> Desk:
    """Read all of it by one statement."""
    return Desk(*db.session.execute(_statement(user.moderates), parameters(user)).one())


@cache
def _statement(moderates: bool) -> Select[Any]:
    """Return the statement that reads it, built once: that takes longer than to run it."""
    eyes = kept_eyes(moderates)
    dead = (Notification.site_id == eyes.site_id, Notification.state == NotificationState.DEAD)
    parts = (
        select(func.count()).where(*unread(eyes.user_id)),
        select(func.count()).where(*dead),
        select(func.max(Heartbeat.seen_at)).where(Heartbeat.kind == "worker"),
        select(func.min(Revision.created_at)).where(Revision.screening == Screening.WAITING),
        select(Alarm.since).where(Alarm.sounding == Kind.SWEEP_SILENT),
        select(func.count(PassingNote.id)).where(*unread_notes(eyes)),
        select(func.count()).where(Bulk.site_id == eyes.site_id, Bulk.state.in_(UNDER_WAY)),
    )
    return select(*(part.scalar_subquery() for part in parts))
