"""How a mail leaves: by the mail server of the settings, else into a file."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from service.notifications.mailbox import write_mail

TIMEOUT_S = 10


class Unsent(Exception):
    """The mail was not accepted; says why in a few words, without an address or the server's own text."""


def send_mail(message: EmailMessage, *, smtp_url: str, data_dir: Path, key: str) -> None:
    """Hand the mail to the server, or write it to a file when `smtp_url` is empty. Raises Unsent."""
    try:
        if smtp_url:
            _hand_over(message, smtp_url)
        else:
            write_mail(data_dir, message, key)
    except (OSError, smtplib.SMTPException) as error:
        raise Unsent(_in_words(error)) from None


def _hand_over(message: EmailMessage, smtp_url: str) -> None:
    server = _connect(smtp_url)
    try:
        server.send_message(message)
    finally:
        with suppress(OSError, smtplib.SMTPException):  # what was accepted stays so, however the server takes its leave
            server.quit()
        server.close()


def _connect(smtp_url: str) -> smtplib.SMTP:
    parts = urlsplit(smtp_url)
    host = parts.hostname or "localhost"
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_S)
    if parts.scheme == "smtp+starttls":
        server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({str(code) for code, _text in error.recipients.values()})
        return f"the mail server refused the recipient ({', '.join(codes)})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    return f"the mail server could not be reached ({type(error).__name__})"
