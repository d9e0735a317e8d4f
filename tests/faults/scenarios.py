"""The faults, one function each: what is killed, stopped or muted while readers post."""

import time

from service.notifications.models import Channel, Kind
from tests.faults.stage import Scenario, Stage
from tests.run.site import eventually

CLOCK_STEP_S = 300
REST_WITH_A_WRONG_CLOCK_S = 120.0
STAFF_ON_CALL = 2  # the moderator and the owner hear of a missing worker


def nothing(_stage: Stage) -> None:
    """Do no harm."""


def kill_workers(stage: Stage) -> None:
    """Kill the worker or one of its children every 2 to 6 seconds."""
    while stage.posting(stage.chance.uniform(2, 6)):
        stage.kill(stage.chance.choice([stage.worker.pid, *stage.worker.children()]))


def kill_web(stage: Stage) -> None:
    """Kill a web process after every 2 seconds of service, now and then the one that holds the port."""
    while stage.posting(2):
        stage.kill(stage.chance.choice([stage.web.pid, *stage.web.children() * 2]))
        eventually(stage.site.answers)


def kill_broker(stage: Stage) -> None:
    """Kill the broker, and bring it back empty after a moment, again and again."""
    assert stage.broker is not None
    while stage.posting(stage.chance.uniform(2, 5)):
        with stage.fault():
            stage.broker.kill()
            stage.kills += 1
            stage.posting(stage.chance.uniform(1, 4))
            stage.broker.start()


def hold_broker(stage: Stage) -> None:
    """Let the broker stand still for 20 seconds."""
    assert stage.broker is not None
    stage.posting(2)
    with stage.fault():
        stage.broker.hold()
        stage.posting(20)
        stage.broker.go_on()


def mute(stage: Stage) -> None:
    """The broker has been mute from the beginning."""
    with stage.fault():
        while stage.posting(1):
            pass


def kill_everything(stage: Stage) -> None:
    """Kill all processes of the embedded shape at once, as soon as it has served for a moment."""
    while stage.posting(stage.chance.uniform(0.5, 4)):
        stage.kill(*stage.site.processes())
        eventually(stage.site.answers)


def stop_database(stage: Stage) -> None:
    """Stop PostgreSQL as a crash would, for some seconds, and end its connections at other times."""
    assert stage.postgres is not None
    while stage.posting(stage.chance.uniform(2, 4)):
        stage.postgres.terminate_backends()
        stage.posting(stage.chance.uniform(1, 3))
        with stage.fault():
            stage.postgres.stop()
            stage.kills += 1
            try:
                stage.posting(stage.chance.uniform(3, 6))
            finally:
                stage.postgres.start()


def do_everything(stage: Stage) -> None:
    """Do one harm after another, whichever comes, and set the clock wrong by up to five minutes meanwhile."""
    harms = (_kill_a_worker, _kill_a_web_process, _kill_the_broker, _cut_connections, _stop_the_database)
    with stage.fault():
        while stage.posting(stage.chance.uniform(1, 3)):
            stage.set_clock(stage.chance.choice([-CLOCK_STEP_S, 0, CLOCK_STEP_S]))
            stage.chance.choice(harms)(stage)
    stage.set_clock(0)


def _kill_a_worker(stage: Stage) -> None:
    stage.kill(stage.chance.choice([stage.worker.pid, *stage.worker.children()]))


def _kill_a_web_process(stage: Stage) -> None:
    stage.kill(stage.chance.choice([stage.web.pid, *stage.web.children()]))
    eventually(stage.site.answers)


def _kill_the_broker(stage: Stage) -> None:
    assert stage.broker is not None
    stage.broker.kill()
    stage.kills += 1
    stage.posting(stage.chance.uniform(1, 3))
    stage.broker.start()


def _cut_connections(stage: Stage) -> None:
    assert stage.postgres is not None
    stage.postgres.terminate_backends()


def _stop_the_database(stage: Stage) -> None:
    assert stage.postgres is not None
    stage.postgres.stop()
    stage.kills += 1
    try:
        stage.posting(stage.chance.uniform(1, 3))
    finally:
        stage.postgres.start()


def upset_mail(stage: Stage) -> None:
    """Let the mail server be away for a while, then mute for a while."""
    with stage.fault():
        stage.sink.stop()
        stage.posting(10)
        stage.sink.fall_mute()
        stage.posting(5)
        stage.sink.speak_again()


def start_the_worker_late(stage: Stage) -> None:
    """Hold back the worker until the web server has told everybody, once, in the bell and by mail."""
    eventually(lambda: len(stage.ledger.alarms(Kind.NO_WORKER)) >= 2 * STAFF_ON_CALL)
    time.sleep(3)
    stage.site.start_worker()


def alarmed_once(stage: Stage) -> None:
    """Check that the alarm of the missing worker went to each moderator once in each way."""
    alarms = stage.alarms(Kind.NO_WORKER)
    assert len(alarms) == len(set(alarms)), alarms
    assert {channel for _recipient, channel in alarms} == {Channel.IN_APP, Channel.EMAIL}


POISON = tuple(f"poison-{kind}" for kind in ("hang", "freeze", "fail", "die") for _each in range(5))

SCENARIOS = (
    Scenario("none", "no fault", nothing),
    Scenario("worker", "SIGKILL of the worker or a pool child every 2 to 6 s", kill_workers),
    Scenario("web", "SIGKILL of a web process every 2 s", kill_web),
    Scenario("broker-killed", "SIGKILL of the broker, back empty after 1 to 4 s", kill_broker),
    Scenario("broker-held", "SIGSTOP of the broker for 20 s", hold_broker),
    Scenario("broker-mute", "a broker's port that accepts and never answers", mute, broker="mute"),
    Scenario("rabbitmq-killed", "the same with RabbitMQ", kill_broker, broker="rabbitmq"),
    Scenario("rabbitmq-held", "SIGSTOP of RabbitMQ for 20 s", hold_broker, broker="rabbitmq"),
    Scenario("database", "PostgreSQL stopped at once for 3 to 6 s, connections ended", stop_database, may_5xx=True),
    Scenario(
        "everything",
        "all of these by turns, and the clock wrong by five minutes either way",
        do_everything,
        may_5xx=True,
        rest_s=REST_WITH_A_WRONG_CLOCK_S,
    ),
    Scenario("embedded", "SIGKILL of every process of the embedded shape", kill_everything, shape="embedded"),
    Scenario(
        "poison",
        "20 texts that hang, freeze, raise or kill in scanning",
        nothing,
        settings={"FAULTS_POISON": "1"},
        poison=POISON,
    ),
    Scenario(
        "no-worker",
        "no worker until the alarm has come",
        start_the_worker_late,
        worker=False,
        settings={"FAULTS_SILENT_AFTER_S": "15"},  # longer than the 10 s between two signs of life
        after=alarmed_once,
    ),
    Scenario(
        "mail",
        "mail server away for 10 s, mute for 5 s, and treats every tenth mail badly in four ways",
        upset_mail,
        settings={"FAULTS_FIRST_BACKOFF_S": "0.5"},
        moodiness=0.1,
    ),
    Scenario(
        "no-sweep",
        "negative control: broker killed, sweep switched off",
        kill_broker,
        settings={"ATTUNE_SWEEP_SECONDS": "100000"},
        fails=True,
        rest_s=20,
    ),
)
