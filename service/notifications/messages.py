"""What a mail to staff says: a level and a link, never a word or a name of a commenter."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from service.core.language import gettext
from service.notifications.models import Kind, Notification

LEVEL_WORDS = {
    "crisis": lambda: gettext("Someone may be in danger now"),
    "urgent": lambda: gettext("Please read today"),
    "support": lambda: gettext("Sounds very low"),
}


@dataclass(frozen=True)
class Sender:
    """Who a mail comes from, and where its links lead."""

    site_name: str
    address: str
    site_url: str


def compose(notification: Notification, to: str, sender: Sender, moment: datetime) -> EmailMessage:
    """Return the mail for one notification; its Message-ID is the same at every attempt."""
    message = EmailMessage()
    message["Subject"] = gettext("Something is waiting for you on %(site)s", site=_one_line(sender.site_name))
    message["From"] = formataddr((_one_line(sender.site_name), sender.address))
    message["To"] = to
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = f"<attune-{notification.id}@{sender.address.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{_sentence(notification)}\n\n{sender.site_url}{notification.path}\n\n{_foot()}\n")
    return message


def _sentence(notification: Notification) -> str:
    sentences = {
        Kind.CASE: lambda: _case_sentence(notification),
        Kind.UNSCANNED: lambda: gettext("A comment could not be read by the machine, so a person has to read it."),
        Kind.NO_WORKER: lambda: gettext(
            "No worker has given a sign of life for 60 seconds. Comments are kept, but nobody is told of them "
            "and none is published until one runs again."
        ),
        Kind.DEAD_DELIVERY: lambda: gettext("A message could not be delivered after 8 attempts."),
    }
    return sentences[notification.kind]()


def _case_sentence(notification: Notification) -> str:
    level = LEVEL_WORDS[notification.level]()
    return gettext("%(level)s. A reader has written a comment that needs an answer.", level=level)


def _foot() -> str:
    return gettext(
        "The words themselves are behind sign-in. This mail was sent to you because you look after the site."
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
