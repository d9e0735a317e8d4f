#!/usr/bin/env python3
"""Set up and run Attune, with the standard library alone and in words that Python 3.6 knows, to find a newer one."""

import configparser
import hashlib
import os
import re
import shutil
import subprocess
import sys
from urllib.parse import urldefrag, urljoin
from urllib.request import urlopen

try:
    import fcntl
except ImportError:
    sys.exit("Attune runs on Linux and macOS; on Windows, start it inside WSL.")

HELP = """\
python3 run.py              set up what is missing, then start Attune and print its address; Ctrl-C stops it
python3 run.py test [...]   linters, then the tests; --full adds the long ones, the rest goes to pytest
python3 run.py check        linters only
python3 run.py setup        set up what is missing, and nothing else
python3 run.py lock         write requirements.txt and requirements-dev.txt anew from pyproject.toml (needs uv)
python3 run.py licences     write docs/licences.md anew: the licences of all libraries
python3 run.py sbom [FILE]  write a bill of materials (CycloneDX) of what the service needs
python3 run.py audit        ask the public databases for known flaws of the libraries
python3 run.py fuzz [...]   type at random for --minutes 10 (or as many as you say), and keep what breaks something

Settings are environment variables such as ATTUNE_PORT and ATTUNE_DATA_DIR: see docs/settings.md.
Chores while it runs or not: FLASK_APP=service.app .venv/bin/flask --help"""

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)
NEWEST_TRIED = 14
RUN_LOCK = "requirements.txt"
DEV_LOCK = "requirements-dev.txt"
AUDIT_LOCK = os.path.join(".ci", "requirements-audit.txt")
SUPPLY = ("licences", "sbom", "audit")

# Only for a Python that has neither pip nor ensurepip, as on a fresh Debian.
PIP_WHEEL = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"


