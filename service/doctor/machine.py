"""What database, folders and processes tell."""

import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text

from service.accounts.models import User
from service.archive.backup.actions import scheduled_backups
from service.archive.backup.rows import revision_of
from service.archive.keys.actions import tally
from service.config import Settings
from service.core import clock
from service.core.db import db
from service.core.leases import last_beat
from service.doctor.findings import Finding, bad, ok, warn
from service.moderation.health import SWEEP_SILENT, UNSCANNED_LATE, WORKER_SILENT, read_health

SKEW = timedelta(seconds=30)
MB = 1024 * 1024
SPACE_BAD, SPACE_WARN = 200 * MB, 1024 * MB
KEY_OLD = timedelta(days=730)
LATE = 2  # backups are late when they are missing for twice as long as they should


def check_database(settings: Settings) -> Iterator[Finding]:
    """Return what is to be said of the database, which can be reached."""
    yield from _migrations()
    yield _clock()
    yield _readable(settings)
    yield _keys(settings, clock.now())


def check_processes() -> Iterator[Finding]:
    """Return whether the worker does its part."""
    seen, moment = last_beat("worker"), clock.now()
    if seen is None or moment - seen > WORKER_SILENT:
        ever = "ever" if seen is None else f"since {seen:%Y-%m-%d %H:%M} UTC"
        said = f"No worker has given a sign of life {ever}. Comments are kept, but none is published and nobody told."
        yield bad("worker", said, "Start Attune, or its worker: `celery -A workers.main worker`.")
        return
    yield ok("worker", "A worker is at work.")
    health = read_health()
    if health.oldest_unscanned is not None and moment - health.oldest_unscanned > UNSCANNED_LATE:
        said = f"A comment has waited for its screening since {health.oldest_unscanned:%Y-%m-%d %H:%M} UTC."
        yield bad("screening", said, "Look into the worker's output; more workers help where there is much to do.")
    still = sorted(name for name, last in health.sweeps_seen.items() if moment - last > SWEEP_SILENT)
    if still:
        said = f"What the worker does again and again stands still: {', '.join(still)}."
        yield bad("sweep", said, "Start the worker anew.")


def check_folders(settings: Settings) -> Iterator[Finding]:
    """Return whether others can read the data folder, and how full its disk is."""
    open_ = [path for path in _private(settings) if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_:
        names = ", ".join(str(path) for path in open_)
        said = f"Other people of this machine can get at {names}."
        yield bad("permissions", said, f"chmod go= {' '.join(str(path) for path in open_)}")
    else:
        yield ok("permissions", "Nobody else can read the data folder.")
    for folder in {settings.data_dir, settings.backups}:
        if folder.exists():
            yield _space(folder)


def check_backups(settings: Settings, moment: datetime) -> Finding:
    """Return how old the newest backup of the worker is."""
    about, every = "backups", settings.backup_every
    if every is None:
        said = "The worker makes no backups."
        advice = (
            "Set ATTUNE_BACKUP_HOURS=24, or see to it that something else calls `flask backup` or pg_dump each day."
        )
        return warn(about, said, advice)
    made = scheduled_backups(settings)
    if not made:
        return warn(about, "There is no backup yet.", "The worker makes one soon after it starts; or: `flask backup`.")
    age = moment - made[0][0]
    if age > LATE * every:
        said = f"The newest backup is {age.days} days and {age.seconds // 3600} hours old."
        return bad(about, said, "Try `flask backup` and see what it says.")
    return ok(about, f"The newest backup is of {made[0][0]:%Y-%m-%d %H:%M} UTC. Copy it to another machine, too.")


def _migrations() -> Iterator[Finding]:
    from alembic.script import ScriptDirectory  # large, and only chores need it

    heads = ScriptDirectory(str(Path(__file__).parents[1] / "migrations")).get_heads()
    with db.engine.connect() as connection:
        reached = revision_of(connection)
    if reached in heads:
        yield ok("migrations", "The database is up to date.")
        return
    said = f"The database is at {reached or 'nothing'}, and this Attune needs {heads[0]}."
    yield bad("migrations", said, "Run `flask db upgrade` (after `flask backup`), then start Attune anew.")


def _clock() -> Finding:
    if db.engine.dialect.name != "postgresql":
        return ok("clock", "Database and service have the same clock.")
    theirs: datetime = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    skew = abs(datetime.now(UTC) - theirs)
    if skew > SKEW:
        said = f"The clocks of database and service are {skew.total_seconds():.0f} seconds apart: due times are wrong."
        return bad("clock", said, "Let both machines set their clock by a time server (chrony, systemd-timesyncd).")
    return ok("clock", "The clocks of database and service agree.")


def _readable(settings: Settings) -> Finding:
    """Try one address: with another key than it was written with, none can be read."""
    stored = db.session.scalar(select(User.email_encrypted).order_by(User.id.desc()).limit(1))
    try:
        if stored is not None:
            settings.keys.decrypt(stored)
    except ValueError:
        said = "The addresses in the database were encrypted with another secret key, and cannot be read."
        advice = "Put the old key back (secret.key, or ATTUNE_SECRET_KEY): nobody gets mail until then."
        return bad("encryption", said, advice)
    return ok("encryption", "The addresses in the database can be read.")


def _keys(settings: Settings, moment: datetime) -> Finding:
    """Say when a replacement of the secret key is not finished, and when the key has been there for long."""
    if len(settings.secrets) > 1:
        needed = tally(settings.keys).former
        if needed:
            return warn("key rotation", f"{needed} values still need a former secret key.", "flask keys rotate")
        said = "A former secret key is kept, which only old links and sessions need."
        return warn("key rotation", said, "flask keys drop, as soon as those may end.")
    made = settings.secret_file and datetime.fromtimestamp(settings.secret_file.stat().st_mtime, UTC)
    if made and moment - made > KEY_OLD:
        said = f"The secret key has been the same since {made:%Y-%m-%d}."
        return warn("key rotation", said, "flask keys rotate: nothing has to stop for it.")
    return ok("key rotation", "There is one secret key, and every row was written with it.")


def _private(settings: Settings) -> list[Path]:
    """Return what must be closed to others; what lies in the data folder is closed with it."""
    return [settings.data_dir, *([] if settings.backups.is_relative_to(settings.data_dir) else [settings.backups])]


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    said = f"The disk of {folder} has {free // MB} MB left"
    advice = "Make room: when it is full, no comment can be kept."
    if free < SPACE_BAD:
        return bad("disk", f"{said}.", advice)
    if free < SPACE_WARN:
        return warn("disk", f"{said}.", advice)
    return ok("disk", f"{said}.")
