"""Setting up: which Python, which pip, and what a person reads when something is missing."""

import ast
import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from tests.run.site import environment


@pytest.fixture
def run_py(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py as a module that would set up in a scratch folder."""
    spec = importlib.util.spec_from_file_location("run", root / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", str(tmp_path))
    monkeypatch.setattr(module, "VENV_PYTHON", sys.executable)
    return module


@pytest.fixture
def index(tmp_path_factory: pytest.TempPathFactory, run_py: ModuleType) -> Iterator[str]:
    """A package index with a file that has the name of pip's wheel."""
    folder = tmp_path_factory.mktemp("index")
    (folder / "files").mkdir()
    (folder / "simple" / "pip").mkdir(parents=True)
    (folder / "files" / run_py.PIP_WHEEL).write_bytes(b"a wheel")
    link = f'<a href="../../files/{run_py.PIP_WHEEL}#sha256=0">pip</a>'
    (folder / "simple" / "pip" / "index.html").write_text(link)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/simple"
    server.shutdown()
    thread.join()
    server.server_close()


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def test_parses_on_old_pythons(root: Path) -> None:
    ast.parse((root / "run.py").read_text(), feature_version=(3, 6))


def test_takes_the_python_that_runs_it_if_it_is_new_enough(run_py: ModuleType) -> None:
    assert run_py.find_python() == sys.executable


def test_says_what_to_install_when_every_python_is_too_old(
    run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_py, "OLDEST", (9, 0))
    with pytest.raises(SystemExit, match="1"):
        run_py.find_python()
    assert "Attune needs Python 9.0 or newer" in capsys.readouterr().err


def test_an_installation_is_done_until_its_lock_or_its_place_changes(run_py: ModuleType, tmp_path: Path) -> None:
    lock = run_py.RUN_LOCK
    assert not run_py.is_done(lock)
    Path(run_py.stamp_path(lock)).write_text(run_py.stamp_text(lock))
    assert run_py.is_done(lock)
    Path(run_py.stamp_path(lock)).write_text(run_py.stamp_text(lock).replace(str(tmp_path), "/elsewhere"))
    assert not run_py.is_done(lock)
    assert run_py.is_stale()


def test_takes_the_index_from_pips_own_configuration(
    run_py: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = https://packages.example/simple\n")
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    assert run_py.configured_index() == "https://packages.example/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")
    assert run_py.configured_index() == "https://other.example/simple"


def test_fetches_pip_itself_where_there_is_none(
    run_py: ModuleType, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index)
    monkeypatch.setattr(run_py, "PIP_SHA256", hashlib.sha256(b"a wheel").hexdigest())
    assert Path(run_py.fetch_pip()).read_bytes() == b"a wheel"


def test_refuses_a_pip_that_is_not_the_expected_one(
    run_py: ModuleType,
    index: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index)
    with pytest.raises(SystemExit, match="1"):
        run_py.fetch_pip()
    assert "is not the one that Attune expects" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_help_names_each_command(root: Path) -> None:
    run = subprocess.run([sys.executable, str(root / "run.py"), "--help"], capture_output=True, text=True, check=True)
    assert [f"run.py {word}" in run.stdout for word in ("test", "check", "setup", "lock")] == [True] * 4


def test_an_unknown_command_is_refused(root: Path) -> None:
    run = subprocess.run([sys.executable, str(root / "run.py"), "sing"], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "--help" in run.stderr


def test_each_direct_dependency_has_its_reason(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + [
        entry for group in project["dependency-groups"].values() for entry in group
    ]
    names = {re.split(r"[<>=;\s]", entry)[0] for entry in wanted}
    rows = re.findall(r"^\| (?!library|---)(.+?) \|", (root / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    assert {name for row in rows for name in row.split(", ")} == names


@pytest.mark.full
def test_sets_up_a_fresh_checkout_once(root: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("run.py", "requirements.txt"):
        shutil.copy(root / name, checkout)
    command = [sys.executable, "run.py", "setup"]
    subprocess.run(command, cwd=checkout, env=environment(), check=True)
    subprocess.run([".venv/bin/flask", "--version"], cwd=checkout, env=environment(), check=True)
    offline = environment(PIP_INDEX_URL="http://127.0.0.1:1/simple", UV_INDEX_URL="http://127.0.0.1:1/simple")
    again = subprocess.run(command, cwd=checkout, env=offline, capture_output=True, text=True, check=True)
    assert again.stdout == ""
