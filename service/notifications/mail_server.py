"""The mail server of a site: the one of the settings, else the one that its owners typed in the browser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from service.config import LOOPBACK, Settings
from service.core.errors import N_, Invalid
from service.core.signing import Keys
from service.notifications.channels import Unsent
from service.site.models import Site

SCHEMES: Final = {"starttls": "smtp+starttls", "tls": "smtps", "none": "smtp"}
PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45}")
LONGEST_WORD = 200


@dataclass(frozen=True)
class MailServer:
    """Where mail goes (empty: into files) and whom it comes from. `fixed`: the settings say so, and no page does."""

    url: str
    sender: str
    fixed: bool


def mail_server(site: Site, settings: Settings) -> MailServer:
    """Return the mail server of a site; the settings come first. Raises Unsent where no key reads what is stored."""
    if settings.smtp_url:
        return MailServer(settings.smtp_url, settings.mail_from, fixed=True)
    try:
        url = settings.keys.decrypt(site.smtp_encrypted) if site.smtp_encrypted else ""
    except ValueError:
        raise Unsent("the mail server was set up under another secret key; an owner has to type it again") from None
    return MailServer(url, site.mail_from or settings.mail_from, fixed=False)


def has_mail_server(site: Site, settings: Settings) -> bool:
    """True where mail leaves the machine."""
    return bool(settings.smtp_url or site.smtp_encrypted)


def typed_server(site: Site, keys: Keys) -> dict[str, str]:
    """Return what stands in the form: everything but the password, which is never shown again."""
    empty = {"host": "", "port": "", "security": "starttls", "user": "", "sender": site.mail_from}
    try:
        parts = urlsplit(keys.decrypt(site.smtp_encrypted)) if site.smtp_encrypted else None
    except ValueError:
        parts = None
    if parts is None:
        return empty
    security = next(name for name, scheme in SCHEMES.items() if scheme == parts.scheme)
    given = {"host": parts.hostname or "", "port": str(parts.port or ""), "security": security}
    return empty | given | {"user": unquote(parts.username or "")}


def change_mail_server(site: Site, typed: Mapping[str, str], sender: str, keys: Keys) -> None:
    """Store the mail server that an owner typed, encrypted; without a host mail is written to files again.

    The password that is stored goes on only with the host, the way and the user that it was typed for, so that nobody
    can have it sent elsewhere. `sender` is an address that the caller has checked. Raises Invalid.
    """
    host = typed.get("host", "").strip()
    site.mail_from = sender
    if not host:
        site.smtp_encrypted = None
        return
    security, user = typed.get("security", ""), typed.get("user", "").strip()
    if not HOST.fullmatch(host):
        raise Invalid(N_("This is not the name of a mail server. Example: smtp.example.org."), field="host")
    if security not in SCHEMES:
        raise Invalid(N_("Please choose how the connection is kept private."), field="security")
    password = typed.get("password", "") or _stored_password(site, host, security, user, keys)
    if max(len(user), len(password)) > LONGEST_WORD:
        raise Invalid(N_("Name and password have at most 200 characters each."), field="user")
    if user and not password:
        raise Invalid(N_("Please type the password again: it belongs to this server and this name."), field="password")
    if user and security == "none" and host not in LOOPBACK:
        raise Invalid(N_("Others on the way could read the password. Please choose STARTTLS or TLS."), field="security")
    who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    where = f"[{host}]" if ":" in host else host
    site.smtp_encrypted = keys.encrypt(f"{SCHEMES[security]}://{who}{where}:{_port(typed, security)}")


def _stored_password(site: Site, host: str, security: str, user: str, keys: Keys) -> str:
    same = typed_server(site, keys)
    if not site.smtp_encrypted or (same["host"], same["security"], same["user"]) != (host.lower(), security, user):
        return ""
    return unquote(urlsplit(keys.decrypt(site.smtp_encrypted)).password or "")


def _port(typed: Mapping[str, str], security: str) -> int:
    text = typed.get("port", "").strip()
    if not text:
        return PORTS[security]
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) <= 65535):
        raise Invalid(N_("A port is a number from 1 to 65535. Empty: the usual one."), field="port")
    return int(text)
