"""Mail as files, for an installation without a mail server: written whole, read by the owner in the browser."""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as mail_policy
from email.utils import parsedate_to_datetime
from pathlib import Path

from service.core import clock
from service.core.errors import N_, NotFound

LIST_LIMIT = 200
NAME = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{16}\.eml")


@dataclass(frozen=True)
class Mail:
    """One mail as its recipient would read it."""

    name: str
    to: str
    subject: str
    sent_at: datetime | None
    body: str = ""


def write_mail(data_dir: Path, message: EmailMessage, key: str) -> None:
    """Write one mail; `key` (16 hex digits) makes a second writing of the same mail replace the first."""
    folder = data_dir / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = next(folder.glob(f"*-{key}.eml"), None)
    path = known or folder / f"{clock.now():%Y%m%dT%H%M%S}-{key}.eml"
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(message.as_bytes())
    draft.replace(path)


def list_mail(data_dir: Path) -> list[Mail]:
    """Return the newest mails, without their text."""
    names = sorted((path.name for path in (data_dir / "mail").glob("*.eml")), reverse=True)
    return [_read(data_dir / "mail" / name) for name in names[:LIST_LIMIT]]


def old_mail(data_dir: Path, before: datetime) -> list[Path]:
    """Return the files of mails that were written before a moment."""
    day = f"{before.astimezone(UTC):%Y%m%dT%H%M%S}"
    return [path for path in (data_dir / "mail").glob("*.eml") if NAME.fullmatch(path.name) and path.name < day]


def forget_mail_to(data_dir: Path, address: str) -> None:
    """Delete the mails in files that went to an address."""
    for path in (data_dir / "mail").glob("*.eml"):
        if NAME.fullmatch(path.name) and _read(path).to.strip("<>").casefold() == address.casefold():
            path.unlink(missing_ok=True)


def read_mail(data_dir: Path, name: str) -> Mail:
    """Return one mail with its text. Raises NotFound."""
    path = data_dir / "mail" / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound(N_("There is no such mail here."))
    return _read(path)


def _read(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=mail_policy)
    text = message.get_body(preferencelist=("plain",))
    date = message["Date"]
    return Mail(
        name=path.name,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        sent_at=parsedate_to_datetime(str(date)) if date else None,
        body=str(text.get_content()) if text is not None else "",
    )
