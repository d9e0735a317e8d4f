"""Post one alert to a target: signed, over TLS to the very address that was checked, at most five seconds."""

import hashlib
import hmac
import json
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.notifications.targets.address import Place, is_public, place_of

TOTAL_S = 5.0
ANSWER_LIMIT = 64 * 1024  # bytes
STATUS = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})[ \r\n]")


class Undelivered(Exception):
    """The target has not taken the alert; says why in a few words, without its address."""


@dataclass(frozen=True)
class Signed:
    """What goes out: the body, and the headers by which the receiver knows us, and a repeat."""

    body: bytes
    headers: dict[str, str]


def resolve(host: str, port: int) -> list[str]:
    """Return the numeric addresses of a host. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


@dataclass(frozen=True)
class Network:
    """The way out: how names are resolved, which addresses may be reached, whose certificates are believed."""

    resolve: Callable[[str, int], Sequence[str]] = resolve
    may_reach: Callable[[str], bool] = is_public
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)


_network: Network | None = None


def use(network: Network | None) -> None:
    """Replace the way out, or bring the real one back with None (tests only)."""
    global _network
    _network = network


def signed(payload: dict[str, object], secrets: Sequence[str], *, key: str, timestamp: int) -> Signed:
    """Return an alert ready to be sent.

    A signature is HMAC-SHA256 (RFC 2104) with a secret of the target over the timestamp (seconds since 1970), a full
    stop and the body, one for each secret that counts; `key` is the same at every attempt, so that a receiver can tell
    a repeat.
    """
    body = json.dumps(payload, separators=(",", ":"), sort_keys=True).encode()
    said = f"{timestamp}.".encode() + body
    signatures = [hmac.new(secret.encode(), said, hashlib.sha256).hexdigest() for secret in secrets]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Attune",
        "Idempotency-Key": key,
        "Attune-Timestamp": str(timestamp),
        "Attune-Signature": ",".join(f"v1={signature}" for signature in signatures),
    }
    return Signed(body, headers)


def post(url: str, message: Signed) -> int:
    """Send it, and return the status (200 to 299) with which the target took it.

    The name is resolved once, every address of it is checked, and the connection goes to one of these; redirects are
    not followed, and of the answer nothing but the status is read. Raises Undelivered, and Invalid for a URL that
    could not have been stored.
    """
    network, place, deadline = _network or Network(), place_of(url), time.monotonic() + TOTAL_S
    try:
        address = _checked_address(network, place, deadline)
        with socket.create_connection((address, place.port), timeout=_left(deadline)) as bare:
            bare.settimeout(_left(deadline))
            with network.tls.wrap_socket(bare, server_hostname=place.host) as connection:
                connection.settimeout(_left(deadline))
                connection.sendall(_request(place, message))
                status = _status(connection, deadline)
    except TimeoutError:
        raise Undelivered(f"no answer within {TOTAL_S:.0f} s") from None
    except ssl.SSLCertVerificationError:
        raise Undelivered("its certificate is not valid for this name") from None
    except (OSError, ValueError) as error:
        raise Undelivered(f"it could not be reached ({type(error).__name__})") from None
    if 300 <= status < 400:
        raise Undelivered(f"it answered {status}, and redirects are not followed")
    if not 200 <= status < 300:
        raise Undelivered(f"it answered {status}")
    return status


def _checked_address(network: Network, place: Place, deadline: float) -> str:
    addresses = _resolved(network, place, deadline)
    if not addresses or not all(network.may_reach(address) for address in addresses):
        raise Undelivered("its address leads into a private network")
    return addresses[0]


def _resolved(network: Network, place: Place, deadline: float) -> Sequence[str]:
    """Resolve in a thread of its own, because the system's resolver knows no limit of time."""
    answer: queue.Queue[Sequence[str] | OSError] = queue.Queue(1)

    def ask() -> None:
        try:
            answer.put(network.resolve(place.host, place.port))
        except (OSError, UnicodeError) as error:
            answer.put(OSError(str(error)))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answer.get(timeout=_left(deadline))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, OSError):
        raise Undelivered("its name could not be resolved")
    return found


def _request(place: Place, message: Signed) -> bytes:
    headers = {**message.headers, "Host": place.authority, "Content-Length": str(len(message.body))}
    lines = [
        f"POST {place.path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + message.body


def _status(connection: socket.socket, deadline: float) -> int:
    """Read the first line of the answer. 1xx answers would come before it; nobody sends them unasked."""
    answer = b""
    while b"\n" not in answer and len(answer) < ANSWER_LIMIT:
        connection.settimeout(_left(deadline))
        part = connection.recv(4096)
        if not part:
            break
        answer += part
    found = STATUS.match(answer)
    if found is None:
        raise Undelivered("its answer is not HTTP")
    return int(found[1])


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
