"""The parts of the supervisor, each by itself."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from service.embedded import broker, probes
from service.embedded.children import Child
from service.embedded.lock import AlreadyRunning, SiteLock
from service.embedded.plan import Plan
from tests.run.site import eventually


def child(script: str) -> Child:
    """A child that runs a shell script."""
    return Child("child", ["/bin/sh", "-c", script], patience_s=1)


def test_pauses_grow_to_ten_seconds() -> None:
    failing = child("exit 1")
    pauses = []
    for failing.failures in range(1, 8):
        pauses.append(failing.pause_s)
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_lines_arrive_whole_and_the_last_words_are_heard() -> None:
    talking = child("printf 'one\\ntwo'; exit 3")
    talking.start()
    assert talking.process is not None
    talking.process.wait()
    assert talking.lines() == [b"one"]
    assert talking.bury() == (3, [b"two"])
    assert talking.failures == 1


def test_an_endless_line_is_passed_on_in_pieces() -> None:
    endless = child("head -c 300000 /dev/zero | tr '\\0' x")
    endless.start()
    heard = 0
    while endless.process is not None:
        pieces = endless.bury()[1] if endless.process.poll() is not None else endless.lines()
        heard += sum(len(piece) for piece in pieces)
    assert heard == 300_000


def test_what_a_child_started_ends_with_it() -> None:
    parent = child("sleep 1000 & echo $!; wait")
    parent.start()
    said: list[bytes] = []
    eventually(lambda: bool(said.extend(parent.lines()) or said))
    grandchild = psutil.Process(int(said[0]))
    parent.kill()
    assert parent.process is not None
    parent.process.wait()
    assert parent.bury()[0] == -signal.SIGKILL
    eventually(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = probes.free_port("127.0.0.1", port)
    assert found is not None
    assert port < found <= port + probes.PORTS_TRIED


def test_an_address_that_is_not_this_machines_has_no_free_port() -> None:
    assert probes.free_port("192.0.2.1", 8000) is None


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://localhost:8000"),
        ("0.0.0.0", "http://localhost:8000"),
        ("::", "http://localhost:8000"),
        ("192.0.2.7", "http://192.0.2.7:8000"),
        ("2001:db8::7", "http://[2001:db8::7]:8000"),
    ],
)
def test_the_address_is_one_to_type_into_a_browser(host: str, shown: str) -> None:
    assert probes.address(host, 8000) == shown


def test_only_one_site_runs_on_a_data_folder(tmp_path: Path) -> None:
    with SiteLock(tmp_path) as first:
        first.note_port(8123)
        with pytest.raises(AlreadyRunning, match=rf"http://localhost:8123 \(process {os.getpid()}\)"):
            SiteLock(tmp_path)
    with SiteLock(tmp_path):
        pass


def test_what_a_killed_supervisor_left_is_ended_but_nobody_else(tmp_path: Path) -> None:
    left, other = child("sleep 1000"), child("sleep 1000")
    for started in (left, other):
        started.start()
    assert left.process is not None
    assert other.process is not None
    with SiteLock(tmp_path) as lock:
        lock.note_child(left)
    noted = json.loads((tmp_path / "run.lock").read_text())
    noted["children"]["older"] = {"pid": other.process.pid, "born": "1"}
    (tmp_path / "run.lock").write_text(json.dumps(noted))
    with SiteLock(tmp_path) as lock:
        lock.clear_leftovers()
    assert left.process.wait() == -signal.SIGTERM
    assert other.process.poll() is None
    other.kill()
    other.process.wait()
    for ended in (left, other):
        ended.bury()


def test_a_server_of_the_machine_stands_in_for_the_packaged_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broker.broker_command(tmp_path, tmp_path / "socket") is None
    server = tmp_path / "redis-server"
    server.touch(mode=0o755)
    command = broker.broker_command(tmp_path, tmp_path / "socket")
    assert command is not None
    assert command[0] == str(server)
    assert command[command.index("--port") + 1] == "0"


def test_the_plan_survives_the_way_between_two_processes() -> None:
    plan = Plan("127.0.0.1", 8000, "/run/broker.sock", 1, ["a note – with a dash"])
    assert Plan.from_json(plan.to_json().encode()) == plan


def test_the_supervisor_imports_no_library() -> None:
    script = "import sys; import service.embedded.__main__; print(*{name.split('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) <= sys.stdlib_module_names | {"service", "__main__"}
