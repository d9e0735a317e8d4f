"""Where an alert may be sent: to public machines over https, in no spelling to this machine or its network."""

import pytest

from service.core.errors import Invalid
from service.notifications.targets.address import is_public, place_of
from service.notifications.targets.post import resolve


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254
    169.254.170.2 100.64.0.1 100.100.100.200 100.127.255.255 168.63.129.16 192.0.0.192 192.0.2.1 198.18.0.1
    198.51.100.1 203.0.113.1 192.88.99.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:93.184.216.34 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
    64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe::1 3fff::1 fc00::1
    fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 5f00::1 localhost 127.1 2130706433 0x7f000001""".split(),
)
def test_addresses_that_are_nobody_elses_machine(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "host", ["127.1", "127.0.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "017700000001", "0", "localhost"]
)
def test_other_spellings_of_this_machine_are_resolved_before_they_are_judged(host: str) -> None:
    """The system's resolver reads these as numbers; what it makes of them is what is checked."""
    try:
        found = resolve(host, 443)
    except OSError:
        return  # a resolver that does not know this spelling reaches nothing by it
    assert found
    assert not any(is_public(address) for address in found)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://hooks.example.org", "hooks.example.org", 443, "/", "hooks.example.org"),
        ("https://hooks.example.org/a/b?c=d#e", "hooks.example.org", 443, "/a/b?c=d", "hooks.example.org"),
        ("https://hooks.example.org:8443/", "hooks.example.org", 8443, "/", "hooks.example.org:8443"),
        ("HTTPS://Hooks.Example.org/", "hooks.example.org", 443, "/", "hooks.example.org"),
        ("https://[2606:4700::1]/x", "2606:4700::1", 443, "/x", "[2606:4700::1]"),
    ],
)
def test_a_url_is_taken_apart(url: str, host: str, port: int, path: str, authority: str) -> None:
    place = place_of(url)
    assert (place.host, place.port, place.path, place.authority) == (host, port, path, authority)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "ftp://hooks.example.org/",
        "//hooks.example.org/",
        "hooks.example.org",
        "",
        "https://",
        "https:///path",
        "https://user:word@hooks.example.org/",
        "https://hooks.example.org@127.0.0.1/",
        "https://hooks.example.org\\@127.0.0.1/",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/\r\nX-Header: 1",
        "https://hooks.example.org/a\tb",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org:x/",
        "https://①②⑦.0.0.1/",
        "https://hooks。example。org/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://-hooks.example.org/",
        "https://hooks..example.org/",
        "https://hooks.example.org/" + "a" * 500,
    ],
)
def test_a_url_that_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        place_of(url)
