"""Heartbeats: what is wrong with the machine, said once for each time, by bell, mail, target, probe and metrics."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.config import Settings
from service.core.alarms import Alarm, sounding
from service.core.db import begin_write, db
from service.core.leases import beat
from service.moderation.health import SWEEP, SWEEPS, Health, troubles
from service.notifications.mailbox import list_mail, read_mail
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.queries import bell
from service.watch import begun, watch_once
from tests.cast import LOW, Cast
from tests.conftest import SECRET, START, Clock
from workers.schedule import chores

LONG_AGO = START - timedelta(days=1)
S = timedelta(seconds=1)


def health(
    worker: datetime | None = START, sweep: datetime | None = START, unscanned: datetime | None = None
) -> Health:
    return Health(worker, {} if sweep is None else dict.fromkeys(SWEEPS, sweep), unscanned)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (health(), set()),
        (health(worker=START - 60 * S), set()),
        (health(worker=START - 61 * S), {Kind.NO_WORKER}),
        (health(worker=None), {Kind.NO_WORKER}),
        (health(unscanned=START - 120 * S), set()),
        (health(unscanned=START - 121 * S), {Kind.BEHIND}),
        (health(sweep=START - 180 * S), set()),
        (health(sweep=START - 181 * S), {Kind.SWEEP_SILENT}),
        (health(sweep=None), {Kind.SWEEP_SILENT}),
        (health(sweep=START - 181 * S, unscanned=START - 121 * S), {Kind.SWEEP_SILENT, Kind.BEHIND}),
        (health(START - 61 * S, START - 181 * S, START - 121 * S), {Kind.NO_WORKER}),
    ],
)
def test_what_is_wrong(found: Health, expected: set[Kind]) -> None:
    assert set(troubles(found, START, LONG_AGO)) == expected


def test_who_has_just_begun_to_look_gives_everything_its_time() -> None:
    stale = health(LONG_AGO, LONG_AGO, LONG_AGO)
    assert troubles(stale, START, START) == {}
    assert troubles(stale, START + 61 * S, START) == {Kind.NO_WORKER: START}


def test_a_sign_of_life_from_a_clock_that_was_set_back_counts_for_nothing() -> None:
    assert set(troubles(health(worker=START + timedelta(hours=1)), START, LONG_AGO)) == {Kind.NO_WORKER}
    assert troubles(health(worker=START + 5 * S), START, LONG_AGO) == {}


@pytest.mark.parametrize("asleep", [timedelta(hours=8), timedelta(minutes=-5)])
def test_after_the_machine_was_asleep_nobody_was_silent(asleep: timedelta) -> None:
    stale = health(START - asleep, START - asleep, None)
    assert troubles(stale, START, begun(LONG_AGO, asleep, START)) == {}
    assert begun(LONG_AGO, 11 * S, START) == LONG_AGO


def test_one_sweep_that_stands_still_is_enough() -> None:
    seen = {**dict.fromkeys(SWEEPS, START), SWEEPS[1]: LONG_AGO}
    assert troubles(Health(START, seen, None), START, LONG_AGO) == {Kind.SWEEP_SILENT: LONG_AGO}


def test_every_sweep_that_is_watched_is_done() -> None:
    assert set(SWEEPS) <= {chore.name for chore in chores(10)}


@pytest.mark.db
def test_a_silence_is_told_once_and_sent_by_the_web_process(cast: Cast, settings: Settings, still_clock: Clock) -> None:
    ana, mara = cast.ana.id, cast.mara.id
    alive()
    still_clock.move(seconds=61)
    assert watch_once(LONG_AGO)
    assert not [row for row in notifications() if row.recipient_id == mara]
    still_clock.move(seconds=30)
    assert watch_once(LONG_AGO)
    [mail] = list_mail(settings.data_dir)
    assert mail.to == "ana@example.org"
    assert "No worker has given a sign of life" in read_mail(settings.data_dir, mail.name).body
    assert [row.kind for row in bell(ana)] == [Kind.NO_WORKER]
    assert [alarm.kind for alarm in sounding()] == [Kind.NO_WORKER]


@pytest.mark.db
def test_when_it_is_over_the_bell_forgets_it_and_the_next_time_is_told_anew(cast: Cast, still_clock: Clock) -> None:
    ana = cast.ana.id
    for _time in range(2):
        alive()
        still_clock.move(seconds=61)
        assert watch_once(LONG_AGO)
        alive()
        still_clock.move(seconds=10)
        assert not watch_once(LONG_AGO)
        assert bell(ana) == []
        assert sounding() == []
    assert len(mails(Kind.NO_WORKER)) == 2
    assert [alarm.ended_at is not None for alarm in db.session.scalars(select(Alarm))] == [True, True]


@pytest.mark.db
def test_a_mail_that_has_not_gone_when_it_is_over_does_not_go(cast: Cast, app: Flask, still_clock: Clock) -> None:
    assert cast.ana
    app.extensions["attune"] = Settings(
        data_dir=app.extensions["attune"].data_dir, secret_key=SECRET, smtp_url="smtp://127.0.0.1:9"
    )
    still_clock.move(seconds=61)
    assert watch_once(LONG_AGO)
    assert [row.state for row in mails(Kind.NO_WORKER)] == [NotificationState.WAITING]
    still_clock.move(seconds=10)
    alive()
    watch_once(LONG_AGO)
    assert [row.state for row in mails(Kind.NO_WORKER)] == [NotificationState.WITHDRAWN]


@pytest.mark.db
def test_a_backlog_is_one_alarm_however_many_wait(cast: Cast, still_clock: Clock) -> None:
    """The comment that has waited longest changes all the time while the machine catches up slowly."""
    assert cast.ana
    for _comment in range(3):
        cast.says(cast.tove, LOW, screened=False)
        still_clock.move(seconds=50)
    for _look in range(3):
        alive()
        assert not watch_once(LONG_AGO)
        still_clock.move(seconds=10)
    assert len(mails(Kind.BEHIND)) == 1


@pytest.mark.db
def test_a_sweep_that_is_silent_while_the_worker_lives(cast: Cast, still_clock: Clock) -> None:
    assert cast.ana
    alive()
    still_clock.move(minutes=4)
    alive(sweeps=False)
    assert not watch_once(LONG_AGO)
    assert [row.state for row in mails(Kind.SWEEP_SILENT)] == [NotificationState.SENT]


@pytest.mark.db
def test_two_web_processes_alarm_once(cast: Cast, still_clock: Clock) -> None:
    assert cast.ana
    still_clock.move(seconds=61)
    watch_once(LONG_AGO)
    still_clock.move(seconds=10)
    watch_once(LONG_AGO - timedelta(hours=1))
    assert len(mails(Kind.NO_WORKER)) == 1


@pytest.mark.db
def test_readiness_says_what_does_not_do_its_part(client: FlaskClient, cast: Cast, still_clock: Clock) -> None:
    alive()
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["sweep"], ready.json["worker"]) == (200, "ok", "ok")
    still_clock.move(minutes=4)
    alive(sweeps=False)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["sweep"]) == (503, "silent for 3 minutes or more")
    assert ready.json["worker"] == "ok"


@pytest.mark.db
def test_metrics_are_read_from_rows(client: FlaskClient, cast: Cast, still_clock: Clock) -> None:
    alive()
    cast.says(cast.tove, LOW)
    cast.says(cast.joao, LOW, screened=False)
    begin_write()
    db.session.add(
        Notification(
            site_id=cast.site_id,
            cause="x",
            recipient_id=cast.mara.id,
            channel=Channel.EMAIL,
            kind=Kind.TEST,
            path="/",
            state=NotificationState.DEAD,
        )
    )
    db.session.commit()
    still_clock.move(seconds=90)
    watch_once(LONG_AGO)
    found = numbers(client)
    assert found['attune_lane_waiting{lane="care"}'] == 1
    assert found['attune_lane_oldest_wait_seconds{lane="care"}'] == 90
    assert found["attune_oldest_unscanned_seconds"] == 90
    assert found["attune_dead_notifications"] == 1
    assert found['attune_heartbeat_age_seconds{of="worker"}'] == 90
    assert found['attune_heartbeat_age_seconds{of="sweep screenings"}'] == 90
    assert found['attune_alarm{kind="no worker"}'] == 1
    assert found['attune_alarm{kind="behind"}'] == 0
    assert LOW[:20] not in client.get("/metrics").text


def test_an_empty_site_has_metrics_too(client: FlaskClient) -> None:
    found = numbers(client)
    assert found['attune_lane_waiting{lane="held"}'] == 0
    assert 'attune_lane_oldest_wait_seconds{lane="held"}' not in found


@pytest.mark.parametrize(
    ("changes", "address", "header", "status"),
    [
        ({}, "127.0.0.1", "", 200),
        ({}, "::1", "", 200),
        ({}, "192.0.2.7", "", 404),
        ({"public_url": "https://words.example.org"}, "127.0.0.1", "", 404),
        ({"metrics_token": "a token of the owner"}, "127.0.0.1", "", 404),
        ({"metrics_token": "a token of the owner"}, "127.0.0.1", "Bearer another", 404),
        ({"metrics_token": "a token of the owner"}, "192.0.2.7", "Bearer a token of the owner", 200),
    ],
)
def test_who_may_read_metrics(
    app: Flask, client: FlaskClient, changes: dict[str, str], address: str, header: str, status: int
) -> None:
    settings = app.extensions["attune"]
    app.extensions["attune"] = Settings(**{**settings.model_dump(), **changes})
    answer = client.get("/metrics", environ_overrides={"REMOTE_ADDR": address}, headers={"Authorization": header})
    assert answer.status_code == status


def alive(*, sweeps: bool = True) -> None:
    begin_write()
    beat("worker@test:1", "worker", 1)
    for name in SWEEPS if sweeps else ():
        beat(name, SWEEP, 1)
    db.session.commit()


def numbers(client: FlaskClient) -> dict[str, float]:
    lines = client.get("/metrics").text.splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def notifications() -> list[Notification]:
    db.session.rollback()
    return list(db.session.scalars(select(Notification).order_by(Notification.id)))


def mails(kind: Kind) -> list[Notification]:
    return [row for row in notifications() if row.channel is Channel.EMAIL and row.kind is kind]
