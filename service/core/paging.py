"""Numbers of rows in addresses, and keyset cursors: where a page ends, as a short string in the URL (pure)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.core.errors import N_, NotFound

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_NUMBER = 16
LARGEST_ID = 2**31 - 1  # what the id of a row can be; PostgreSQL refuses to look for a larger one


@dataclass(frozen=True)
class Cursor:
    """The position of the last row of a page: its moment, its id, and its rank where the order has one."""

    moment: datetime
    number: int
    rank: int = 0

    def __str__(self) -> str:
        microseconds = (self.moment - EPOCH) // timedelta(microseconds=1)
        return f"{microseconds}-{self.number}-{self.rank}"


def read_id(text: str) -> int | None:
    """Return the id of a row that a text from outside names; None for what can be none."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None


def parse_cursor(text: str | None) -> Cursor | None:
    """Read a cursor from the URL; None when there is none. Raises NotFound for anything else."""
    if not text:
        return None
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= LONGEST_NUMBER for part in parts):
        raise NotFound(N_("There is no such page here."))
    microseconds, number, rank = int(parts[0]), read_id(parts[1]), read_id(parts[2])
    if number is None or rank is None:
        raise NotFound(N_("There is no such page here."))
    return Cursor(EPOCH + timedelta(microseconds=microseconds), number, rank)
