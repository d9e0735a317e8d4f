"""A comment's text as rules see it (pure): whole folded words, where links lead, and what makes two texts the same."""

import hashlib
import re
from html import unescape
from urllib.parse import urlsplit

from service.core.errors import N_, Invalid
from service.triage.fold import fold
from service.triage.words import raw_words

SHORTEST_REPEAT = 80  # letters: shorter words, such as thanks, many people write alike
MOST_WORDS = 8
LONGEST_PHRASE = 100
LONGEST_DOMAIN = 253

# The HTML is our own sanitizer's: an address stands in double quotes and holds none.
_LINK = re.compile(r'href="([^"]*)"')
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded as triage folds them; links are none."""
    return tuple(raw_words(fold(text).text))


def hosts_of(html: str) -> tuple[str, ...]:
    """Return where each link of a comment's safe HTML leads, the host of an address for mail among them."""
    return tuple(host for host in map(_host, _LINK.findall(html)) if host)


def fingerprint(words: tuple[str, ...]) -> str | None:
    """Return what is equal for texts of the same words; None for a text that is too short to tell."""
    together = " ".join(words)
    if len(together) < SHORTEST_REPEAT:
        return None
    return hashlib.sha256(together.encode()).hexdigest()[:32]


def phrase_of(text: str) -> str:
    """Return a phrase for a rule as it is compared: folded words with one space between them. Raises Invalid."""
    words = words_of(text)
    if not words:
        raise Invalid(N_("Please give a word or a few that stand together."), field="text")
    if len(words) > MOST_WORDS or len(text) > LONGEST_PHRASE:
        raise Invalid(N_("A rule has at most %(limit)s words."), field="text", limit=MOST_WORDS)
    return " ".join(words)


def domain_of(text: str) -> str:
    """Return the domain that a text names, as links are compared with: "example.org". Raises Invalid."""
    text = text.strip().lower()
    host = _host(text if "//" in text else f"//{text}").removeprefix("www.")
    labels = host.split(".")
    if len(labels) < 2 or len(host) > LONGEST_DOMAIN or not all(_LABEL.fullmatch(label) for label in labels):
        raise Invalid(N_("Please give a domain such as example.org."), field="text")
    return host


def _host(address: str) -> str:
    try:
        parts = urlsplit(unescape(address))
        host = parts.path.rpartition("@")[2] if parts.scheme == "mailto" else (parts.hostname or "")
    except ValueError:
        return ""
    host = host.strip().rstrip(".").lower()
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
