"""Short forms of the fault runs: a few dozen comments each; the long ones are `python -m tests.faults.run`."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pytest

from tests.cast import CALM
from tests.conftest import missing
from tests.faults.findings import Findings
from tests.faults.readers import Post, Reader
from tests.faults.scenarios import alarmed_once, start_the_worker_late
from tests.faults.servers import Missing, Postgres
from tests.faults.stage import Scenario, Size, Stage
from tests.run.site import eventually

SEED = 7


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    """A PostgreSQL of this run's own."""
    try:
        postgres = Postgres()
    except Missing as what:
        missing(str(what))
    yield postgres
    postgres.close()


def play(scenario: Scenario, size: Size, postgres: Postgres | None = None) -> Findings:
    """Play a scenario; skip it where a server that it needs is not installed."""
    try:
        stage = Stage(scenario, size, SEED, postgres)
    except Missing as what:
        missing(str(what))
    with stage:
        return stage.play()


def kill_one_after_the_other(stage: Stage) -> None:
    """Kill a child of the worker, the worker, a web process, and the broker, which comes back empty."""
    assert stage.broker is not None
    eventually(lambda: len(stage.worker.children()) >= 2)
    stage.kill(stage.worker.children()[0])
    stage.posting(1)
    stage.kill(stage.worker.pid)
    stage.posting(1)
    stage.kill(stage.web.children()[0])
    stage.posting(1)
    stage.broker.kill()
    stage.posting(1)
    stage.broker.start()


@pytest.mark.broker
def test_nothing_is_lost_or_doubled_when_worker_web_and_broker_are_killed(
    broker_kind: Literal["embedded", "redis", "rabbitmq"], request: pytest.FixtureRequest
) -> None:
    if broker_kind == "rabbitmq" and not request.config.getoption("--full"):
        pytest.skip("takes long: run with --full")
    postgres = request.getfixturevalue("cluster") if broker_kind == "redis" else None
    scenario = Scenario("kills", "", kill_one_after_the_other, broker=broker_kind)
    found = play(scenario, Size(posts=40, seconds=5, clients=4), postgres)
    assert found.broken() == []


def test_a_database_that_is_stopped_refuses_kindly_and_takes_each_comment_once(cluster: Postgres) -> None:
    def stop_and_start(stage: Stage) -> None:
        stage.posting(1)
        cluster.terminate_backends()
        stage.posting(1)
        cluster.stop()
        stage.posting(2)
        cluster.start()

    def send_the_same_at_once(stage: Stage) -> None:
        posts = [Post("same", CALM, distressed=False) for _each in range(8)]
        until = time.monotonic() + 30
        with ThreadPoolExecutor(len(posts)) as pool:
            list(pool.map(lambda post: Reader(lambda: stage.site.port, "Sanna", [], 0).post(post, until=until), posts))
        assert [attempt.status for post in posts for attempt in post.attempts] == [303] * len(posts)
        assert stage.ledger.count("same") == 1

    scenario = Scenario("database", "", stop_and_start, may_5xx=True, after=send_the_same_at_once)
    found = play(scenario, Size(posts=30, seconds=4, clients=4), cluster)
    assert found.answers_5xx > 0
    assert found.broken(may_5xx=True) == []


def test_the_embedded_shape_loses_nothing_when_all_of_it_is_killed_at_once() -> None:
    def kill_twice(stage: Stage) -> None:
        for _time in range(2):
            stage.posting(1.5)
            stage.kill(*stage.site.processes())
            eventually(stage.site.answers)

    found = play(Scenario("embedded", "", kill_twice, shape="embedded"), Size(posts=30, seconds=4, clients=4))
    assert found.cuts > 0
    assert found.broken() == []


def test_poison_and_bad_moods_of_the_mail_server_harm_nobody_else() -> None:
    def moods(stage: Stage) -> None:
        start_the_worker_late(stage)
        stage.sink.stop()
        stage.posting(2)
        stage.sink.start()

    poison = ("poison-fail", "poison-hang")
    settings = {"FAULTS_POISON": "1", "FAULTS_SILENT_AFTER_S": "2", "FAULTS_FIRST_BACKOFF_S": "0.5"}
    scenario = Scenario(
        "poison", "", moods, worker=False, settings=settings, moodiness=0.2, poison=poison, after=alarmed_once
    )
    found = play(scenario, Size(posts=30, seconds=6, clients=4))
    assert found.broken(poisoned=len(poison)) == []


def test_the_run_can_fail_without_the_sweep_comments_stay_unscreened() -> None:
    def take_the_broker_away(stage: Stage) -> None:
        assert stage.broker is not None
        stage.broker.kill()

    settings = {"ATTUNE_SWEEP_SECONDS": "100000"}
    scenario = Scenario("no-sweep", "", take_the_broker_away, settings=settings, fails=True, rest_s=5)
    found = play(scenario, Size(posts=20, seconds=2, clients=2))
    assert found.unscreened > 0
    assert found.lost == found.doubled == 0
