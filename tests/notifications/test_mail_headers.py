"""Headers of a mail say what they were given, and nothing that is written in it in another way (RFC 2047)."""

from email import message_from_bytes
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from service.accounts.addresses import ask_to_confirm, checked_email
from service.config import Settings, current_keys
from service.core import clock
from service.core.db import begin_write, db
from service.core.errors import Invalid
from service.delivery import deliver
from service.notifications.mail import Sender, Words, build, one_line
from service.notifications.mailbox import list_mail
from service.notifications.models import Delivery
from service.notifications.queries import due_ids
from tests.cast import Cast
from workers import schedule

NAMES = [
    "=?utf-8?q?=0aBcc:x@elsewhere.example?=",
    "=?utf-8?q?=0d=0aBcc:_x@elsewhere.example?=",
    "=?utf-8?b?DQpCY2M6IHhAZWxzZXdoZXJlLmV4YW1wbGU=?=",
    "x =?utf-8?q?=0aBcc:x?= y",
    "a\r\nBcc: x@elsewhere.example",
    "a\u2028Bcc: x@elsewhere.example",
    '" <x@elsewhere.example>, "',
]
ADDRESSES = [
    "=?utf-8?q?x=0ay?=@example.org",
    "=?utf-8?q?x=40elsewhere.example=2C?=@example.org",
    "=?utf-8?b?eEBlbHNld2hlcmUuZXhhbXBsZSw=?=@example.org",
    "x@elsewhere.example, y@example.org",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_site_of_any_name_sends_to_one_person_from_one_address(name: str) -> None:
    raw = _mail("tove@example.org", name).as_bytes()
    read = message_from_bytes(raw)
    assert len(read.get_all("Bcc", [])) == 0
    assert read.get_all("To") == ["tove@example.org"]
    [sender] = read.get_all("From", [])
    assert str(sender).endswith("<attune@site.example>")
    assert set(read.keys()) == {
        *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type")
    }


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_read_as_another_gets_no_mail(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        _mail(address, "Notes")
    with pytest.raises(Invalid):
        checked_email(address)


@pytest.mark.db
def test_a_mail_that_cannot_be_written_is_a_failed_attempt_and_holds_up_no_other(
    cast: Cast, settings: Settings
) -> None:
    """As from a time in which such an address was taken."""
    _two_to_confirm(cast, ADDRESSES[0])
    _sweep()
    assert [mail.to for mail in list_mail(settings.data_dir)] == ["joao@example.org"]
    attempts = db.session.scalars(select(Delivery).order_by(Delivery.id))
    assert [attempt.error for attempt in attempts] == ["it could not be written as a mail", ""]


@pytest.mark.db
def test_what_nobody_has_thought_of_holds_up_no_other_either(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = _two_to_confirm(cast, "tove@example.org")

    def break_at_first(notification_id: int) -> None:
        if notification_id == first:
            raise LookupError("a row like no other")
        deliver(notification_id)

    monkeypatch.setattr(schedule, "deliver", break_at_first)
    _sweep()
    assert [mail.to for mail in list_mail(settings.data_dir)] == ["joao@example.org"]


def _two_to_confirm(cast: Cast, address: str) -> list[int]:
    """Have mail wait for Tove, at this address, and for Joao; returns the messages' numbers, hers first."""
    keys = current_keys()
    begin_write()
    for who, stored in ((cast.tove, address), (cast.joao, "joao@example.org")):
        who.email_encrypted, who.email_lookup = keys.encrypt(stored), keys.lookup("email", stored)
        assert ask_to_confirm(who, keys)
    db.session.commit()
    return due_ids(limit=20)


def _sweep() -> None:
    [sweep] = [chore for chore in schedule.chores(10) if chore.name == "sweep notifications"]
    sweep.run()


def _mail(to: str, site_name: str) -> EmailMessage:
    words = Words("Something is waiting for you on " + one_line(site_name), "Read it.", "Goodbye.")
    return build("1", to, Sender(site_name, "attune@site.example", "https://site.example"), clock.now(), words)
