"""What the page of alerts shows: one's own, and for moderators the channels and every message that leaves the site."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from service.accounts.models import User
from service.accounts.queries import staff_names
from service.config import current_keys, current_settings
from service.core import clock
from service.core.db import db
from service.moderation.duty import duty_ahead
from service.moderation.ladder_desk import ladder_desk
from service.notifications.attempts import is_under_way
from service.notifications.mail_server import has_mail_server
from service.notifications.models import Delivery, Notification
from service.notifications.queries import attempts_of, bell, outbox
from service.notifications.targets.models import Asks, Target
from service.notifications.targets.queries import host_of, target_names, targets_of
from service.site.queries import current_site


@dataclass(frozen=True)
class Message:
    """One line of the deliveries: a message, the attempts that were made, and how many others went with it."""

    notification: Notification
    attempts: Iterable[Delivery]
    merged: int

    @property
    def under_way(self) -> bool:
        """True while somebody may be sending it."""
        return is_under_way(self.notification, clock.now())


def alert_desk(user: User) -> dict[str, object]:
    """Return what the template needs, through the eyes of one member of staff."""
    shared: dict[str, object] = {
        "alerts": bell(user.id),
        "names": staff_names(user.site_id),
        "mail_to_files": not has_mail_server(current_site(), current_settings()),
        "typed": {},
    }
    if not user.moderates:
        return shared
    return {
        **shared,
        "messages": _messages(user.site_id),
        "targets": [(target, _host(target)) for target in targets_of(user.site_id)],
        "target_names": target_names(user.site_id),
        "asks": list(Asks),
        "duty": duty_ahead(user.site_id),
        **ladder_desk(user),
    }


def _messages(site_id: int) -> list[Message]:
    found = outbox(site_id)
    of_summary = (
        select(Notification.summary_id, func.count())
        .where(Notification.summary_id.in_([message.id for message in found]))
        .group_by(Notification.summary_id)
    )
    merged = {row[0]: row[1] for row in db.session.execute(of_summary)}
    return [Message(message, attempts_of(message), merged.get(message.id, 0)) for message in found]


def _host(target: Target) -> str:
    return host_of(target, current_keys())
