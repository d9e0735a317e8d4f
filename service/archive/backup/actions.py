"""Back up, keep the newest few, and restore; each takes its settings and says in words what hinders it."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, create_engine, make_url

from service import VERSION
from service.archive.backup import postgresql, sqlite
from service.archive.backup.manifest import (
    FORMAT,
    OWN,
    Broken,
    Manifest,
    Progress,
    read_manifest,
    read_own,
    read_secret,
    sha256_of,
    unpack_database,
    write_backup,
)
from service.archive.backup.rows import count_rows, in_use, revision_of
from service.care.help_lines.shelf import OWN_LINES
from service.config import Settings
from service.core import clock
from service.core.db import db
from service.core.signing import Keys
from service.triage.model import OWN_MODEL

Step = Callable[[str], Progress]  # begins a step of the work with these words

EMBEDDED_HOURS = 24
OWN_FILES = (OWN_LINES, OWN_MODEL)  # what an owner writes into the data folder, and would have to write again
LONGEST_DRAFT = timedelta(days=1)
SCHEDULED = re.compile(r"attune-(\d{8}T\d{6}Z)-scheduled\.zip")


class CannotBackUp(Exception):
    """It was not done; the message says why, and what to do."""


class CannotRestore(Exception):
    """Nothing was changed; the message says why, and what to do."""


def back_up(settings: Settings, step: Step, *, to: Path | None = None, why: str = "", with_keys: bool = False) -> Path:
    """Write one backup and return where it is: at `to`, else in the folder of backups under the moment and `why`.

    The site may run meanwhile; the backup is as of one moment. Raises CannotBackUp.
    """
    target = to or settings.backups / _name(why)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_space(settings, target.parent)
        with TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            copy = Path(folder) / "database"
            manifest = _dump(settings, copy, step, with_keys=with_keys)
            secret = "\n".join(settings.secrets) if with_keys else None
            write_backup(target, copy, manifest, secret, _own_files(settings), step("Writing the file"))
    except OSError as error:
        raise CannotBackUp(f"{target} cannot be written: {error.strerror}.") from None
    except (sqlite.CannotCopy, postgresql.CannotDump) as error:
        raise CannotBackUp(str(error)) from None
    return target


def scheduled_backups(settings: Settings) -> list[tuple[datetime, Path]]:
    """Return when the worker made its backups, the newest first, with the files."""
    found = [(SCHEDULED.fullmatch(path.name), path) for path in settings.backups.glob("attune-*.zip")]
    moments = [(datetime.strptime(name[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), path) for name, path in found if name]
    return sorted(moments, reverse=True)


def is_due(settings: Settings, moment: datetime) -> bool:
    """Tell whether the worker should make a backup now."""
    if not settings.backup_every:
        return False
    made = scheduled_backups(settings)
    return not made or moment - made[0][0] >= settings.backup_every


def keep_newest(settings: Settings) -> list[Path]:
    """Delete scheduled backups beyond the number that is kept, and drafts that nobody writes any more."""
    over = [path for _made, path in scheduled_backups(settings)[settings.backup_keep :]]
    for path in over:
        path.unlink(missing_ok=True)
    for draft in settings.backups.glob(".*"):
        if clock.now().timestamp() - draft.stat().st_mtime > LONGEST_DRAFT.total_seconds():
            shutil.rmtree(draft) if draft.is_dir() else draft.unlink(missing_ok=True)
    return over


def check(path: Path, settings: Settings, *, replace: bool, with_keys: bool, lost_key: bool) -> Manifest:
    """Return what a backup holds if it can be restored here. Raises CannotRestore, and has changed nothing."""
    try:
        manifest = read_manifest(path)
        _check_kind(manifest)
        _check_revision(manifest)
        if with_keys:
            _check_secret(read_secret(path), manifest, settings)
        elif not lost_key and not _marks(manifest.key_mark) <= _marks(key_mark(settings.keys)):
            raise CannotRestore(
                "This backup was made with another secret key, and without that key its addresses cannot be read and "
                f"no link in old mail works. Put the key in its place first ({manifest.needs}), or add --with-keys if "
                "the backup holds it, or --lost-key if it is gone for good."
            )
    except Broken as error:
        raise CannotRestore(str(error)) from None
    with db.engine.connect() as connection:
        if in_use(count_rows(connection)) and not replace:
            raise CannotRestore(
                "The database is not empty, and restoring would overwrite it. Add --replace if you mean that; "
                "what is there now is backed up first."
            )
    return manifest


def restore(path: Path, manifest: Manifest, settings: Settings, step: Step, *, with_keys: bool) -> None:
    """Put a checked backup in the place of the database, and compare what is there then. Raises CannotRestore.

    The database holds either all of the backup or what it held before. A file of the owner that is there and says
    something else stays beside the one of the backup, as NAME.before.
    """
    with TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as folder:
        copy = Path(folder) / "database"
        try:
            own = read_own(path, OWN_FILES)
            unpack_database(path, copy, manifest, step("Checking the file"))
            _load(settings, copy, step("Restoring the database"))
        except (Broken, OSError, sqlite.CannotCopy, postgresql.CannotDump) as error:
            raise CannotRestore(str(error)) from None
        if with_keys:  # before anything else can fail: without it the addresses that are there now cannot be read
            settings.replace_secrets(read_secret(path))
        try:
            _put_back(settings, own, Path(folder))
        except OSError as error:
            where = error.filename2 or error.filename
            raise CannotRestore(
                f"The database is restored, the owner's files are not: {error.strerror} ({where}). They are in the "
                f"backup under {OWN}: unzip them into {settings.data_dir} yourself."
            ) from None
    with db.engine.connect() as connection:
        found = count_rows(connection)
    if found != manifest.rows:
        different = sorted(name for name in found | manifest.rows if found.get(name) != manifest.rows.get(name))
        raise CannotRestore(f"The tables have other numbers of rows than the backup: {', '.join(different)}.")


def key_mark(keys: Keys) -> str:
    """Return what tells one secret key from another; of all of them, while the key is being replaced."""
    return ",".join(mark[:16] for mark in keys.lookups("backup", "which key"))


def _marks(joined: str) -> set[str]:
    return set(joined.split(","))


def _name(why: str) -> str:
    return f"attune-{clock.now():%Y%m%dT%H%M%SZ}{f'-{why}' if why else ''}.zip"


def _dump(settings: Settings, copy: Path, step: Step, *, with_keys: bool) -> Manifest:
    url, progress = make_url(settings.database), step("Copying the database")
    if url.get_backend_name() == "sqlite":
        sqlite.dump(Path(url.database or ""), copy, progress)
        with _engine_on(copy) as engine, engine.connect() as connection:
            rows, revision = count_rows(connection), revision_of(connection)
    else:
        with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            postgresql.dump(url, connection, copy)
            rows, revision = count_rows(connection), revision_of(connection)
    own_key = "ATTUNE_SECRET_KEY" if settings.secret_file is None else "secret.key in the data folder"
    return Manifest(
        format=FORMAT,
        attune=VERSION,
        made_at=clock.now().isoformat(timespec="seconds"),
        database=url.get_backend_name(),
        revision=revision,
        rows=rows,
        size=copy.stat().st_size,
        sha256=sha256_of(copy),
        key_mark=key_mark(settings.keys),
        needs=own_key,
        with_keys=with_keys,
    )


def _own_files(settings: Settings) -> dict[str, bytes]:
    found = [settings.data_dir / name for name in OWN_FILES]
    return {file.name: file.read_bytes() for file in found if file.is_file()}


def _put_back(settings: Settings, own: dict[str, bytes], folder: Path) -> None:
    here = _own_files(settings)
    for name, content in own.items():
        if here.get(name) == content:
            continue
        file, draft = settings.data_dir / name, folder / name
        draft.write_bytes(content)
        if name in here:
            file.replace(file.with_name(f"{name}.before"))
        draft.replace(file)


def _load(settings: Settings, copy: Path, progress: Progress) -> None:
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        db.engine.dispose()
        sqlite.load(copy, Path(url.database or ""), progress)
        return
    with db.engine.connect() as connection:
        postgresql.load(url, connection, copy)
    db.engine.dispose()


@contextmanager
def _engine_on(file: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def _check_space(settings: Settings, folder: Path) -> None:
    """The copy and the file stand side by side for a while."""
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        return
    needed, free = 2 * Path(url.database or "").stat().st_size, shutil.disk_usage(folder).free
    if free < needed:
        raise CannotBackUp(f"The disk of {folder} has {free >> 20} MB left; a backup needs up to {needed >> 20} MB.")


def _check_kind(manifest: Manifest) -> None:
    here = db.engine.dialect.name
    if manifest.database != here:
        raise CannotRestore(
            f"This is a backup of {manifest.database}, and ATTUNE_DATABASE_URL names a database of {here}. "
            "A backup goes back into the kind of database that it came from."
        )


def _check_revision(manifest: Manifest) -> None:
    from alembic.script import ScriptDirectory  # large, and only chores need it

    folder = Path(__file__).parents[2] / "migrations"
    known = {script.revision for script in ScriptDirectory(str(folder)).walk_revisions()}
    if manifest.revision not in known:
        raise CannotRestore(
            f"This backup is of a newer Attune ({manifest.attune}, database {manifest.revision or 'unknown'}). Update "
            "this one first."
        )


def _check_secret(secret: str, manifest: Manifest, settings: Settings) -> None:
    if not _marks(manifest.key_mark) <= _marks(key_mark(Keys(*secret.splitlines()))):
        raise CannotRestore("The secret key in this backup is not the one that its database was made with.")
    if settings.secret_file is None and not set(secret.splitlines()) <= set(settings.secrets):
        raise CannotRestore("ATTUNE_SECRET_KEY is set and is another key. Unset it, or set it to that of the backup.")
