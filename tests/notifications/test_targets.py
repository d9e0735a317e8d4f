"""Targets: told once for each cause and step by signed webhook, tried again, paused when they keep failing."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from service.config import current_keys
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid, NotFound
from service.delivery import deliver
from service.notifications.attempts import MAX_ATTEMPTS
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.queries import attempts_of, bell, due_ids
from service.notifications.targets.actions import (
    MOST_TARGETS,
    PAUSE_AFTER,
    add_target,
    end_former_secret,
    forget_former_secrets,
    remove_target,
    renew_secret,
    resume,
    tell_targets,
)
from service.notifications.targets.models import Asks, Target
from service.notifications.targets.queries import host_of, target_by_id, target_names, targets_of
from service.notifications.withdrawal import withdraw
from tests.cast import Cast
from tests.conftest import Clock, Outgoing
from tests.notifications.receiver import Received, Receiver, receiving

pytestmark = pytest.mark.db


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as found:
        yield found


def test_what_is_stored_is_encrypted_and_the_secret_is_given_once(cast: Cast) -> None:
    target, secret = set_up(cast, "https://hooks.example.org/very/secret/path")
    row = db.session.execute(db.text("SELECT * FROM targets")).one()
    assert "hooks.example.org" not in str(row)
    assert "very/secret" not in str(row)
    assert secret not in str(row)
    assert len(secret) >= 40
    assert host_of(target, current_keys()) == "hooks.example.org"


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "https://user:word@hooks.example.org/", "hooks"])
def test_an_address_that_is_refused(cast: Cast, url: str) -> None:
    with pytest.raises(Invalid):
        set_up(cast, url)


def test_a_form_that_is_sent_again_adds_nothing(cast: Cast) -> None:
    target, _secret = set_up(cast)
    with pytest.raises(Conflict, match="of this name"):
        set_up(cast)
    db.session.rollback()
    assert [found.id for found in targets_of(cast.site_id)] == [target.id]


def test_ten_are_enough(cast: Cast) -> None:
    for number in range(MOST_TARGETS):
        set_up(cast, f"https://hooks.example.org/{number}", name=f"Target {number}")
    with pytest.raises(Conflict):
        set_up(cast, "https://hooks.example.org/")


def test_a_target_is_told_once_for_each_cause_and_step(cast: Cast, outbox: Outgoing) -> None:
    set_up(cast)
    set_up(cast, name="Also on call")
    for _twice in range(2):
        tell(cast, "case:1:1:crisis")
    tell(cast, "case:1:1:crisis", step=5)
    assert len(webhooks()) == 4
    assert sorted(outbox.take("notifications.deliver")) == [row.id for row in webhooks()]


def test_who_asks_for_calls_alone_hears_of_nothing_else(cast: Cast) -> None:
    on_call, _secret = set_up(cast)
    everything, _secret = set_up(cast, asks=Asks.EVERYTHING)
    tell(cast, "case:1:1:urgent", step=1, on_call=False)
    assert [row.target_id for row in webhooks()] == [everything.id]
    tell(cast, "case:1:1:urgent", step=4, on_call=True)
    assert sorted(row.target_id or 0 for row in webhooks() if row.step == 4) == [on_call.id, everything.id]


def test_it_holds_a_level_a_time_and_a_link_and_comes_signed(cast: Cast, receiver: Receiver) -> None:
    set_up(cast, receiver.url)
    tell(cast, "case:1:1:crisis", step=4)
    deliver_all()
    [request] = receiver.received
    assert request.json() == {
        "id": f"attune-{webhooks()[0].id}",
        "kind": "case",
        "level": "crisis",
        "step": 4,
        "at": "2026-03-02T09:00:00+00:00",
        "url": "http://localhost:8000/moderation/comments/7",
    }
    assert request.headers["Idempotency-Key"] == f"attune-{webhooks()[0].id}"
    assert request.headers["Attune-Signature"].startswith("v1=")
    assert webhooks()[0].state is NotificationState.SENT
    assert targets_of(cast.site_id)[0].last_taken_at is not None


def test_each_attempt_has_the_same_key_and_a_time_of_its_own(
    cast: Cast, receiver: Receiver, still_clock: Clock
) -> None:
    set_up(cast, receiver.url)
    tell(cast, "case:1:1:crisis")
    receiver.status = 503
    deliver_all()
    assert webhooks()[0].last_error == "it answered 503"
    receiver.status = 200
    still_clock.move(minutes=1)
    deliver_all()
    first, second = receiver.received
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.headers["Attune-Timestamp"] != second.headers["Attune-Timestamp"]
    assert first.body == second.body
    assert [attempt.error for attempt in attempts_of(webhooks()[0])] == ["it answered 503", ""]
    assert targets_of(cast.site_id)[0].failures == 0


def test_a_new_secret_signs_beside_the_one_before_for_a_week(
    cast: Cast, receiver: Receiver, still_clock: Clock
) -> None:
    target, former = set_up(cast, receiver.url)
    new = renewed(target)
    with pytest.raises(Conflict, match="still counts"):
        renewed(target)
    db.session.rollback()
    tell(cast, "case:1:1:crisis")
    deliver_all()
    still_clock.move(days=7)
    tell(cast, "case:2:1:crisis")
    deliver_all()
    assert [signed_by(request, new, former) for request in receiver.received] == [[new, former], [new]]
    begin_write()
    forget_former_secrets()
    db.session.commit()
    assert target.former_secret_encrypted is None


def test_a_secret_that_has_leaked_signs_no_more(cast: Cast, receiver: Receiver) -> None:
    target, former = set_up(cast, receiver.url)
    new = renewed(target)
    begin_write()
    end_former_secret(target)
    db.session.commit()
    tell(cast, "case:1:1:crisis")
    deliver_all()
    assert signed_by(receiver.received[0], new, former) == [new]


def test_withdrawing_the_cause_reaches_the_target(cast: Cast, receiver: Receiver) -> None:
    set_up(cast, receiver.url)
    tell(cast, "case:1:1:crisis")
    begin_write()
    withdraw("case:1:1")
    db.session.commit()
    deliver_all()
    assert receiver.received == []


def test_a_target_that_keeps_failing_is_paused_and_that_is_said_elsewhere(
    cast: Cast, receiver: Receiver, still_clock: Clock
) -> None:
    ines, ana = cast.ines.id, cast.ana.id
    target, _secret = set_up(cast, receiver.url)
    receiver.status = 500
    tell(cast, "case:1:1:crisis")
    for _attempt in range(PAUSE_AFTER + 2):
        deliver_all()
        still_clock.move(minutes=10)
    assert len(receiver.received) == PAUSE_AFTER < MAX_ATTEMPTS
    assert target_by_id(cast.site_id, target.id).paused_at is not None
    assert [row.state for row in webhooks()] == [NotificationState.PAUSED]
    [alarm] = [row for row in bell(ines) if row.kind is Kind.TARGET_PAUSED]
    assert alarm.details == {"target": "On call"}
    assert bell(ana) == []
    mails = db.session.scalars(select(Notification).where(Notification.channel == Channel.EMAIL)).all()
    assert [(mail.kind, mail.recipient_id, mail.state) for mail in mails] == [
        (Kind.TARGET_PAUSED, ines, NotificationState.SENT)
    ]


def test_what_a_paused_target_missed_is_kept_and_goes_out_when_it_is_tried_again(
    cast: Cast, receiver: Receiver, still_clock: Clock
) -> None:
    target, _secret = set_up(cast, receiver.url)
    receiver.status = 500
    tell(cast, "case:1:1:crisis")
    for _attempt in range(PAUSE_AFTER):
        deliver_all()
        still_clock.move(minutes=10)
    tell(cast, "case:2:1:crisis")
    tell(cast, "case:3:1:crisis")
    begin_write()
    withdraw("case:3:1")
    db.session.commit()
    deliver_all()
    receiver.status, receiver.received = 200, []
    begin_write()
    resume(target_by_id(cast.site_id, target.id))
    db.session.commit()
    deliver_all()
    assert len(receiver.received) == 2
    assert [row.state for row in webhooks()] == [
        NotificationState.SENT,
        NotificationState.SENT,
        NotificationState.WITHDRAWN,
    ]


def test_a_target_that_is_taken_away_is_told_nothing_more(cast: Cast, receiver: Receiver) -> None:
    target, _secret = set_up(cast, receiver.url)
    tell(cast, "case:1:1:crisis")
    begin_write()
    remove_target(target_by_id(cast.site_id, target.id))
    db.session.commit()
    tell(cast, "case:2:1:crisis")
    deliver_all()
    assert receiver.received == []
    assert [row.state for row in webhooks()] == [NotificationState.WITHDRAWN]
    assert targets_of(cast.site_id) == []
    assert target_names(cast.site_id) == {target.id: "On call"}
    with pytest.raises(NotFound):
        target_by_id(cast.site_id, target.id)


def test_a_storm_is_one_summary_for_a_machine_too(cast: Cast, receiver: Receiver, still_clock: Clock) -> None:
    set_up(cast, receiver.url, asks=Asks.EVERYTHING)
    for number in range(20):
        tell(cast, f"case:{number}:1:urgent", level="urgent", on_call=False)
    deliver_all()
    still_clock.move(minutes=1)
    deliver_all()
    [request] = receiver.received
    assert json.loads(request.body)["levels"] == {"urgent": 20}
    assert json.loads(request.body)["kind"] == "summary"


def set_up(
    cast: Cast, url: str = "https://hooks.example.org/", *, asks: Asks = Asks.ON_CALL, name: str = ""
) -> tuple[Target, str]:
    owner = cast.ines.id
    begin_write()
    made = add_target(
        cast.site_id, owner, name or ("On call" if asks is Asks.ON_CALL else "All"), url, asks, current_keys()
    )
    db.session.commit()
    return made


def renewed(target: Target) -> str:
    begin_write()
    secret = renew_secret(target, current_keys())
    db.session.commit()
    return secret


def signed_by(request: Received, *secrets: str) -> list[str]:
    """Return whose signatures a request carries, in their order, as a receiver checks them."""
    said = request.headers["Attune-Timestamp"].encode() + b"." + request.body
    by = {f"v1={hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()}": secret for secret in secrets}
    return [by[signature] for signature in request.headers["Attune-Signature"].split(",")]


def tell(cast: Cast, cause: str, *, level: str = "crisis", step: int = 1, on_call: bool = True) -> None:
    begin_write()
    path = "/moderation/comments/7"
    tell_targets(cast.site_id, cause, kind=Kind.CASE, path=path, level=level, step=step, on_call=on_call)
    db.session.commit()


def deliver_all() -> None:
    for number in due_ids(limit=100):
        deliver(number)


def webhooks() -> list[Notification]:
    db.session.rollback()
    query = select(Notification).where(Notification.channel == Channel.WEBHOOK).order_by(Notification.id)
    return list(db.session.scalars(query))
