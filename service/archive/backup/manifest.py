"""The file of a backup: a zip with the database, a manifest, files of the owner, and the secret key if asked for."""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO

FORMAT = 1
MANIFEST, DATABASE, SECRET = "manifest.json", "database", "secret.key"
OWN = "own/"  # before the name of each file of the owner
CHUNK = 1024 * 1024

Progress = Callable[[int, int], None]  # bytes or pages done, and how many there are


class Broken(Exception):
    """The file is no backup, or not all of one; the message says in what way."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: `database` is sqlite or postgresql, `made_at` an ISO moment, `rows` a number for each table.

    `key_mark` tells whether a secret key is the one that is needed to read its addresses, and nothing about that key.
    """

    format: int
    attune: str
    made_at: str
    database: str
    revision: str
    rows: dict[str, int]
    size: int
    sha256: str
    key_mark: str
    needs: str
    with_keys: bool


def write_backup(
    path: Path, database: Path, manifest: Manifest, secret: str | None, own: Mapping[str, bytes], progress: Progress
) -> None:
    """Write the file beside its place, readable for its owner alone, and move it there when it is whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.touch(mode=0o600)
        with zipfile.ZipFile(draft, "w") as archive:
            # What pg_dump writes is compressed already.
            how = zipfile.ZIP_DEFLATED if manifest.database == "sqlite" else zipfile.ZIP_STORED
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
            if secret is not None:
                archive.writestr(SECRET, secret)
            for name, content in own.items():
                archive.writestr(OWN + name, content, zipfile.ZIP_DEFLATED)
            entry = zipfile.ZipInfo(DATABASE, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = how
            with database.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                _copy(source, target, manifest.size, progress)
        _to_disk(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself. Raises Broken."""
    try:
        with zipfile.ZipFile(path) as archive:
            said = json.loads(archive.read(MANIFEST))
            manifest = Manifest(**{field.name: said[field.name] for field in fields(Manifest)})
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
        raise Broken(f"{path} is not a backup of Attune, or only a part of one.") from None
    if manifest.format != FORMAT:
        raise Broken(f"{path} was written by a newer Attune ({manifest.attune}). Update this one first.")
    return manifest


def read_secret(path: Path) -> str:
    """Return the secret key that a backup was made with. Raises Broken where it holds none."""
    with zipfile.ZipFile(path) as archive:
        try:
            return archive.read(SECRET).decode()
        except KeyError:
            raise Broken(f"{path} holds no secret key: it was made without --with-keys.") from None


def read_own(path: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    """Return those files of the owner that a backup holds, by these names and no others. Raises Broken."""
    try:
        with zipfile.ZipFile(path) as archive:
            held = set(archive.namelist())
            return {name: archive.read(OWN + name) for name in names if OWN + name in held}
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error):
        raise Broken(f"{path} is damaged: the owner's files in it cannot be read.") from None


def unpack_database(path: Path, target: Path, manifest: Manifest, progress: Progress) -> None:
    """Write the database of a backup into `target`. Raises Broken unless every byte is as it was."""
    try:
        target.touch(mode=0o600)
        with zipfile.ZipFile(path) as archive, archive.open(DATABASE) as source, target.open("wb") as copy:
            found = _copy(source, copy, manifest.size, progress)
    except (KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        raise Broken(f"{path} is damaged: its database cannot be read.") from None
    if found != manifest.sha256:
        raise Broken(f"{path} is damaged: its database is not the one that was backed up.")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(source: IO[bytes], target: IO[bytes], size: int, progress: Progress) -> str:
    digest, done = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        done += len(chunk)
        progress(done, size)
    return digest.hexdigest()


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
