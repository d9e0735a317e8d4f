"""What a target is told: kind, level, step, time and a link; never a word, a name or an address of anybody."""

from collections.abc import Sequence
from datetime import datetime

from service.notifications.models import Notification
from service.notifications.targets.post import Signed, signed


def alert(notification: Notification, site_url: str, secrets: Sequence[str], moment: datetime) -> Signed:
    """Return one notification as a signed alert; its Idempotency-Key is the same at every attempt."""
    key = f"attune-{notification.id}"
    payload: dict[str, object] = {
        "id": key,
        "kind": notification.kind.value,
        "level": notification.level,
        "step": notification.step,
        "at": notification.created_at.isoformat(timespec="seconds"),
        "url": f"{site_url}{notification.path}",
    }
    if "levels" in notification.details:
        payload["levels"] = notification.details["levels"]
    return signed(payload, secrets, key=key, timestamp=int(moment.timestamp()))


def trial(site_url: str, secrets: Sequence[str], moment: datetime) -> Signed:
    """Return the alert that a test button sends; each press is one of its own."""
    timestamp = int(moment.timestamp())
    key = f"attune-test-{timestamp}"
    payload: dict[str, object] = {"id": key, "kind": "test", "url": f"{site_url}/moderation/alerts"}
    return signed(payload, secrets, key=key, timestamp=timestamp)
