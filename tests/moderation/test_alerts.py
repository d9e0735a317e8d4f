"""The alerts page: channels with a test and its true result, targets, deliveries that are tried again or taken back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.config import Settings, current_keys
from service.core import clock
from service.core.db import begin_write, db
from service.delivery import deliver
from service.notifications.actions import notify
from service.notifications.attempts import failed, lease
from service.notifications.mailbox import list_mail, read_mail
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.queries import due_ids
from service.notifications.targets.actions import PAUSE_AFTER, tell_targets
from service.notifications.targets.queries import secrets_of, targets_of
from tests.cast import Cast, token_in
from tests.conftest import Clock
from tests.notifications.receiver import HOST, Receiver, receiving

ALERTS = "/moderation/alerts"


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as found:
        yield found


@pytest.fixture(autouse=True)
def people(cast: Cast) -> None:
    assert [cast.mara.id, cast.ana.id, cast.ines.id] == [1, 2, 3]


def test_a_target_is_set_up_tested_and_taken_away(cast: Cast, receiver: Receiver) -> None:
    owner = cast.browser(cast.ines)
    made = send(owner, "/targets", name="Night watch", url=receiver.url, asks="on call")
    assert made.status_code == 200
    secret = re.search(r"<code>([\w-]{40,})</code>", made.text)
    assert secret
    page = owner.get(ALERTS).text
    assert f"Webhook to {HOST}" in page
    assert "channel=on-call" not in page
    assert secret[1] not in page
    [target] = targets_of(cast.site_id)
    moderator = cast.browser(cast.ana)
    assert send(moderator, f"/targets/{target.id}/trials").status_code == 303
    assert re.search(r"It answered 200 after \d\.\d s\.", moderator.get(ALERTS).text)
    assert "It answered 200" not in moderator.get(ALERTS).text
    assert [request.json()["kind"] for request in receiver.received] == ["test"]
    assert send(moderator, f"/targets/{target.id}/removals").status_code == 403
    assert send(owner, f"/targets/{target.id}/removals").status_code == 303
    assert "Night watch" not in owner.get(ALERTS).text


@pytest.mark.parametrize(
    ("status", "words"), [(500, "it answered 500"), (301, "redirects are not followed"), (404, "it answered 404")]
)
def test_a_test_says_what_went_wrong(cast: Cast, receiver: Receiver, status: int, words: str) -> None:
    owner = cast.browser(cast.ines)
    send(owner, "/targets", name="Night watch", url=receiver.url, asks="on call")
    receiver.status, receiver.location = status, receiver.url
    send(owner, f"/targets/{targets_of(cast.site_id)[0].id}/trials")
    page = owner.get(ALERTS).text
    assert "It did not work: " in page
    assert words in page


@pytest.mark.parametrize("url", ["http://hook.example.org/", "https://user:word@hook.example.org/", "nothing"])
def test_an_address_that_is_refused_is_given_back(cast: Cast, url: str) -> None:
    answer = send(cast.browser(cast.ines), "/targets", name="Night watch", url=url, asks="on call")
    assert answer.status_code == 422
    assert f'value="{url}"' in answer.text
    assert 'value="Night watch"' in answer.text
    assert targets_of(cast.site_id) == []


def test_a_test_to_this_machine_fails_without_a_test_network(cast: Cast) -> None:
    owner = cast.browser(cast.ines)
    send(owner, "/targets", name="Inside", url="https://127.0.0.1:6379/", asks="everything")
    send(owner, f"/targets/{targets_of(cast.site_id)[0].id}/trials")
    assert "its address leads into a private network" in owner.get(ALERTS).text


def test_an_owner_gives_a_target_a_new_secret_which_is_shown_once(cast: Cast, receiver: Receiver) -> None:
    owner = cast.browser(cast.ines)
    send(owner, "/targets", name="Night watch", url=receiver.url, asks="on call")
    [target] = targets_of(cast.site_id)
    made = send(owner, f"/targets/{target.id}/secrets")
    [secret] = re.findall("<code>([^<]+)</code>", made.text)
    assert secret == secrets_of(target, current_keys(), clock.now())[0]
    page = owner.get("/moderation/alerts").text
    assert secret not in page
    assert "its former secret too, until" in page
    assert send(owner, f"/targets/{target.id}/secrets/ends").status_code == 303
    assert "its former secret too" not in owner.get("/moderation/alerts").text


def test_only_owners_set_up_targets(cast: Cast) -> None:
    for user in (cast.mara, cast.ana):
        answer = send(cast.browser(user), "/targets", name="Mine", url="https://hook.example.org/", asks="on call")
        assert answer.status_code == 403
    assert targets_of(cast.site_id) == []


def test_a_paused_target_is_used_again(cast: Cast, receiver: Receiver, still_clock: Clock) -> None:
    owner, moderator = cast.browser(cast.ines), cast.browser(cast.ana)
    send(owner, "/targets", name="Night watch", url=receiver.url, asks="on call")
    receiver.status = 503
    begin_write()
    tell_targets(cast.site_id, "case:1:1:crisis", kind=Kind.CASE, path="/", level="crisis", on_call=True)
    db.session.commit()
    for _attempt in range(PAUSE_AFTER):
        deliver_all()
        still_clock.move(hours=1)
    page = moderator.get(ALERTS).text
    assert "Paused since" in page
    assert "Kept until the target is used again" in page
    receiver.status, receiver.received = 200, []
    assert send(moderator, f"/targets/{targets_of(cast.site_id)[0].id}/resumptions").status_code == 303
    deliver_all()
    assert len(receiver.received) == 1
    assert "Paused since" not in moderator.get(ALERTS).text


def test_the_bell_rings_for_the_one_who_tests_it(cast: Cast) -> None:
    mara = cast.browser(cast.mara)
    assert send(mara, "/trials/bell").status_code == 303
    assert "A test of the bell" in mara.get(ALERTS).text
    assert "A test of the bell" not in cast.browser(cast.ana).get(ALERTS).text


def test_a_mail_goes_to_the_one_who_tests_it(cast: Cast, settings: Settings) -> None:
    ana = cast.browser(cast.ana)
    send(ana, "/trials/mail")
    assert "Written to a file, because no mail server is set." in ana.get(ALERTS).text
    [mail] = list_mail(settings.data_dir)
    assert mail.to == "ana@example.org"
    assert "This is a test." in read_mail(settings.data_dir, mail.name).body


def test_a_mail_server_that_is_not_there_is_said(cast: Cast, app: Flask) -> None:
    changed = {**app.extensions["attune"].model_dump(), "smtp_url": "smtp://127.0.0.1:9"}
    app.extensions["attune"] = Settings(**changed)
    ana = cast.browser(cast.ana)
    send(ana, "/trials/mail")
    assert "It did not work: the mail server could not be reached" in ana.get(ALERTS).text


def test_tests_are_counted(cast: Cast) -> None:
    mara = cast.browser(cast.mara)
    codes = [send(mara, "/trials/bell").status_code for _press in range(21)]
    assert codes == [303] * 20 + [429]


@pytest.mark.db
def test_a_message_that_waits_is_tried_now_or_taken_back(cast: Cast, still_clock: Clock) -> None:
    first, second = write(2)
    for row in (first, second):
        fail(row)
    ana = cast.browser(cast.ana)
    assert "Next try" in ana.get(ALERTS).text
    assert send(ana, f"/{first}/retry").status_code == 303
    assert due_ids(limit=10) == [first]
    assert send(ana, f"/{second}/cancellations").status_code == 303
    assert state(second) is NotificationState.WITHDRAWN
    assert send(ana, f"/{second}/cancellations").status_code == 409
    assert send(cast.browser(cast.mara), f"/{first}/cancellations").status_code == 403
    deliver_all()
    assert state(first) is NotificationState.SENT
    assert send(ana, f"/{first}/cancellations").status_code == 409


@pytest.mark.db
def test_what_is_on_its_way_is_left_alone(cast: Cast) -> None:
    [number] = write(1)
    begin_write()
    assert lease(number) is not None
    db.session.commit()
    ana = cast.browser(cast.ana)
    assert "Under way" in ana.get(ALERTS).text
    assert send(ana, f"/{number}/retry").status_code == 409
    assert send(ana, f"/{number}/cancellations").status_code == 409


@pytest.mark.db
def test_a_storm_is_seen_on_the_page(cast: Cast, still_clock: Clock) -> None:
    write(20)
    deliver_all()
    ana = cast.browser(cast.ana)
    assert ana.get(ALERTS).text.count("Goes with a summary") == 20
    assert "with 20 alerts in it" in ana.get(ALERTS).text
    still_clock.move(minutes=1)
    deliver_all()
    assert ana.get(ALERTS).text.count("Went with a summary") == 20


def write(number: int) -> list[int]:
    begin_write()
    for each in range(number):
        notify(1, f"case:{each}:1:urgent", [1], kind=Kind.CASE, level="urgent", path="/", channels=[Channel.EMAIL])
    db.session.commit()
    return list(db.session.scalars(select(Notification.id).order_by(Notification.id)))


def fail(number: int) -> None:
    begin_write()
    leased = lease(number)
    assert leased is not None
    failed(number, leased.delivery_id, leased.token, "the mail server answered 451")
    db.session.commit()


def state(number: int) -> NotificationState:
    return db.session.get_one(Notification, number, populate_existing=True).state


def deliver_all() -> None:
    for number in due_ids(limit=100):
        deliver(number)


def send(browser: FlaskClient, path: str, **data: str) -> TestResponse:
    token = token_in(browser.get(ALERTS))
    return browser.post(ALERTS + path, data={**data, "csrf_token": token})
