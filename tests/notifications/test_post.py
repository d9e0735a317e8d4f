"""Post: to a real receiver over TLS, signed; never past the guard, never longer than five seconds, never redirected."""

import hashlib
import hmac
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.notifications.targets import post as posting
from service.notifications.targets.post import Network, Undelivered, post, resolve, signed, use
from tests.notifications.receiver import HOST, Receiver, receiving, trust

MESSAGE = signed({"id": "attune-7", "kind": "case"}, ["the secret"], key="attune-7", timestamp=1_772_442_000)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as found:
        yield found


def test_the_receiver_can_check_who_sent_it_and_when(receiver: Receiver) -> None:
    assert post(receiver.url, MESSAGE) == 200
    [request] = receiver.received
    assert request.path == "/hooks/attune?channel=on-call"
    assert request.headers["Host"] == f"{HOST}:{receiver.port}"
    assert request.headers["Idempotency-Key"] == "attune-7"
    assert request.headers["Content-Type"] == "application/json"
    stamp = request.headers["Attune-Timestamp"]
    assert stamp == "1772442000"
    expected = hmac.new(b"the secret", stamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
    assert request.headers["Attune-Signature"] == f"v1={expected}"
    assert request.json() == {"id": "attune-7", "kind": "case"}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_what_counts_as_taken(receiver: Receiver, status: int) -> None:
    receiver.status = status
    assert post(receiver.url, MESSAGE) == status


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_what_counts_as_refused(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(Undelivered, match=f"it answered {status}"):
        post(receiver.url, MESSAGE)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    receiver.status, receiver.location = status, receiver.url
    with pytest.raises(Undelivered, match="redirects are not followed"):
        post(receiver.url, MESSAGE)
    assert len(receiver.received) == 1


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["169.254.169.254"], []])
def test_the_guard_stands_before_the_connection(receiver: Receiver, addresses: list[str]) -> None:
    """Of several addresses one is enough; the network of a test lets nothing out, so a connection would fail loudly."""
    use(Network(resolve=lambda host, port: addresses, tls=trust()))
    with pytest.raises(Undelivered, match="private network"):
        post(receiver.url, MESSAGE)
    assert receiver.received == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"])
def test_the_real_way_out_reaches_nothing_here(receiver: Receiver, host: str) -> None:
    use(None)
    with pytest.raises(Undelivered, match=r"private network|could not be resolved"):
        post(f"https://{host}:{receiver.port}/", MESSAGE)
    assert receiver.received == []


def test_a_name_is_resolved_once_and_its_address_connected_to(receiver: Receiver) -> None:
    """A name that leads elsewhere at the second look (DNS rebinding) has no second look."""
    asked: list[str] = []

    def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.7"]

    use(Network(resolve=changing, may_reach=lambda address: address == "127.0.0.1", tls=trust()))
    assert post(receiver.url, MESSAGE) == 200
    assert asked == [HOST]


def test_a_certificate_for_another_name_is_refused(receiver: Receiver) -> None:
    with pytest.raises(Undelivered, match="certificate is not valid"):
        post(receiver.url.replace(HOST, "other.example.org"), MESSAGE)
    assert receiver.received == []


def test_a_certificate_that_nobody_knows_is_refused(receiver: Receiver) -> None:
    use(Network(lambda host, port: ["127.0.0.1"], lambda address: True, ssl.create_default_context()))
    with pytest.raises(Undelivered, match="certificate is not valid"):
        post(receiver.url, MESSAGE)


def test_a_receiver_that_is_mute(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TOTAL_S", 0.3)
    silence = threading.Event()
    receiver.answer = lambda connection: silence.wait(10)
    with pytest.raises(Undelivered, match="no answer within"):
        post(receiver.url, MESSAGE)
    silence.set()


def test_a_receiver_that_drips(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps a connection alive, but not beyond the whole time that it has."""
    monkeypatch.setattr(posting, "TOTAL_S", 0.5)
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        while not over.wait(0.05):
            connection.sendall(b"H")

    receiver.answer = drip
    with pytest.raises(Undelivered, match="no answer within"):
        post(receiver.url, MESSAGE)
    over.set()


def test_a_receiver_that_talks_without_end(receiver: Receiver) -> None:
    receiver.answer = lambda connection: connection.sendall(b"x" * 200_000)
    with pytest.raises(Undelivered, match=r"not HTTP|could not be reached"):
        post(receiver.url, MESSAGE)


def test_a_receiver_that_hangs_up(receiver: Receiver) -> None:
    receiver.answer = lambda connection: connection.close()
    with pytest.raises(Undelivered):
        post(receiver.url, MESSAGE)


def test_nobody_there(receiver: Receiver) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Undelivered, match="could not be reached"):
        post(f"https://{HOST}:{port}/", MESSAGE)


def test_a_resolver_that_hangs(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TOTAL_S", 0.3)
    over = threading.Event()
    use(Network(resolve=lambda host, port: ["127.0.0.1"] * over.wait(10), tls=trust()))
    with pytest.raises(Undelivered, match="no answer within"):
        post(receiver.url, MESSAGE)
    over.set()


def test_a_name_that_nobody_knows(receiver: Receiver) -> None:
    use(Network(resolve=resolve, tls=trust()))
    with pytest.raises(Undelivered, match="could not be resolved"):
        post("https://nobody.invalid/", MESSAGE)
