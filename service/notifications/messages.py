"""What a mail to staff says: a level and a link, never a word or a name of a commenter."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape
from typing import Any

from service.core.language import format_local, gettext, ngettext
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
    url = f"{sender.site_url}{notification.path}"
    message.set_content(f"{_sentence(notification)}\n\n{url}\n\n{_foot()}\n")
    message.add_alternative(_html(_sentence(notification), url, _foot()), subtype="html")
    return message


def _html(sentence: str, url: str, foot: str) -> str:
    """Return the same words as HTML: no image, no style from elsewhere, no link but the one to this site."""
    link = f'<p><a href="{escape(url)}">{escape(gettext("Open it"))}</a></p>'
    small = f"<p><small>{escape(foot)}</small></p>"
    page = f"<!doctype html><html><head><meta charset='utf-8'><title>{escape(sentence)}</title></head><body>"
    return "\n".join([page, f"<p>{escape(sentence)}</p>", link, small, "</body></html>"])


def _sentence(notification: Notification) -> str:
    sentences = {
        Kind.CASE: lambda: _case_sentence(notification),
        Kind.UNSCANNED: lambda: gettext("A comment could not be read by the machine, so a person has to read it."),
        Kind.NO_WORKER: lambda: gettext(
            "No worker has given a sign of life for 60 seconds. Comments are kept, but nobody is told of them "
            "and none is published until one runs again."
        ),
        Kind.BEHIND: lambda: gettext(
            "Comments have waited for their screening for two minutes or more. None is lost, but nobody is told what "
            "they say until the machine has read them."
        ),
        Kind.SWEEP_SILENT: lambda: gettext(
            "The worker gives signs of life, but what it does again and again stands still. What a lost message left "
            "behind is not found until it is started anew."
        ),
        Kind.DEAD_DELIVERY: lambda: gettext("A message could not be delivered after 8 attempts."),
        Kind.TARGET_PAUSED: lambda: gettext(
            "The target “%(name)s” has not taken our alerts for some time, so it is paused. What it has missed is kept "
            "until you have it tried again.",
            name=notification.details["target"],
        ),
        Kind.SUMMARY: lambda: _summary_sentence(notification.details["levels"]),
        Kind.NEW_COMMENT: lambda: gettext("Somebody has written a comment. It asks for nothing special."),
        Kind.GAP: lambda: _gap_sentence(notification.details),
        Kind.TEST: lambda: gettext("This is a test. Mail from this site reaches you."),
    }
    return sentences[notification.kind]()


def _case_sentence(notification: Notification) -> str:
    level = LEVEL_WORDS[notification.level]()
    return gettext("%(level)s. A reader has written a comment that needs an answer.", level=level)


def _summary_sentence(levels: dict[str, int]) -> str:
    """Say how many alerts there were at once, the most urgent first."""
    words = {
        "urgent": lambda n: ngettext("%(num)d person to read today", "%(num)d people to read today", n),
        "support": lambda n: ngettext("%(num)d who sounds very low", "%(num)d who sound very low", n),
    }
    parts = [words[level](levels[level]) for level in words if level in levels]
    if rest := sum(number for level, number in levels.items() if level not in words):
        parts.append(ngettext("%(num)d more comment", "%(num)d more comments", rest))
    return gettext("Much was written at once: %(parts)s.", parts=", ".join(parts))


def _gap_sentence(details: dict[str, Any]) -> str:
    return gettext(
        "Nobody is on duty from %(begins)s until %(ends)s. You can change the rota, or name a deputy.",
        begins=format_local(datetime.fromisoformat(details["begins"]), "EEEE, d MMMM, HH:mm"),
        ends=format_local(datetime.fromisoformat(details["ends"]), "EEEE, d MMMM, HH:mm"),
    )


def _foot() -> str:
    return gettext(
        "The words themselves are behind sign-in. This mail was sent to you because you look after the site."
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
