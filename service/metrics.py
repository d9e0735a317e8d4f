"""/metrics for Prometheus: gauges computed from rows at each scrape, for this machine alone or with a token."""

import hmac
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from service.config import Settings, current_settings
from service.core import clock
from service.core.alarms import sounding
from service.core.errors import N_, NotFound
from service.moderation.health import Health, check_ins, lanes, read_health
from service.notifications.models import Kind
from service.notifications.queries import stuck_count, waiting_count
from service.notifications.targets.queries import targets_of
from service.site.queries import current_site

metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
def scrape() -> Response:
    """Answer with numbers and ages, and nothing about anybody; who may not read it finds no such page."""
    if not _may_read(current_settings()):
        raise NotFound(N_("There is no such page."))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Rows())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class Rows(Collector):
    """Everything that is measured, read anew."""

    def describe(self) -> list[Metric]:
        """Say nothing beforehand: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Return the gauges; an age is in seconds, and left out where nothing has an age."""
        moment, site_id, health = clock.now(), current_site().id, read_health()
        waiting = lanes()
        yield _gauge(
            "attune_lane_waiting",
            "Comments or people that wait for a person, by lane.",
            "lane",
            {name: lane.number for name, lane in waiting.items()},
        )
        yield _gauge(
            "attune_lane_oldest_wait_seconds",
            "How long the first of a lane has waited.",
            "lane",
            {name: _age(lane.oldest, moment) for name, lane in waiting.items()},
        )
        due, silent = check_ins(moment)
        yield _single("attune_check_ins_due", "People who were answered and are to be looked after once more.", due)
        yield _single("attune_check_ins_silent", "Those of them who gave no sign since their answer.", silent)
        yield _single(
            "attune_oldest_unscanned_seconds",
            "How long the first comment has waited for its screening.",
            _age(health.oldest_unscanned, moment) or 0.0,
        )
        yield _single(
            "attune_dead_notifications", "Messages that eight attempts did not deliver.", stuck_count(site_id)
        )
        yield _single("attune_waiting_notifications", "Messages that are due and unsent.", waiting_count(site_id))
        paused = sum(target.paused_at is not None for target in targets_of(site_id))
        yield _single("attune_paused_targets", "Targets that kept failing.", paused)
        yield _heartbeats(health, moment)
        sounds = {alarm.kind for alarm in sounding()}
        yield _gauge(
            "attune_alarm",
            "1 while this alarm sounds.",
            "kind",
            {kind.value: int(kind in sounds) for kind in (Kind.NO_WORKER, Kind.SWEEP_SILENT, Kind.BEHIND)},
        )


def _heartbeats(health: Health, moment: datetime) -> GaugeMetricFamily:
    ages = {"worker": _age(health.worker_seen, moment)}
    ages |= {name: _age(seen, moment) for name, seen in health.sweeps_seen.items()}
    return _gauge("attune_heartbeat_age_seconds", "Since when no sign of life came, by what it is of.", "of", ages)


def _gauge(name: str, words: str, label: str, values: dict[str, float | int | None]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        if value is not None:
            family.add_metric([key], value)
    return family


def _single(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _age(since: datetime | None, moment: datetime) -> float | None:
    return None if since is None else max(0.0, (moment - since).total_seconds())


def _may_read(settings: Settings) -> bool:
    """With a token whoever has it; without one this machine, unless readers come from elsewhere, maybe by a proxy."""
    token = settings.metrics_token.get_secret_value()
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    return not settings.production and _is_this_machine(request.remote_addr or "")


def _is_this_machine(address: str) -> bool:
    """Say whether a request comes from here; what a proxy hands on may be no address at all."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
