"""Says where a link may lead, read the way a browser reads an address and not the way it was typed."""

import re
from urllib.parse import urlsplit

URL_LIMIT = 2000

# Printable ASCII only: white space, controls and backslashes are what browsers strip or turn into slashes (WHATWG URL).
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~%]+")
_WEB = re.compile(r"https?://", re.IGNORECASE)
# One address, without "?subject=" or "?bcc=": a link in a comment writes nobody's letter for them.
_MAIL = re.compile(r"mailto:[a-z0-9.!#$&'*+=_~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_ROOT_RELATIVE = re.compile(r"/(?!/)")


def outside_link(url: str) -> bool:
    """Whether `url` is an http, https or mailto address of at most `URL_LIMIT` characters, beyond doubt."""
    if len(url) > URL_LIMIT or not _PLAIN.fullmatch(url):
        return False
    return bool(_MAIL.fullmatch(url)) or (bool(_WEB.match(url)) and _names_a_host(url))


def article_link(url: str) -> bool:
    """Whether `url` is an `outside_link` or a path from the root of this site."""
    if outside_link(url):
        return True
    return len(url) <= URL_LIMIT and bool(_PLAIN.fullmatch(url)) and bool(_ROOT_RELATIVE.match(url))


def _names_a_host(url: str) -> bool:
    """Whether the address has a host and no user name before it, which would pass for the host."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
