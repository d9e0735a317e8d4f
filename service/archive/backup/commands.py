"""`flask backup` and `flask restore`."""

import fcntl
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import Progress as Bar
from sqlalchemy import inspect

from service.archive.backup import actions, postgresql
from service.archive.backup.manifest import Manifest, Progress, read_manifest
from service.config import Settings, current_settings
from service.core import clock
from service.core.db import begin_write, db
from service.core.leases import last_beat, take_lease

LONGEST_SILENCE_S = 15.0  # a worker gives a sign of life every ten seconds
SCHEDULED_LEASE_S = 3600.0


@click.command("backup")
@click.option("--to", type=click.Path(path_type=Path), help="File to write; else one in the folder of backups.")
@click.option("--with-keys", is_flag=True, help="Put the secret key in: who has the file then reads all addresses.")
@click.option("--scheduled", is_flag=True, help="As the worker does it: if one is due, and the newest are kept.")
@with_appcontext
def backup(to: Path | None, with_keys: bool, scheduled: bool) -> None:
    """Write the whole database into one file, while the site runs."""
    settings = current_settings()
    if scheduled and not _our_turn(settings):
        return
    with steps() as step:
        try:
            path = actions.back_up(settings, step, to=to, why="scheduled" if scheduled else "", with_keys=with_keys)
        except actions.CannotBackUp as error:
            raise click.ClickException(str(error)) from None
    if scheduled:
        actions.keep_newest(settings)
        return
    _describe(path, read_manifest(path))


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Overwrite what is in the database; it is backed up first.")
@click.option("--with-keys", is_flag=True, help="Take the secret key from the backup, too.")
@click.option("--lost-key", is_flag=True, help="Restore although the key that it was made with is gone.")
@click.option("--dry-run", is_flag=True, help="Say what it holds and whether it can be restored; change nothing.")
@with_appcontext
def restore(file: Path, replace: bool, with_keys: bool, lost_key: bool, dry_run: bool) -> None:
    """Put a backup in the place of the database. The site must not run."""
    settings = current_settings()
    try:
        with _stopped(settings), steps() as step:
            manifest = actions.check(file, settings, replace=replace or dry_run, with_keys=with_keys, lost_key=lost_key)
            if dry_run:
                click.echo(json.dumps(asdict(manifest), indent=2))
                return
            if replace:
                kept = actions.back_up(settings, step, why="before-restore")
                click.echo(f"What was there is kept in {kept}.")
            actions.restore(file, manifest, settings, step, with_keys=with_keys)
    except (actions.CannotBackUp, actions.CannotRestore) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Restored {sum(manifest.rows.values())} rows in {len(manifest.rows)} tables, as of {manifest.made_at}.")
    click.echo("Next (run.py does both by itself): flask db upgrade, flask commenters erase --again.")


@contextmanager
def steps() -> Iterator[Callable[[str], Progress]]:
    """Show how far each step is, where somebody looks on."""
    with Bar(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:

        def begin(words: str) -> Progress:
            shown = bar.add_task(words, total=None)
            return lambda done, total: bar.update(shown, completed=done, total=total)

        yield begin


def _our_turn(settings: Settings) -> bool:
    """Take the turn of the scheduled backup, which one worker has at a time; False when none is due."""
    begin_write()
    due = actions.is_due(settings, clock.now()) and take_lease("scheduled backup", SCHEDULED_LEASE_S) is not None
    db.session.commit()
    return due


@contextmanager
def _stopped(settings: Settings) -> Iterator[None]:
    """Keep the site from being started, and make sure that it does not run. Raises CannotRestore."""
    running = "Attune is running, and would write into what is being restored. Stop it first"
    with (settings.data_dir / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise actions.CannotRestore(f"{running} (Ctrl-C where run.py runs).") from None
        if db.engine.dialect.name == "postgresql":
            db.session.remove()
            db.engine.dispose()
            with db.engine.connect() as connection:
                others = postgresql.others_connected(connection)
            if others:
                what = "1 other connection" if others == 1 else f"{others} other connections"
                raise actions.CannotRestore(f"{running}: the database has {what}.")
        elif _worker_lives():
            raise actions.CannotRestore(f"{running}: its worker gives signs of life.")
        yield


def _worker_lives() -> bool:
    """Tell whether a worker gives signs of life; one that was there a moment ago gets the time for its next."""
    if not inspect(db.engine).has_table("heartbeats"):
        return False
    seen = last_beat("worker")
    db.session.rollback()
    age_s = LONGEST_SILENCE_S if seen is None else (clock.now() - seen).total_seconds()
    if age_s >= LONGEST_SILENCE_S:
        return False
    click.echo(f"A worker was at work {age_s:.0f} seconds ago; waiting to see whether it still is.", err=True)
    time.sleep(LONGEST_SILENCE_S - age_s)
    again = last_beat("worker")
    db.session.rollback()
    return again != seen


def _describe(path: Path, manifest: Manifest) -> None:
    rows = sum(manifest.rows.values())
    click.echo(f"{path}: {rows} rows in {len(manifest.rows)} tables, {path.stat().st_size / 1024:.0f} kB.")
    if manifest.with_keys:
        click.echo("The secret key is in it: whoever has this file has everything. Keep it where nobody else comes.")
    else:
        click.echo(f"To read the addresses in it, its secret key is needed ({manifest.needs}): keep that elsewhere.")
