"""`python3 run.py`: it serves, keeps serving, says what is wrong, and leaves nothing running."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from service.config import broker_socket
from tests.run.site import Site, environment, eventually


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site whose port was taken when it started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1]
        site = Site(tmp_path_factory.mktemp("run") / "data", ATTUNE_PORT=str(wanted))
        assert site.port > wanted
    yield site
    site.end(signal.SIGTERM)


def test_serves_the_front_page_on_the_next_free_port(site: Site) -> None:
    with urlopen(site.address) as answer:
        assert answer.status == 200


def test_tells_the_demo_sign_ins_and_where_mail_goes(site: Site) -> None:
    assert "attune-demo" in site.says("owner@attune.example")
    assert str(site.data_dir / "mail") in site.says("Mail goes to files")


def test_keeps_its_data_to_itself(site: Site) -> None:
    assert stat.S_IMODE(site.data_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((site.data_dir / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(broker_socket(site.data_dir).stat().st_mode) == 0o700
    assert not psutil.Process(site.child("broker")).net_connections("inet")


def test_a_second_start_says_where_the_first_one_runs(site: Site) -> None:
    second = Site(site.data_dir)
    assert second.wait() == 1
    assert site.address in second.says("already runs")


@pytest.mark.parametrize("name", ["broker", "worker", "web"])
def test_a_killed_child_is_started_again(site: Site, name: str) -> None:
    assert site.address
    before = site.child(name)
    os.kill(before, signal.SIGKILL)
    site.says(f"{name} was ended by signal 9")
    eventually(lambda: site.child(name) not in (0, before))
    eventually(site.is_well)
    assert psutil.pid_exists(site.child(name))


def test_stops_everything_when_told_to(site: Site) -> None:
    assert site.address
    family = site.family()
    assert len(family) >= 4
    assert site.end(signal.SIGTERM) == 0
    assert not psutil.wait_procs(family, timeout=10)[1]
    assert not broker_socket(site.data_dir).exists()


def test_a_killed_supervisor_leaves_nothing_and_a_broken_broker_file_stops_no_start(
    start_site: Callable[..., Site],
) -> None:
    first = start_site()
    assert first.address
    family = first.family()
    first.end(signal.SIGKILL)
    assert not psutil.wait_procs(family, timeout=30)[1]

    for log in (first.data_dir / "broker").rglob("*.aof"):
        log.write_bytes(b"no such thing\r\n" + log.read_bytes())
    second = start_site()
    assert second.is_well()
    second.says("set aside")
    assert second.end(signal.SIGINT) == 0


def test_an_empty_site_in_a_deep_folder_tells_no_sign_ins(start_site: Callable[..., Site], tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    site = start_site(ATTUNE_DEMO="0", ATTUNE_DATA_DIR=deep.name)
    assert site.is_well()
    site.says("Ctrl-C stops it")
    assert not any("attune-demo" in line for line in site.lines)
    assert (deep / "attune.db").exists()
    assert broker_socket(deep).is_socket()
    assert deep not in broker_socket(deep).parents


@pytest.mark.parametrize(
    ("setting", "value"),
    [("ATTUNE_PORT", "eighty"), ("ATTUNE_DATABASE_URL", "mysql://localhost/attune"), ("ATTUNE_SECRET_KEY", "short")],
)
def test_a_wrong_setting_is_one_readable_sentence(root: Path, tmp_path: Path, setting: str, value: str) -> None:
    settings = {"ATTUNE_DATA_DIR": str(tmp_path / "data"), setting: value}
    run = _run(root, **settings)
    assert run.returncode == 2
    assert setting in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""


def test_a_database_that_is_not_there_is_one_readable_sentence(root: Path, tmp_path: Path) -> None:
    run = _run(
        root, ATTUNE_DATA_DIR=str(tmp_path), ATTUNE_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    )
    assert run.returncode == 1
    assert run.stderr.startswith("Attune cannot use its database")
    assert "Traceback" not in run.stderr


def _run(root: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "run.py")],
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
