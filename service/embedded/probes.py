"""Short questions to sockets: is this port free, does that server answer yet."""

import errno
import socket

PORTS_TRIED = 100
PATIENCE_S = 1.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound here, only understood
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def free_port(host: str, wanted: int) -> int | None:
    """Return `wanted` or the next port of `host` that can be listened on; any free one for 0; None if none is found."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65535) + 1):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return int(probe.getsockname()[1])
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    return None
    return None


def address(host: str, port: int) -> str:
    """Return the address to type into a browser on this machine."""
    host = EVERYWHERE.get(host, host)
    shown = "localhost" if host in LOOPBACK else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def answers_http(host: str, port: int) -> bool:
    """Say whether the web server says that it is well."""
    try:
        with socket.create_connection((EVERYWHERE.get(host, host), port), PATIENCE_S) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def answers_ping(path: str) -> bool:
    """Say whether the broker on this Unix socket answers, which it does once it has read its file."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE_S)
            connection.connect(path)
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
