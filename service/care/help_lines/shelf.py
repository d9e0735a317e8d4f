"""Which book of help lines this process shows: the one that comes with Attune, with the site's own countries on top."""

import functools
from pathlib import Path

import structlog

from service.care.help_lines.book import FILE, BadBook, HelpBook, lay_over, read_book

log = structlog.get_logger(__name__)

# A site's own lines in its data folder; a country that stands there takes the place of the one that comes with Attune.
OWN_LINES = "help-lines.yaml"
LARGEST_FILE = 1_000_000
_PLACE: list[Path] = []


def choose(place: Path | None) -> None:
    """Let this process show the lines of a file from now on, if it is there and can be read; None: only the shipped."""
    _PLACE[:] = [place] if place else []


def own_file() -> Path | None:
    """Return where the site's own lines lie; None where there is no such file."""
    return _PLACE[-1] if _PLACE and _PLACE[-1].exists() else None


def help_book() -> HelpBook:
    """Return the book to show. A file of the site's own that cannot be read is warned of, and never breaks a page."""
    return _with_own(_PLACE[-1]) if _PLACE else shipped()


@functools.cache
def shipped() -> HelpBook:
    """Return the book that comes with Attune, read once. Raises BadBook where it breaks its rules."""
    return read_book(FILE.read_text(encoding="utf-8"))


def read_own(place: Path) -> HelpBook:
    """Return the shipped book with a file's countries on top. Raises BadBook with every fault of the file."""
    try:
        if place.stat().st_size > LARGEST_FILE:
            raise BadBook(f"The file has more than {LARGEST_FILE} bytes.")
        return lay_over(shipped(), place.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadBook(f"The file cannot be opened ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise BadBook("The file is not written in UTF-8.") from None


@functools.cache
def _with_own(place: Path) -> HelpBook:
    if not place.exists():
        return shipped()
    try:
        return read_own(place)
    except BadBook as error:
        log.warning("help_lines.unreadable", file=str(place), error=str(error))
        return shipped()
