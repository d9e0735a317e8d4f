"""Which addresses an alert may be sent to (pure): https to a public machine, in whatever way that is spelt."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from service.core.errors import N_, Invalid

LONGEST_URL = 500
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?", re.IGNORECASE)
_PATH = re.compile(r"[!#-;=?-\[\]_a-z~%]*", re.IGNORECASE)

PUBLIC_V6 = ip_network("2000::/3")  # all that is handed out; the rest is private, reserved, or another spelling of IPv4
# What a library's own tables of registries lack, in one version of Python or another: relays and tunnels that lead back
# to an IPv4 address, protocols, documentation, and the addresses at which providers' machines ask about themselves.
NEVER = tuple(
    ip_network(text)
    for text in (
        *("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "255.255.255.255/32"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)


@dataclass(frozen=True)
class Place:
    """A URL taken apart: the machine, its port, and what is asked for there."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def place_of(url: str) -> Place:
    """Take the URL of a target apart. Raises Invalid for anything but https to a plainly written host."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or re.search(r"[\s\\]", url):
        raise Invalid(N_("This address cannot be read. It begins with https:// and has no spaces."), field="url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        raise Invalid(
            N_("This address cannot be read. It begins with https:// and has no spaces."), field="url"
        ) from None
    if parts.scheme != "https":
        raise Invalid(N_("Alerts are sent over https alone, so that nobody on the way can read them."), field="url")
    if "@" in parts.netloc:
        raise Invalid(N_("Please leave user name and password out of the address."), field="url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not (_is_v6(host) or _HOST.fullmatch(host)) or not _PATH.fullmatch(path):
        raise Invalid(N_("This address cannot be read. It begins with https:// and has no spaces."), field="url")
    return Place(host, port, path)


def is_public(address: str) -> bool:
    """Tell whether a numeric address, as the resolver gave it, is some public machine's.

    Everything else is refused: this machine, its network, carriers' networks, link-local and metadata addresses, and
    IPv6 addresses that hold an IPv4 one.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(found.version == network.version and found in network for network in NEVER):
        return False
    if isinstance(found, IPv4Address):
        return found.is_global and not found.is_multicast and not found.is_reserved
    return found in PUBLIC_V6 and found.is_global


def _is_v6(host: str) -> bool:
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return "%" not in host
