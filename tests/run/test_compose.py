"""`docker-compose.yml` and `Dockerfile`: what they promise, and their very command lines against real services."""

import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
import pytest
import redis
import yaml

from service.config import Settings
from tests.conftest import POSTGRES, REDIS, missing
from tests.run.site import PATIENCE_S, ROOT, environment, eventually, free_port

OURS = ("migrate", "web", "worker")
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> str:
    """The Dockerfile."""
    return (ROOT / "Dockerfile").read_text()


def test_is_a_valid_compose_file() -> None:
    subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"], check=True
    )


def test_the_dockerfile_pleases_its_linter() -> None:
    subprocess.run([BIN / "hadolint", ROOT / "Dockerfile"], check=True)


def test_every_image_is_pinned_to_a_patch_release(compose: dict[str, Any], dockerfile: str) -> None:
    images = [service["image"] for service in compose["services"].values()]
    images += re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert [image for image in images if not re.search(r":v?\d+\.\d+(\.\d+)?(-|$)", image)] == []


def test_nothing_runs_as_root_or_writes_to_its_image(compose: dict[str, Any], dockerfile: str) -> None:
    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE) == ["10001:10001"]
    for name, service in compose["services"].items():
        assert name in OURS or service["user"] not in ("root", "0", "0:0")
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]


def test_is_published_to_this_machine_only(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert compose["networks"]["inside"] == {"internal": True}


def test_settings_and_secrets_carry_names_that_exist(compose: dict[str, Any]) -> None:
    known = {f"attune_{name}" for name in Settings.model_fields}
    for name in OURS:
        service = compose["services"][name]
        assert {setting.lower() for setting in service["environment"]} <= known
        assert set(service["secrets"]) <= known
    assert set(compose["secrets"]) == {
        s for service in compose["services"].values() for s in service.get("secrets", [])
    }


def test_secrets_are_read_from_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATTUNE_DATABASE_URL", raising=False)
    (tmp_path / "attune_database_url").write_text("postgresql+psycopg://attune:word@postgres/attune\n")
    assert Settings(_secrets_dir=str(tmp_path)).database == "postgresql+psycopg://attune:word@postgres/attune"


def test_the_image_alone_starts_the_web_server(compose: dict[str, Any], dockerfile: str) -> None:
    command = re.findall(r"^CMD (\[.*\])", dockerfile, re.MULTILINE)[-1]
    assert yaml.safe_load(command) == compose["services"]["web"]["command"]


def test_systemd_starts_the_same_commands(compose: dict[str, Any]) -> None:
    for name in OURS:
        unit = (ROOT / "docs" / "systemd" / f"attune-{name}.service").read_text()
        command = re.findall(r"^ExecStart=/opt/attune/\.venv/bin/(.*)$", unit, re.MULTILINE)[0].replace('"', "")
        assert command.split() == compose["services"][name]["command"]


@pytest.fixture
def database() -> Iterator[str]:
    """An empty PostgreSQL database of this test's own."""
    name = f"attune_compose_{secrets.token_hex(4)}"
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        missing("PostgreSQL")
    with connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        yield f"{POSTGRES.rpartition('/')[0]}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture
def broker() -> Iterator[str]:
    """A Redis database that only this test uses."""
    url = f"{REDIS.rpartition('/')[0]}/13"
    with redis.Redis.from_url(url) as client:
        try:
            client.flushdb()
        except redis.ConnectionError:
            missing("Redis")
        yield url
        client.flushdb()


def test_a_comment_is_screened_by_the_commands_of_the_file(
    compose: dict[str, Any], dockerfile: str, database: str, broker: str, tmp_path: Path
) -> None:
    port = free_port()
    changes = {
        "ATTUNE_DATA_DIR": str(tmp_path),
        "ATTUNE_BIND": "127.0.0.1",
        "ATTUNE_PORT": str(port),
        "ATTUNE_BROKER_URL": broker,
        "ATTUNE_PUBLIC_URL": f"http://localhost:{port}",
        "ATTUNE_DATABASE_URL": database.replace("postgresql://", "postgresql+psycopg://"),
        "ATTUNE_SECRET_KEY": secrets.token_urlsafe(48),
        "FLASK_APP": re.findall(r"FLASK_APP=(\S+)", dockerfile)[0],
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    env = {name: environment(**_settings(compose["services"][name])) | changes for name in OURS}

    def command(name: str) -> list[str]:
        words: list[str] = compose["services"][name]["command"]
        return words

    subprocess.run(command("migrate"), cwd=ROOT, env=env["migrate"], check=True)
    text = tmp_path / "article.md"
    text.write_text("A text about waiting.")
    add_article = ["flask", "articles", "add", "Waiting", "--slug", "waiting", "--mode", "open", "--file", str(text)]
    subprocess.run(add_article, cwd=ROOT, env=env["web"], check=True)
    with _running(command("web"), env["web"]), _running(command("worker"), env["worker"]):
        eventually(lambda: _answers(port))
        _post_comment(f"http://localhost:{port}", "waiting")
        with psycopg.connect(database, autocommit=True) as connection:
            query = "SELECT 1 FROM comments WHERE name = 'Rosa' AND (status = 'published' OR held_at IS NOT NULL)"
            eventually(lambda: connection.execute(query).fetchone() is not None)
        with urlopen(f"http://localhost:{port}/articles/waiting") as answer:
            assert "Thank you for these words." in answer.read().decode()


class _running:  # noqa: N801 - reads as a verb
    """A command while it runs; it must stop by itself when it is asked to."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)

    def __enter__(self) -> None:
        """It runs since it was made."""

    def __exit__(self, *_error: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            assert self._process.wait(PATIENCE_S) == 0
        finally:
            self._process.kill()
            self._process.wait()


def _settings(service: dict[str, Any]) -> dict[str, str]:
    """Return a service's environment with the defaults that the file gives for what is not set."""
    return {name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for name, value in service["environment"].items()}


def _post_comment(address: str, slug: str) -> None:
    form = urlencode({"name": "Rosa", "body": "Thank you for these words."}).encode()
    request = Request(f"{address}/articles/{slug}/comments", data=form, headers={"Origin": address})
    with urlopen(request) as answer:
        assert "/my/" in answer.url


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
