"""What an act changes in a row, kept as plain values so that it can be undone: each as it was and as it became."""

import enum
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Enum

from service.core.db import Base, UtcDateTime

Picture = dict[str, Any]
Change = Mapping[str, Any]  # a column and the pair of its values, before and after


def picture(row: Base | None, fields: Iterable[str]) -> Picture:
    """Return the values of these columns, as JSON can hold them; nothing of a row that is not there."""
    return {field: _plain(getattr(row, field)) for field in fields} if row is not None else {}


def difference(before: Picture, after: Picture) -> dict[str, list[Any]]:
    """Return what differs between two pictures of a row."""
    return {field: [before.get(field), value] for field, value in after.items() if before.get(field) != value}


def stands(row: Base, change: Change, *, but: Iterable[str] = ()) -> bool:
    """True while a row is still as a change has left it, whatever has become of the columns in `but`."""
    passed_over = frozenset(but)
    return all(_plain(getattr(row, field)) == pair[1] for field, pair in change.items() if field not in passed_over)


def revert(row: Base, change: Change) -> None:
    """Give each column of a change the value that it had before."""
    for field, pair in change.items():
        setattr(row, field, _typed(row, field, pair[0]))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else value


def _typed(row: Base, field: str, value: Any) -> Any:
    kind = row.__table__.c[field].type
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    return kind.enum_class(value) if isinstance(kind, Enum) and kind.enum_class is not None else value
