"""Tables that a page shows and a spreadsheet can read: the same cells in both (pure)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.core.cells import as_cell


@dataclass(frozen=True)
class Of:
    """So many of so many."""

    part: int
    whole: int


@dataclass(frozen=True)
class Share:
    """A share from 0 to 1, and the margin within which it lies."""

    value: float
    low: float
    high: float


Cell = str | int | date | timedelta | Of | Share | None


@dataclass(frozen=True)
class Column:
    """A column: what stands above it on the page, and in a spreadsheet, where `Of` takes two and `Share` three."""

    words: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: the first cell of a row names it. `note` stands below."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


def csv_of(table: Table) -> bytes:
    """Return a table for spreadsheets: UTF-8 with a mark that Excel needs, commas, lines that end as RFC 4180 says.

    Lengths of time are hours, days are ISO dates, shares are per cent; no text can be taken for a formula.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([as_cell(name) for column in table.columns for name in column.names])
    for row in table.rows:
        writer.writerow(
            [value for column, cell in zip(table.columns, row, strict=True) for value in _plain(cell, column)]
        )
    return text.getvalue().encode("utf-8-sig")


def _plain(cell: Cell, column: Column) -> Sequence[str | int | float]:
    if cell is None:
        return [""] * len(column.names)
    if isinstance(cell, Of):
        return [cell.part, cell.whole]
    if isinstance(cell, timedelta):
        return [round(cell / timedelta(hours=1), 2)]
    if isinstance(cell, Share):
        return [round(100 * part, 1) for part in (cell.value, cell.low, cell.high)]
    return [cell] if isinstance(cell, int) else [as_cell(cell.isoformat() if isinstance(cell, date) else cell)]
