"""Begin with a new secret key, encrypt row by row what a former one wrote, and forget that one when no row needs it.

Nothing is noted of how far it has come: a row says by itself which key it needs. So it can be stopped anywhere, begun
anew, and done twice at once.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, inspect, select, update

from service.accounts.models import Commenter, SecondFactor, User
from service.config import SECRET_FILE, Settings, new_secret, write_secrets
from service.core.db import Base, db, rows_changed
from service.core.signing import Keys, fold_email
from service.notifications.targets.models import Target
from service.site.models import Site

BATCH = 200


class CannotReplace(Exception):
    """The key stays as it is; the message says why, and what to do."""


@dataclass(frozen=True)
class Sealed:
    """A column that is encrypted; `lookup` is the one by which an address in it is found again."""

    table: type[Base]
    column: str
    lookup: str | None = None

    @property
    def key(self) -> Any:
        """The primary key, in whose order the rows are gone through."""
        return inspect(self.table).primary_key[0]


SEALED = (
    Sealed(User, "email_encrypted", "email_lookup"),
    Sealed(Commenter, "email_encrypted", "email_lookup"),
    Sealed(SecondFactor, "secret_encrypted"),
    Sealed(Site, "smtp_encrypted"),
    Sealed(Target, "url_encrypted"),
    Sealed(Target, "secret_encrypted"),
    Sealed(Target, "former_secret_encrypted"),
)


@dataclass
class Tally:
    """How many values the present key wrote, a former one, and one that is not here."""

    present: int = 0
    former: int = 0
    unreadable: int = 0


@dataclass(frozen=True)
class Batch:
    """What became of a few rows: how many were looked at, encrypted anew, and which was the last (None: no more)."""

    seen: int
    changed: int
    last: int | None


def add_key(settings: Settings) -> bool:
    """Put a new key before the others; False where a former one is still there, so that a replacement goes on.

    Raises CannotReplace where the keys come from the environment.
    """
    path = settings.secret_file
    if len(settings.secrets) > 1:
        return False
    if path is None:
        raise CannotReplace(
            "The secret key comes from ATTUNE_SECRET_KEY. Set ATTUNE_FORMER_SECRET_KEY to the present key and "
            "ATTUNE_SECRET_KEY to a new one (python3 -c 'import secrets; print(secrets.token_urlsafe(48))'), start all "
            "parts anew, and run this again."
        )
    with _alone_with(path):
        if len(settings.secrets) > 1:
            return False
        write_secrets(path, (new_secret(), *settings.secrets))
    return True


def drop_former(settings: Settings) -> None:
    """Forget former keys, and with them every link that they signed. Raises CannotReplace while a row needs one."""
    path = settings.secret_file
    if len(settings.secrets) == 1:
        raise CannotReplace("There is one key alone.")
    with _alone_with(path or settings.data_dir / SECRET_FILE):
        if tally(settings.keys).former:
            raise CannotReplace("Some rows still need a former key: flask keys rotate")
        if path is None or settings.former_secret_key.get_secret_value():
            raise CannotReplace("No row needs a former key. Unset ATTUNE_FORMER_SECRET_KEY and start all parts anew.")
        write_secrets(path, settings.secrets[:1])


def tally(keys: Keys) -> Tally:
    """Count which key the encrypted values need, all of them."""
    counted = Tally()
    for sealed in SEALED:
        column = getattr(sealed.table, sealed.column)
        for value in db.session.scalars(select(column).where(column.is_not(None)).execution_options(yield_per=BATCH)):
            if keys.is_present(value):
                counted.present += 1
            elif _read(keys, value) is not None:
                counted.former += 1
            else:
                counted.unreadable += 1
    return counted


def number_of(sealed: Sealed) -> int:
    """Return how many values a column holds."""
    column = getattr(sealed.table, sealed.column)
    return db.session.scalar(select(func.count()).select_from(sealed.table).where(column.is_not(None))) or 0


def rotate_batch(sealed: Sealed, keys: Keys, after: int) -> Batch:
    """Encrypt with the present key what a former one wrote in the next rows; the caller commits.

    A value that somebody changes meanwhile is theirs: only what still is as it was read is replaced.
    """
    column = getattr(sealed.table, sealed.column)
    query = select(sealed.key, column).where(sealed.key > after, column.is_not(None)).order_by(sealed.key).limit(BATCH)
    rows = db.session.execute(query).all()
    changed = sum(_rotate(sealed, keys, number, value) for number, value in rows if not keys.is_present(value))
    return Batch(len(rows), changed, rows[-1][0] if len(rows) == BATCH else None)


def _rotate(sealed: Sealed, keys: Keys, number: int, value: str) -> int:
    text = _read(keys, value)
    if text is None:
        return 0
    values = {sealed.column: keys.encrypt(text)}
    if sealed.lookup is not None:
        values[sealed.lookup] = keys.lookup("email", fold_email(text))
    column = getattr(sealed.table, sealed.column)
    return rows_changed(update(sealed.table).where(sealed.key == number, column == value).values(**values))


def _read(keys: Keys, value: str) -> str | None:
    try:
        return keys.decrypt(value)
    except ValueError:
        return None


@contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """Keep everybody else from changing the file of keys for a moment."""
    with path.with_name(f".{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