def main(arguments):
    """Do one command; return the exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("start", [])
    if command in ("-h", "--help", "help"):
        print(HELP)
        return 0
    commands = {"start": start, "test": test, "check": check, "setup": set_up_only, "lock": lock, "fuzz": fuzz}
    commands.update({name: lambda rest, name=name: supply(name, rest) for name in SUPPLY})
    if command not in commands or (rest and command not in ("test", "sbom", "fuzz")):
        fail("'run.py %s' is no command; python3 run.py --help lists them." % " ".join(arguments), code=2)
    return commands[command](rest)


def start(_rest):
    """Become the supervisor of the embedded shape, which is small because it imports no library."""
    set_up(RUN_LOCK)
    data_dir = os.path.abspath(os.environ.get("ATTUNE_DATA_DIR") or os.path.join(ROOT, "data"))
    os.environ["ATTUNE_DATA_DIR"] = data_dir
    os.chdir(ROOT)
    os.execv(VENV_PYTHON, [VENV_PYTHON, "-m", "service.embedded", data_dir])


def test(rest):
    """Run the linters and the tests; the exit code says whether all went well."""
    set_up(RUN_LOCK, DEV_LOCK)
    failed = lint()
    print("== pytest", flush=True)
    code = subprocess.call([VENV_PYTHON, "-m", "pytest", *spread(), *rest], cwd=ROOT)
    if failed:
        print("Failed beside the tests: %s." % ", ".join(failed))
    return code or (1 if failed else 0)


def spread():
    """Return the options that share the test files out; `-n 0` after them takes it back.

    Two processes more than there are cores: some tests mostly wait, and others have the core meanwhile.
    """
    return ["-n", str(min((os.cpu_count() or 1) + 2, 4)), "--dist", "loadfile", "--no-loadscope-reorder"]


def check(_rest):
    """Run the linters."""
    set_up(RUN_LOCK, DEV_LOCK)
    failed = lint()
    print("Failed: %s." % ", ".join(failed) if failed else "All checks passed.")
    return 1 if failed else 0


def set_up_only(_rest):
    """Set up what the service needs."""
    set_up(RUN_LOCK)
    return 0


def lock(_rest):
    """Write both lock files anew, for every platform and Python that is supported."""
    uv = shutil.which("uv")
    if not uv:
        fail("The lock files are written by uv: install it (pip install uv) and try again.")
    common = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "%d.%d" % OLDEST, "--generate-hashes"]
    common += ["--no-emit-index-url", "--no-emit-find-links", "--no-header"]
    for what in (
        ["pyproject.toml", "-o", RUN_LOCK],
        ["--group", "dev", "-c", RUN_LOCK, "-o", DEV_LOCK],
        ["--group", "audit", "-o", AUDIT_LOCK],
    ):
        code = subprocess.call(common + what, cwd=ROOT)
        if code:
            return code
    return 0


def supply(command, rest):
    """Say what Attune is made of."""
    set_up(RUN_LOCK, DEV_LOCK)
    return subprocess.call([VENV_PYTHON, os.path.join(".ci", "supply.py"), command, *rest], cwd=ROOT)


def fuzz(rest):
    """Type at random for some minutes."""
    set_up(RUN_LOCK, DEV_LOCK)
    return subprocess.call([VENV_PYTHON, "-m", "tests.fuzz", *rest], cwd=ROOT)


def lint():
    """Run each linter; return the names of those that found something."""
    tools = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "mypy": ["mypy"],
        "lint-imports": ["lint-imports"],
    }
    failed = []
    for name, command in tools.items():
        print("== %s" % name, flush=True)
        if subprocess.call([os.path.join(VENV, "bin", command[0]), *command[1:]], cwd=ROOT):
            failed.append(name)
    return failed


def set_up(*locks):
    """Make .venv and install these lock files, unless that is done; one process at a time."""
    with open(__file__) as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        missing = [name for name in locks if not is_done(name)]
        if missing:
            print("Setting up Attune in .venv (once; about a minute) ...", flush=True)
            install(find_python(), missing)
            compile_libraries()
            for name in missing:
                with open(stamp_path(name), "w") as stamp:
                    stamp.write(stamp_text(name))


def is_done(name):
    """Say whether this lock file is installed as it is now, in this place, for this interpreter."""
    try:
        with open(stamp_path(name)) as stamp:
            return os.path.exists(VENV_PYTHON) and stamp.read() == stamp_text(name)
    except OSError:
        return False


def stamp_path(name):
    """Return where it is noted that a lock file is installed."""
    return os.path.join(VENV, "attune-%s.stamp" % name)


def stamp_text(name):
    """Return what an installation depends on: scripts in a moved .venv or after a new Python would not start."""
    with open(os.path.join(ROOT, name), "rb") as lock_file:
        digest = hashlib.sha256(lock_file.read()).hexdigest()
    return "\n".join([digest, os.path.realpath(VENV), os.path.realpath(VENV_PYTHON), ""])


def find_python():
    """Return the path of a Python that is new enough: this one, else the newest that is found."""
    if sys.version_info >= OLDEST:
        return sys.executable
    names = ["python%d.%d" % (OLDEST[0], minor) for minor in range(NEWEST_TRIED, OLDEST[1] - 1, -1)] + [
        "python3",
        "python",
    ]
    folders = os.environ.get("PATH", "").split(os.pathsep) + pyenv_folders()
    for name in names:
        for folder in folders:
            path = os.path.join(folder, name)
            if os.access(path, os.X_OK) and new_enough(path):
                return path
    return fail(
        "Attune needs Python %d.%d or newer: install it (https://www.python.org/downloads/) and start again." % OLDEST
    )


def pyenv_folders():
    """Return where pyenv keeps its Pythons; its shims start only those that are switched on."""
    root = os.path.join(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"), "versions")
    versions = sorted(os.listdir(root)) if os.path.isdir(root) else []
    return [os.path.join(root, version, "bin") for version in versions]


def new_enough(python):
    """Say whether this interpreter starts and is new enough."""
    return succeeds([python, "-c", "import sys; sys.exit(sys.version_info < %r)" % (OLDEST,)])


def install(python, locks):
    """Install with uv where it is, else with pip; uv may fail where pip's own configuration names the index."""
    if is_stale():
        shutil.rmtree(VENV)
    files = [word for name in locks for word in ("-r", os.path.join(ROOT, name))]
    uv = shutil.which("uv")
    if uv and install_with_uv(uv, python, files):
        return
    if uv:
        print("uv did not succeed; going on with pip.", flush=True)
    make_venv(python)
    command = [*pip(), "install", "-qq", "--disable-pip-version-check", "--no-input", "--no-user", "--no-deps"]
    if subprocess.call([*command, "--no-compile", "--require-hashes", *files]):
        fail("Attune could not install its libraries; what pip said stands above.")


