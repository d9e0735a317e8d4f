"""From a new site to one that can be relied on: the first owner's link, the mail server, a first alert."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from service.accounts.first_owner import sign_set_up
from service.accounts.models import Role, SessionRow, User
from service.config import current_keys, current_settings
from service.core.db import begin_write, db
from service.core.errors import Invalid
from service.delivery import deliver
from service.moderation.set_up import steps_of
from service.notifications.channels import Unsent
from service.notifications.mail_server import change_mail_server, mail_server, typed_server
from service.notifications.models import Notification, NotificationState
from service.site.models import Site
from service.site.queries import current_site
from tests.cast import PASSWORD, Cast, token_in
from tests.conftest import Clock, Outgoing
from tests.notifications.mail_server import MailServer

PAGE = "/moderation/set-up"
TYPED = {
    "site_name": "Notes on healing",
    "language": "es",
    "time_zone": "Europe/Madrid",
    "help_country": "ES",
    "name": "Ines Varga",
    "email": "ines@example.org",
    "password": PASSWORD,
}
SERVER = {"host": "smtp.example.org", "security": "starttls", "port": "", "user": "care", "password": "pass@word/%"}


@pytest.mark.db
def test_whoever_has_the_link_becomes_the_owner_and_is_led_on(app: Flask, client: FlaskClient) -> None:
    link = f"/set-up/{token()}"
    assert "Set up your site" in client.get(link).text
    sent = client.post(link, data=TYPED)
    assert (sent.status_code, sent.location) == (303, PAGE), sent.text
    assert "4 steps are left" in client.get(PAGE).text
    owner, site = db.session.scalars(select(User)).one(), current_site()
    assert (owner.role, owner.name, owner.time_zone) == (Role.OWNER, "Ines Varga", "Europe/Madrid")
    assert (site.name, site.language, site.help_country) == ("Notes on healing", "es", "ES")


@pytest.mark.db
def test_the_link_is_good_once_for_a_day_and_not_beside_an_owner(
    app: Flask, client: FlaskClient, still_clock: Clock
) -> None:
    first, second = token(), token()
    client.post(f"/set-up/{first}", data=TYPED)
    for used in (first, second):
        assert client.get(f"/set-up/{used}").status_code == 404
        assert client.post(f"/set-up/{used}", data=TYPED | {"email": "two@example.org"}).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(User)) == 1
    forget_people()
    still_clock.move(days=1, seconds=1)
    assert client.get(f"/set-up/{first}").status_code == 404
    assert client.get(f"/set-up/{token()[:-2]}").status_code == 404
    assert client.get(f"/set-up/{token()}").status_code == 200


@pytest.mark.parametrize(
    ("field", "words"),
    [("email", "nobody"), ("password", "short"), ("name", " "), ("time_zone", "Mars"), ("site_name", "")],
)
def test_what_cannot_be_makes_nobody_an_owner_and_gives_the_words_back(
    app: Flask, client: FlaskClient, field: str, words: str
) -> None:
    sent = client.post(f"/set-up/{token()}", data=TYPED | {"site_name": "In <quiet>"} | {field: words})
    assert sent.status_code == 422
    assert PASSWORD not in sent.text
    assert field == "site_name" or 'value="In &lt;quiet&gt;"' in sent.text
    assert db.session.scalar(select(func.count()).select_from(User)) == 0
    assert current_site().name != "In <quiet>"


def test_a_site_without_an_owner_says_so_at_sign_in_and_shows_no_link(app: Flask, client: FlaskClient) -> None:
    assert 'href="/set-up"' in client.get("/sign-in").text
    assert "first-link" in client.get("/set-up").text
    assert not re.search(r"/set-up/\w", client.get("/set-up").text)
    client.post(f"/set-up/{token()}", data=TYPED)
    other = app.test_client()
    assert 'href="/set-up"' not in other.get("/sign-in").text
    assert other.get("/set-up").location == "/sign-in"


def test_the_command_shows_a_link_until_there_is_an_owner(app: Flask, client: FlaskClient) -> None:
    run = app.test_cli_runner()
    shown = run.invoke(args=["user", "first-link"]).output.strip()
    assert client.get(shown.partition("localhost:8000")[2]).status_code == 200
    client.post(f"/set-up/{token()}", data=TYPED)
    assert "has an owner" in run.invoke(args=["user", "first-link"]).output


@pytest.mark.db
def test_a_mail_server_that_was_typed_takes_the_test_and_the_first_alert(
    cast: Cast, outbox: Outgoing, sink: MailServer
) -> None:
    ines = cast.browser(cast.ines)
    assert "Without one, alerts are written to files" in ines.get(PAGE).text
    typed = {
        "host": "127.0.0.1",
        "port": sink.url.rpartition(":")[2],
        "security": "none",
        "sender": "care@attune.example",
    }
    sent = ines.post(f"{PAGE}/mail", data=typed | {"csrf_token": token_in(ines.get(PAGE))})
    assert "The mail server took it" in ines.get(sent.location).text
    ines.post(f"{PAGE}/alerts", data={"csrf_token": token_in(ines.get(PAGE))})
    assert "The mail waits for the worker." in ines.get(PAGE).text
    number = db.session.scalars(select(Notification.id).order_by(Notification.id.desc()).limit(1)).one()
    deliver(number)
    assert db.session.get_one(Notification, number).state is NotificationState.SENT
    assert "The mail has gone out." in ines.get(PAGE).text
    assert steps_of(current_site(), cast.ines, current_settings()).alert
    assert [mail["From"] for mail in sink.mails()] == ["Attune <care@attune.example>"] * 2


def test_a_mail_server_that_refuses_is_said_in_words(cast: Cast) -> None:
    ines = cast.browser(cast.ines)
    typed = {"host": "127.0.0.1", "port": "9", "security": "none", "sender": "care@attune.example"}
    ines.post(f"{PAGE}/mail", data=typed | {"csrf_token": token_in(ines.get(PAGE))})
    assert "It did not work: the mail server could not be reached" in ines.get(PAGE).text


def test_the_password_is_encrypted_never_shown_and_stays_with_its_server(cast: Cast) -> None:
    keys, site = current_keys(), current_site()
    change_mail_server(site, SERVER, "care@attune.example", keys)
    assert "pass" not in (site.smtp_encrypted or "")
    url = "smtp+starttls://care:pass%40word%2F%25@smtp.example.org:587"
    assert mail_server(site, current_settings()).url == url
    assert "pass@word" not in str(typed_server(site, keys))
    change_mail_server(site, SERVER | {"password": "", "port": "2525"}, "other@attune.example", keys)
    assert mail_server(site, current_settings()).url.endswith("@smtp.example.org:2525")
    for other in ({"host": "smtp.elsewhere.example"}, {"user": "other"}, {"security": "tls"}):
        with pytest.raises(Invalid) as wrong:
            change_mail_server(site, SERVER | {"password": ""} | other, "care@attune.example", keys)
        assert wrong.value.field == "password"


@pytest.mark.parametrize(
    ("field", "words"),
    [("host", "a b"), ("host", "x@y"), ("host", "a/b"), ("port", "0"), ("port", "many"), ("security", "none")],
)
def test_what_is_no_mail_server_is_refused_with_the_field(cast: Cast, field: str, words: str) -> None:
    with pytest.raises(Invalid) as wrong:
        change_mail_server(current_site(), SERVER | {field: words}, "care@attune.example", current_keys())
    assert wrong.value.field == field


def test_the_settings_come_before_what_was_typed(cast: Cast) -> None:
    change_mail_server(current_site(), SERVER, "care@attune.example", current_keys())
    settings = current_settings().model_copy(update={"smtp_url": "smtps://mail.example.org"})
    server = mail_server(current_site(), settings)
    assert (server.url, server.sender, server.fixed) == ("smtps://mail.example.org", settings.mail_from, True)


def test_under_another_key_mail_waits_and_says_why(cast: Cast, outbox: Outgoing) -> None:
    begin_write()
    current_site().smtp_encrypted = "written under another key"
    db.session.commit()
    with pytest.raises(Unsent, match="another secret key"):
        mail_server(current_site(), current_settings())
    ines = cast.browser(cast.ines)
    assert ines.post(f"{PAGE}/alerts", data={"csrf_token": token_in(ines.get(PAGE))}).status_code == 303
    deliver(db.session.scalars(select(Notification.id).order_by(Notification.id.desc()).limit(1)).one())
    assert "set up under another secret key" in ines.get(PAGE).text


@pytest.fixture
def sink() -> Iterator[MailServer]:
    """A mail server that takes everything."""
    server = MailServer()
    yield server
    server.stop()


def token() -> str:
    return sign_set_up(current_site().id, current_keys())


def forget_people() -> None:
    begin_write()
    db.session.execute(delete(SessionRow))
    db.session.execute(delete(User))
    db.session.commit()
    assert db.session.scalar(select(Site.id))
