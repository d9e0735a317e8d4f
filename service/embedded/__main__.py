"""Prepare the site, start broker, web and worker in this order, and stop them in the other: what `run.py` becomes."""

import os
import subprocess
import sys
from pathlib import Path

from service.embedded import probes
from service.embedded.broker import broker_command, log_file, set_aside
from service.embedded.children import Child, die_with_parent
from service.embedded.lock import AlreadyRunning, SiteLock
from service.embedded.plan import Plan
from service.embedded.supervisor import Stopped, Supervisor

TOO_MANY_FAILURES = 2
BIN = Path(sys.executable).parent


def main() -> int:
    """Run the site on the data folder that is the only argument; return the exit code."""
    data_dir = Path(sys.argv[1])
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        data_dir.chmod(0o700)
        lock = SiteLock(data_dir)
    except AlreadyRunning as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Attune cannot use the data folder {data_dir}: {error.strerror}.", file=sys.stderr)
        return 1
    with lock:
        lock.clear_leftovers()
        code, plan = _prepare()
        return _serve(plan, data_dir, lock) if plan else code


def _prepare() -> tuple[int, Plan | None]:
    """Settings, migrations and demo content need the libraries, so they happen in a process that ends again."""
    command = [sys.executable, "-m", "service.embedded.prepare"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=die_with_parent)  # noqa: S603
    output = process.communicate()[0]
    return process.returncode, Plan.from_json(output) if process.returncode == 0 else None


def _serve(plan: Plan, data_dir: Path, lock: SiteLock) -> int:
    port = probes.free_port(plan.host, plan.port)
    if port is None:
        print(f"Attune cannot listen on {plan.host}, port {plan.port} or the hundred after it.", file=sys.stderr)
        return 1
    os.environ["ATTUNE_PORT"] = str(port)
    # Celery's advice to use --uid helps nobody who cannot choose the command line.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
    lock.note_port(port)
    supervisor = Supervisor(on_start=lock.note_child)
    try:
        _start(plan, data_dir, port, supervisor)
        supervisor.show("\n" + "\n  ".join(_welcome(plan, probes.address(plan.host, port))) + "\n")
        supervisor.run()
    except Stopped as reason:
        code = 1 if reason.args else 0
        if code:
            print(reason, file=sys.stderr, flush=True)
    supervisor.stop_all()
    return code


def _welcome(plan: Plan, address: str) -> list[str]:
    lines = [f"Attune is ready on {address}", *plan.notes]
    if plan.set_up:
        link = f"{address}{plan.set_up}" if plan.set_up.startswith("/") else plan.set_up
        lines += ["Nobody owns this site yet. Whoever opens this within a day does:", f"  {link}"]
    return [*lines, "Ctrl-C stops it."]


def _start(plan: Plan, data_dir: Path, port: int, supervisor: Supervisor) -> None:
    if plan.broker_socket:
        _start_broker(data_dir / "broker", plan.broker_socket, supervisor)
    web = Child(
        "web", [str(BIN / "gunicorn"), "-c", "python:service.serving", "service.app:create_app()"], patience_s=15
    )
    worker = [str(BIN / "celery"), "--quiet", "-A", "workers.main", "worker", "--loglevel", "WARNING"]
    worker += ["--concurrency", str(plan.workers), "--without-gossip", "--without-mingle", "--without-heartbeat"]
    supervisor.start(web)
    while not probes.answers_http(plan.host, port):
        if web.failures >= TOO_MANY_FAILURES:
            raise Stopped("Attune cannot start; the reason stands above.")
        supervisor.turn(0.05)
    supervisor.start(Child("worker", worker, patience_s=20))


def _start_broker(folder: Path, socket: str, supervisor: Supervisor) -> None:
    """A file that the broker cannot read is set aside: messages are hints, what they hint at is in the database."""
    folder.mkdir(mode=0o700, exist_ok=True)
    command = broker_command(folder, Path(socket))
    if command is None:
        raise Stopped(
            "There is no broker for this machine in the libraries: install valkey-server or redis-server, "
            "or set ATTUNE_BROKER_URL (redis://host:6379/0)."
        )
    broker = Child("broker", command, patience_s=10)
    supervisor.start(broker)
    failures_seen = 0
    while not probes.answers_ping(socket):
        if broker.failures >= 2 * TOO_MANY_FAILURES:
            raise Stopped(f"Attune cannot start its broker; the reason stands in {log_file(folder)}.")
        if broker.failures == TOO_MANY_FAILURES > failures_seen:
            supervisor.say(f"the broker cannot read its file; it is set aside as {set_aside(folder)}")
        failures_seen = broker.failures
        supervisor.turn(0.02)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