def compile_libraries():
    """Compile on all cores what each start would compile where bytecode may not be written: that costs it seconds."""
    subprocess.call([VENV_PYTHON, "-m", "compileall", "-qq", "-j", "0", os.path.join(VENV, "lib")])


def is_stale():
    """Say whether .venv is there and cannot be used: too old, broken, or moved from another place."""
    if not os.path.isdir(VENV) or os.path.islink(VENV):
        return False
    stamps = [name for name in (RUN_LOCK, DEV_LOCK) if os.path.exists(stamp_path(name))]
    moved = False
    for name in stamps:
        with open(stamp_path(name)) as stamp:
            moved = moved or stamp.read().split("\n")[1:] != stamp_text(name).split("\n")[1:]
    return moved or not new_enough(VENV_PYTHON)


def install_with_uv(uv, python, files):
    """Make .venv and install with uv; return whether that went well."""
    if not os.path.exists(VENV_PYTHON) and subprocess.call([uv, "venv", "--quiet", "--python", python, VENV]):
        return False
    return subprocess.call([uv, "pip", "install", "--quiet", "--python", VENV_PYTHON, "--require-hashes", *files]) == 0


def make_venv(python):
    """Make .venv if there is none, without pip where this Python has no ensurepip."""
    if os.path.exists(VENV_PYTHON):
        return
    for options in ([], ["--without-pip"]):
        if succeeds([python, "-m", "venv", "--clear", *options, VENV]):
            return
    fail("%s cannot make a virtual environment: install its venv module (Debian: python3-venv)." % python)


def pip():
    """Return the command of a pip that installs into .venv."""
    outside = [path for path in (shutil.which("pip3"), shutil.which("pip")) if path]
    for command in [[VENV_PYTHON, "-m", "pip"]] + [[path, "--python", VENV_PYTHON] for path in outside]:
        if succeeds([*command, "--version"]):
            return command
    return [VENV_PYTHON, os.path.join(fetch_pip(), "pip")]


def fetch_pip():
    """Fetch pip's own wheel from the configured index into .venv, check its hash, and return its path."""
    path = os.path.join(VENV, PIP_WHEEL)
    if os.path.exists(path):
        return path
    index = configured_index()
    page_url = index.rstrip("/") + "/pip/"
    try:
        with urlopen(page_url, timeout=60) as page:
            links = re.findall(r"href=[\"']([^\"']+)", page.read().decode("utf-8", "replace"))
            page_url = page.geturl()
        urls = [urldefrag(urljoin(page_url, link))[0] for link in links]
        with urlopen(next(url for url in urls if url.endswith("/" + PIP_WHEEL)), timeout=60) as answer:
            wheel = answer.read()
    except (OSError, StopIteration) as error:
        fail("pip could not be fetched from %s (%s): install pip and start again." % (index, error or PIP_WHEEL))
    if hashlib.sha256(wheel).hexdigest() != PIP_SHA256:
        fail("The file %s from %s is not the one that Attune expects." % (PIP_WHEEL, index))
    with open(path + ".part", "wb") as file:
        file.write(wheel)
    os.replace(path + ".part", path)
    return path


def configured_index():
    """Return the package index that pip's own configuration names, else pip's own default."""
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    config_home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    config = configparser.RawConfigParser()
    config.read(
        [
            "/etc/pip.conf",
            os.path.expanduser("~/.pip/pip.conf"),
            os.path.join(config_home, "pip", "pip.conf"),
            os.environ.get("PIP_CONFIG_FILE", os.devnull),
        ]
    )
    return config.get("global", "index-url", fallback="https://pypi.org/simple")


def succeeds(command):
    """Run silently; return whether it went well."""
    try:
        return (
            subprocess.call(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            == 0
        )
    except OSError:
        return False


def fail(sentence, code=1):
    """Say what is wrong in one sentence and end."""
    print(sentence, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
