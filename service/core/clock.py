"""The one clock: aware UTC datetimes, replaceable in tests."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _source()


def use(source: Callable[[], datetime] | None) -> None:
    """Replace the clock, or bring the system's clock back with None (tests and simulations only)."""
    global _source
    _source = source or _system
