"""What Attune is made of: all pinned by hash, every licence known and good, a bill of it, and an audit that tells."""

import importlib.util
import re
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def supply() -> ModuleType:
    """The script, which lies where nothing is imported from."""
    spec = importlib.util.spec_from_file_location("supply", ROOT / ".ci" / "supply.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["supply"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", ".ci/requirements-audit.txt"])
def test_everything_is_pinned_by_version_and_hash(supply: ModuleType, name: str) -> None:
    text = (ROOT / name).read_text()
    pinned = supply.read_lock(ROOT / name)
    named = re.findall(r"^[A-Za-z0-9].*$", text, re.MULTILINE)
    assert len(pinned) == len(named) > 0
    assert all(entry.hashes and all(text.startswith("sha256:") for text in entry.hashes) for entry in pinned)


def test_both_locks_agree(supply: ModuleType) -> None:
    run = {entry.name: entry.version for entry in supply.read_lock(supply.LOCKS["run"])}
    dev = {entry.name: entry.version for entry in supply.read_lock(supply.LOCKS["dev"])}
    assert {name: dev[name] for name in run.keys() & dev.keys()} == {
        name: run[name] for name in run.keys() & dev.keys()
    }


def test_every_direct_dependency_has_its_reason() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    page = (ROOT / "docs" / "dependencies.md").read_text()
    lists = re.findall(r"^(?:dependencies|dev|audit) = \[(.*?)\]$", project, re.MULTILINE | re.DOTALL)
    names = {re.split(r"[<>=;\[]", text)[0] for part in lists for text in re.findall(r'"([a-z0-9].*?)"', part)}
    assert {"flask", "pytest", "pip-audit"} <= names
    assert sorted(name for name in names if not re.search(rf"^\|[^|]*\b{name}\b", page, re.MULTILINE)) == []


def test_every_licence_is_known_and_may_stand_beside_ours(supply: ModuleType) -> None:
    for kind, allowed in (("run", supply.COMPATIBLE), ("dev", supply.COMPATIBLE | supply.TOOLS)):
        licences = {
            entry.name: supply.parts_of(supply.licence_of(entry.name)) for entry in supply.read_lock(supply.LOCKS[kind])
        }
        assert {name: parts for name, parts in licences.items() if not parts or not parts <= allowed} == {}


def test_the_page_of_licences_is_up_to_date(supply: ModuleType) -> None:
    assert supply.LICENCES.read_text() == supply.licences_page(), "python3 run.py licences writes it anew"


def test_the_bill_names_everything_once_with_hash_and_licence(supply: ModuleType) -> None:
    bill = supply.bill_of_materials()
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert [part["name"] for part in bill["components"]] == [e.name for e in supply.read_lock(supply.LOCKS["run"])]
    references = {part["bom-ref"] for part in bill["components"]}
    assert len(references) == len(bill["components"])
    assert all(part["licenses"] and part["externalReferences"][0]["hashes"] for part in bill["components"])
    assert {"attune"} | references == {entry["ref"] for entry in bill["dependencies"]}
    needed = {ref for entry in bill["dependencies"] for ref in entry["dependsOn"]}
    assert needed == references, "nothing is there that nobody needs"
    assert supply.bill_of_materials() == bill


def test_every_exception_says_what_why_and_until_when(supply: ModuleType) -> None:
    pinned = {entry.name for path in supply.LOCKS.values() for entry in supply.read_lock(path)}
    known = supply.read_exceptions()
    assert ("bleach", "end of life") in {(entry["package"], entry["id"]) for entry in known}
    for entry in known:
        assert set(entry) == {"package", "id", "reason", "until"}
        assert entry["package"] in pinned
        assert len(entry["reason"]) > 20
        assert isinstance(entry["until"], date)


FLAW = "Found 1 known vulnerability in 1 package\nName Version ID Fix Versions\nflask 3.1.3 PYSEC-1 3.1.4\n"


@pytest.mark.parametrize(
    ("code", "said", "failed", "told"),
    [
        (0, "No known vulnerabilities found", 0, "No known"),
        (1, FLAW, 1, "PYSEC-1"),
        (1, "ERROR:pip_audit._cli:HTTPSConnectionPool: Max retries exceeded", 0, "Not audited"),
        (0, "flask  Dependency not found on PyPI and could not be audited: flask (3.1.3)", 0, "Not audited: of 1 of"),
    ],
)
def test_an_audit_fails_for_a_flaw_and_not_for_silence(
    supply: ModuleType, capsys: pytest.CaptureFixture[str], code: int, said: str, failed: int, told: str
) -> None:
    assert supply.audit(lambda options: (code, said)) == failed
    assert told in capsys.readouterr().out


def test_a_written_exception_is_handed_on_and_told_and_called_up_again(
    supply: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, asked = tmp_path / "exceptions.toml", []
    file.write_text(
        '[[exception]]\npackage = "flask"\nid = "PYSEC-1"\nreason = "We do not do that."\nuntil = 2026-01-01\n'
    )
    assert supply.audit(lambda options: asked.append(list(options)) or (0, ""), file, date(2026, 1, 2)) == 0
    assert all("PYSEC-1" in options for options in asked)
    assert "look again" in capsys.readouterr().out
