"""How a mail leaves: by the mail server of the settings, else into a file."""

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from service.notifications.mailbox import write_mail

TIMEOUT_S = 10


def send_mail(message: EmailMessage, *, smtp_url: str, data_dir: Path, key: str) -> None:
    """Hand the mail to the server, or write it to a file when `smtp_url` is empty.

    Raises OSError or smtplib.SMTPException when it was not accepted.
    """
    if not smtp_url:
        write_mail(data_dir, message, key)
        return
    with _connect(smtp_url) as server:
        server.send_message(message)


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
