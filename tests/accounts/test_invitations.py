"""Invitations and forgotten passwords: links that are good once, for a while, and tell nobody who has an account."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.accounts import link_views
from service.accounts.invitations import choose_password, invite, link_token, revoke, send_link, user_by_link
from service.accounts.models import Role, SessionRow, User
from service.accounts.queries import alert_recipients, staff_name_taken
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.errors import Conflict, NotFound
from service.delivery import deliver
from service.notifications.mailbox import list_mail, read_mail
from service.notifications.models import Notification
from tests.cast import PASSWORD, Cast
from tests.conftest import Clock, Outgoing

pytestmark = pytest.mark.db
NEW = "quite another password"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer who has forgotten their password without the usual pause."""
    monkeypatch.setattr(link_views, "ANSWER_AFTER_S", 0.0)


def test_who_is_invited_chooses_a_password_and_signs_in(cast: Cast, client: FlaskClient, outbox: Outgoing) -> None:
    link = mailed_link(cast, outbox, invited(cast))
    assert "Welcome, Rui Costa" in client.get(link).text
    assert client.get(link).status_code == 200  # looking changes nothing
    answer = client.post(link, data={"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/sign-in?ready=1")
    assert sign_in(client, "rui@example.org", NEW) == 303
    assert client.get(link).status_code == client.post(link, data={"password": PASSWORD}).status_code == 404


def test_an_invitation_is_nobody_until_it_is_taken_up(cast: Cast, client: FlaskClient) -> None:
    user = invited(cast, Role.MODERATOR)
    assert user.is_invited
    assert user.id not in alert_recipients(cast.site_id, None)
    assert sign_in(client, "rui@example.org", "") == 403
    begin_write()
    choose_password(user, NEW)
    db.session.commit()
    assert user.id in alert_recipients(cast.site_id, None)
    assert staff_name_taken(cast.site_id, "RUI COSTA")
    assert not user.is_invited


def test_an_invitation_is_good_for_a_week_and_can_be_taken_back(cast: Cast, still_clock: Clock) -> None:
    user = invited(cast)
    token = link_token(user, current_keys())
    still_clock.move(days=7)
    assert user_by_link(token, current_keys()) is user
    still_clock.move(seconds=1)
    with pytest.raises(NotFound):
        user_by_link(token, current_keys())
    fresh = link_token(user, current_keys())
    begin_write()
    revoke(user)
    db.session.commit()
    with pytest.raises(NotFound):
        user_by_link(fresh, current_keys())
    with pytest.raises(Conflict):
        revoke(user)
    with pytest.raises(Conflict):
        send_link(user)


def test_a_forgotten_password_is_replaced_and_ends_every_session(
    cast: Cast, client: FlaskClient, outbox: Outgoing, still_clock: Clock
) -> None:
    browser = cast.browser(cast.mara)
    assert (
        "If somebody here has this address"
        in client.post("/sign-in/forgotten", data={"email": "MARA@example.org"}).text
    )
    link = mailed_link(cast, outbox, cast.mara)
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert browser.get("/moderation").status_code == 200
    assert client.post(link, data={"password": NEW}).status_code == 303
    assert browser.get("/moderation").status_code == 302
    assert db.session.query(SessionRow).count() == 0
    assert sign_in(client, "mara@example.org", PASSWORD) == 403
    assert sign_in(client, "mara@example.org", NEW) == 303


def test_a_link_for_a_new_password_is_good_for_two_hours(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    token = link_token(cast.mara, current_keys())
    still_clock.move(hours=2, seconds=1)
    assert client.get(f"/welcome/{token}").status_code == 404


@pytest.mark.parametrize("change", [".", "A", "%00", " "])
def test_a_forged_link_is_the_address_of_nothing(cast: Cast, client: FlaskClient, change: str) -> None:
    token = link_token(cast.mara, current_keys())
    forged = token[:10] + change + token[10:]
    for answer in (client.get(f"/welcome/{forged}"), client.post(f"/welcome/{forged}", data={"password": NEW})):
        assert answer.status_code == 404
    assert sign_in(client, "mara@example.org", PASSWORD) == 303


def test_who_has_left_has_no_link(cast: Cast, client: FlaskClient) -> None:
    token = link_token(cast.mara, current_keys())
    begin_write()
    cast.mara.is_active = False
    db.session.commit()
    assert client.get(f"/welcome/{token}").status_code == 404
    client.post("/sign-in/forgotten", data={"email": "mara@example.org"})
    assert db.session.query(Notification).count() == 0


def test_nobody_learns_who_has_an_account_and_no_mailbox_is_flooded(
    cast: Cast, client: FlaskClient, still_clock: Clock
) -> None:
    assert cast.mara
    pages = {client.post("/sign-in/forgotten", data={"email": address}).text for address in ("", "nobody@example.org")}
    for _time in range(4):
        still_clock.move(minutes=1)
        pages.add(client.post("/sign-in/forgotten", data={"email": "mara@example.org"}).text)
    assert len(pages) == 1
    assert db.session.query(Notification).count() == 3


def test_the_link_stands_in_no_row(cast: Cast, outbox: Outgoing) -> None:
    token = mailed_link(cast, outbox, invited(cast)).rpartition("/")[2]
    for row in db.session.query(Notification):
        assert token[:20] not in f"{row.path}{row.details}{row.cause}"


def test_chores_show_a_link_to_whoever_has_no_mail(app: Flask, cast: Cast, client: FlaskClient) -> None:
    assert cast.mara
    run = app.test_cli_runner().invoke
    words = ["user", "invite", "rui@example.org", "--name", "Rui Costa", "--role", "author"]
    for shown in (run(args=words), run(args=["user", "link", "mara@example.org"])):
        found = re.search(r"(/welcome/\S+)", shown.output)
        assert found, shown.output
        assert client.get(found[1]).status_code == 200
    assert run(args=["user", "link", "nobody@example.org"]).exit_code == 1


def invited(cast: Cast, role: Role = Role.AUTHOR) -> User:
    begin_write()
    user = invite(cast.site_id, "rui@example.org", "Rui Costa", role, current_keys())
    db.session.commit()
    return user


def mailed_link(cast: Cast, outbox: Outgoing, user: User) -> str:
    """Deliver what was written to this person and return the path of the link in it."""
    address = current_keys().decrypt(user.email_encrypted)
    for number in outbox.take("notifications.deliver"):
        deliver(int(number))
    folder = cast.app.extensions["attune"].data_dir
    newest = list_mail(folder)[0]
    text = (folder / "mail" / newest.name).read_text()
    assert address in text
    assert read_mail(folder, newest.name)
    found = re.search(r"http://[^/\s]+(/welcome/\S+)", text.replace("=\n", ""))
    assert found
    return found[1].rstrip('"')


def sign_in(browser: FlaskClient, email: str, password: str) -> int:
    return browser.post("/sign-in", data={"email": email, "password": password}).status_code
