"""A mail as every message of this site is built: sentences, links to this site, and nothing from elsewhere."""

from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr
from html import escape


class _WholeLinks(EmailPolicy):
    """Headers as usual, but one that holds a link stays in a line: folded, a long link would be encoded as words."""

    def fold(self, name: str, value: str) -> str:
        line = f"{name}: {value}{self.linesep}"
        return line if value.startswith("<http") and value.isascii() else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        line = f"{name}: {value}{self.linesep}"
        return line.encode() if value.startswith("<http") and value.isascii() else super().fold_binary(name, value)


WHOLE_LINKS = _WholeLinks()
ENCODED = "=?"  # what begins an encoded word (RFC 2047), which a header reads as whatever is written in it


@dataclass(frozen=True)
class Sender:
    """Who a mail comes from, and where its links lead."""

    site_name: str
    address: str
    site_url: str


@dataclass(frozen=True)
class Words:
    """What a mail says: its subject, one sentence or more, links with their words, and why it was sent.

    `more` are further paragraphs between the sentence and the links; a line end in one stays one.
    """

    subject: str
    sentence: str
    foot: str
    links: list[tuple[str, str]] = field(default_factory=list)
    more: list[str] = field(default_factory=list)


def build(number: str, to: str, sender: Sender, moment: datetime, words: Words) -> EmailMessage:
    """Return the mail; the same `number` makes the same Message-ID at every attempt.

    Raises ValueError for an address that a header would read as another one, or as several.
    """
    message = EmailMessage(policy=WHOLE_LINKS)
    message["Subject"] = one_line(words.subject)
    message["From"] = formataddr((one_line(sender.site_name), sender.address))
    message["To"] = to
    if [address.addr_spec for address in message["To"].addresses] != [to]:
        raise ValueError("an address that a header reads otherwise")
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = f"<attune-{number}@{sender.address.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_plain(words))
    message.add_alternative(_html(words), subtype="html")
    return message


def one_line(text: str) -> str:
    """Return a text without line ends and encoded words, as a header needs it."""
    return " ".join(text.split()).replace(ENCODED, "= ?")


def _plain(words: Words) -> str:
    paragraphs = [words.sentence, *words.more, *(f"{name}:\n{url}" for name, url in words.links), words.foot]
    return "\n\n".join(paragraphs) + "\n"


def _html(words: Words) -> str:
    """Return the same words as HTML: no image, no style from elsewhere, no link but those to this site."""
    anchors = [f'<p><a href="{escape(url)}">{escape(name)}</a></p>' for name, url in words.links]
    small = f"<p><small>{escape(words.foot)}</small></p>"
    page = f"<!doctype html><html><head><meta charset='utf-8'><title>{escape(words.subject)}</title></head><body>"
    said = ["<p>" + escape(text).replace("\n", "<br>") + "</p>" for text in (words.sentence, *words.more)]
    return "\n".join([page, *said, *anchors, small, "</body></html>"])
