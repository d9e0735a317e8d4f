"""Deliver: by a real mail server or into a file, with a level and a link and not one word or name of a commenter."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from service.care.climbing import climb, due_case_ids
from service.config import Settings
from service.core.db import begin_write, db
from service.delivery import bury, deliver
from service.moderation.actions import reply
from service.notifications.attempts import MAX_ATTEMPTS
from service.notifications.mailbox import list_mail, read_mail
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.queries import attempts_of, bell, due_ids
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, reading, token_in
from tests.conftest import Clock
from tests.notifications.mail_server import MailServer

pytestmark = pytest.mark.db
WORDS = f"{LOW} My son Benedikt and the red house in Almere."
PRIVATE = ("husband", "cope", "exhausted", "alone", "Benedikt", "red house", "Almere")
NAME = "Walburga Ockenfels"
URGENT = reading(Level.URGENT)


@pytest.fixture
def mail_server(app: Flask, settings: Settings) -> Iterator[MailServer]:
    """A mail server that the application is set to use."""
    server = MailServer()
    settings.smtp_url = server.url
    yield server
    if server.running:
        server.stop()


def test_mail_goes_to_the_author_first_and_to_nobody_else(cast: Cast, mail_server: MailServer) -> None:
    assert cast.mara
    assert cast.ana
    assert cast.ines
    assert cast.other_author
    cast.says(cast.tove, LOW, read_as=URGENT)
    deliver_all()
    assert [to for recipients, _mail in mail_server.received for to in recipients] == ["mara@example.org"]
    assert {row.state for row in emails()} == {NotificationState.SENT}
    assert all(row.sent_at for row in emails())


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        (Level.SUPPORT, "Sounds very low"),
        (Level.URGENT, "Please read today"),
        (Level.CRISIS, "Someone may be in danger now"),
    ],
)
def test_it_holds_a_level_and_a_link_and_nothing_of_the_comment(
    cast: Cast, mail_server: MailServer, still_clock: Clock, level: Level, sentence: str
) -> None:
    comment = cast.says(cast.tove, WORDS, name=NAME, read_as=reading(level))
    if level is Level.SUPPORT:  # its mail is the reminder
        still_clock.move(hours=20)
        climb_all()
    deliver_all()
    [mail] = mail_server.mails()
    text, html = (str(part.get_payload(decode=True), "utf-8") for part in mail.get_payload())
    url = f"http://localhost:8000/moderation/comments/{comment.id}"
    assert sentence in text
    assert sentence in html
    assert url in text.splitlines()
    [acknowledge] = [line for line in text.splitlines() if "/alerts/" in line]
    assert "I am on this" in cast.browser().get(acknowledge.removeprefix("http://localhost:8000")).text
    assert re.findall(r"(?:href|src)=\"([^\"]*)\"", html) == [url, acknowledge]
    assert not re.search(r"<(?:img|style|script|link|iframe)|url\(|background=", html)
    whole = mail.as_string() + text + html
    for private in (*PRIVATE, *NAME.split(), "Old maps", "old-maps"):
        assert private.casefold() not in whole.casefold(), private
    assert not re.search(r"crisis|urgent|danger|low|distress|support", str(mail["Subject"]), re.IGNORECASE)


def test_each_attempt_is_the_same_mail(cast: Cast, mail_server: MailServer, still_clock: Clock) -> None:
    cast.says(cast.tove, LOW, read_as=URGENT)
    deliver_all()
    begin_write()
    [row] = emails()
    row.state = NotificationState.WAITING  # as if the answer of the server had been lost
    db.session.commit()
    still_clock.move(minutes=2)
    deliver_all()
    first, second = mail_server.mails()
    assert first["Message-ID"] == second["Message-ID"]
    assert re.fullmatch(r"<attune-\d+@localhost>", str(first["Message-ID"]))


def test_delivering_twice_sends_once(cast: Cast, mail_server: MailServer) -> None:
    cast.says(cast.tove, LOW, read_as=URGENT)
    [row] = emails()
    deliver(row.id)
    deliver(row.id)
    assert len(mail_server.received) == 1
    assert len(attempts_of(emails()[0])) == 1


def test_nothing_is_sent_once_somebody_has_answered(cast: Cast, mail_server: MailServer) -> None:
    comment, mara = cast.says(cast.tove, LOW, read_as=URGENT), cast.mara
    ids = [row.id for row in emails()]
    begin_write()
    reply(mara, comment, "I read this.")
    db.session.commit()
    for number in ids:
        deliver(number)
    assert mail_server.received == []


@pytest.mark.parametrize("answer", ["451 try later", "554 never"])
def test_a_server_that_refuses_is_asked_again(
    cast: Cast, mail_server: MailServer, still_clock: Clock, answer: str
) -> None:
    mail_server.answer = answer
    cast.says(cast.tove, LOW, read_as=URGENT)
    deliver_all()
    [row] = emails()
    assert row.state is NotificationState.WAITING
    assert row.last_error == f"the mail server answered {answer[:3]}"
    mail_server.answer = "250 OK"
    still_clock.move(minutes=1)
    deliver_all()
    assert emails()[0].state is NotificationState.SENT
    assert emails()[0].last_error == ""
    assert len(mail_server.received) == 1


def test_a_server_that_is_down_delays_and_at_last_alarms_the_owner(
    cast: Cast, mail_server: MailServer, still_clock: Clock
) -> None:
    assert cast.ana
    ines = cast.ines.id
    mail_server.stop()
    cast.says(cast.tove, LOW, read_as=reading(Level.SUPPORT))
    still_clock.move(hours=20)
    climb_all()
    for _attempt in range(MAX_ATTEMPTS):
        deliver_all()
        still_clock.move(hours=1)
    assert {row.state for row in emails()} == {NotificationState.DEAD}
    assert "could not be reached" in emails()[0].last_error
    assert "@" not in emails()[0].last_error
    assert len([alert for alert in bell(ines) if alert.kind is Kind.DEAD_DELIVERY]) == len(emails()) == 1
    assert [alert for alert in bell(cast.ana.id) if alert.kind is Kind.DEAD_DELIVERY] == []


def test_mail_about_a_crisis_outlasts_a_server_that_is_down_for_a_day(
    cast: Cast, mail_server: MailServer, still_clock: Clock, settings: Settings
) -> None:
    ines = cast.ines.id
    settings.smtp_url = "smtp://127.0.0.1:9"  # nobody listens there
    cast.says(cast.tove, LOW, read_as=reading(Level.CRISIS))
    for _quarter in range(24 * 4):
        deliver_all()
        still_clock.move(minutes=15)
    [row] = emails()
    assert row.state is NotificationState.WAITING
    assert len([alert for alert in bell(ines) if alert.kind is Kind.DEAD_DELIVERY]) == 1
    page = cast.browser(cast.ines).get("/moderation/alerts").text
    assert "Does not get through. It is tried on, because somebody may be in danger." in page
    settings.smtp_url = mail_server.url
    deliver_all()
    assert len(mail_server.received) == 1
    assert emails()[0].state is NotificationState.SENT
    assert [alert for alert in bell(ines) if alert.kind is Kind.DEAD_DELIVERY] == []
    assert "Does not get through" not in cast.browser(cast.ines).get("/moderation/alerts").text


def test_what_crashed_at_its_last_attempt_is_alarmed_too(
    cast: Cast, mail_server: MailServer, still_clock: Clock
) -> None:
    ines = cast.ines.id
    cast.says(cast.tove, LOW, read_as=reading(Level.SUPPORT))
    still_clock.move(hours=20)
    climb_all()
    begin_write()
    for row in emails():
        row.attempts = MAX_ATTEMPTS
    db.session.commit()
    bury()
    assert {row.state for row in emails()} == {NotificationState.DEAD}
    assert len([alert for alert in bell(ines) if alert.kind is Kind.DEAD_DELIVERY]) == 1


def test_somebody_who_has_left_gets_nothing(cast: Cast, mail_server: MailServer) -> None:
    cast.says(cast.tove, LOW, read_as=URGENT)
    begin_write()
    cast.mara.is_active = False
    db.session.commit()
    deliver_all()
    assert mail_server.received == []
    assert emails()[0].state is NotificationState.WITHDRAWN
    assert attempts_of(emails()[0]) == []


def test_without_a_server_mail_is_a_file_that_the_owner_reads(cast: Cast, settings: Settings) -> None:
    comment = cast.says(cast.tove, WORDS, name=NAME, read_as=URGENT)
    deliver_all()
    [listed] = list_mail(settings.data_dir)
    assert listed.to == "mara@example.org"
    assert listed.sent_at == comment.created_at
    assert f"/moderation/comments/{comment.id}" in read_mail(settings.data_dir, listed.name).body
    file = settings.data_dir / "mail" / listed.name
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Benedikt" not in file.read_text()
    ines = cast.browser(cast.ines)
    assert "mara@example.org" in ines.get("/moderation/mail").text
    assert f"/moderation/comments/{comment.id}" in ines.get(f"/moderation/mail/{listed.name}").text
    assert ines.get("/moderation/mail/..%2Fsecret.key").status_code == 404
    assert cast.browser(cast.ana).get("/moderation/mail").status_code == 403
    assert cast.browser(cast.mara).get(f"/moderation/mail/{listed.name}").status_code == 403


def test_writing_the_same_mail_again_replaces_the_file(cast: Cast, settings: Settings, still_clock: Clock) -> None:
    cast.says(cast.tove, LOW, read_as=URGENT)
    deliver_all()
    begin_write()
    emails()[0].state = NotificationState.WAITING
    db.session.commit()
    still_clock.move(minutes=2)
    deliver_all()
    assert len(list_mail(settings.data_dir)) == 1


def test_the_alerts_page_shows_and_retries_what_is_dead(cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.tove, CRISIS)
    begin_write()
    [row] = emails()
    row.state, row.last_error = NotificationState.DEAD, "the mail server answered 554"
    db.session.commit()
    mara, ana = cast.browser(cast.mara), cast.browser(cast.ana)
    page = ana.get("/moderation/alerts")
    assert "the mail server answered 554" in page.text
    assert CRISIS[:20] not in page.text
    token = {"csrf_token": token_in(page)}
    own = {"csrf_token": token_in(mara.get("/moderation/alerts"))}
    assert "the mail server answered 554" not in mara.get("/moderation/alerts").text
    assert mara.post(f"/moderation/alerts/{row.id}/retry", data=own).status_code == 403
    assert ana.post(f"/moderation/alerts/{row.id}/retry", data=token).status_code == 303
    assert emails()[0].state is NotificationState.WAITING
    assert ana.post(f"/moderation/alerts/{row.id}/retry", data=token).status_code == 409
    assert mara.post("/moderation/alerts/read", data=own).status_code == 303
    assert bell(cast.mara.id) == []


def test_a_calm_comment_alerts_nobody(cast: Cast, mail_server: MailServer) -> None:
    cast.says(cast.tove, CALM)
    assert due_ids(limit=10) == []
    assert db.session.query(Notification).count() == 0


def deliver_all() -> None:
    """Do what the worker does with what is due."""
    for number in due_ids(limit=100):
        deliver(number)


def climb_all() -> None:
    """Do what the worker does with cases whose next step is due."""
    begin_write()
    for case_id in due_case_ids(100):
        climb(case_id)
    db.session.commit()


def emails() -> list[Notification]:
    return db.session.query(Notification).filter_by(channel=Channel.EMAIL).order_by(Notification.id).all()
