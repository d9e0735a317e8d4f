"""What stands in a database: how many rows in each table, and which migration it has reached."""

from sqlalchemy import Connection, func, inspect, select, table, text

VERSION_TABLE = "alembic_version"
# These come and go by themselves, or are there from the first migration: they make no database one that is used.
OF_NO_ACCOUNT = frozenset(
    {VERSION_TABLE, "sites", "heartbeats", "leases", "rates", "alarms", "day_keys", "retention_runs"}
)


def count_rows(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table, by its name."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def revision_of(connection: Connection) -> str:
    """Return the migration that a database has reached; empty before the first."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    return str(connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) or "")  # noqa: S608 - our own name


def in_use(rows: dict[str, int]) -> bool:
    """Tell whether a database with so many rows holds anything that somebody would miss."""
    return any(number for name, number in rows.items() if name not in OF_NO_ACCOUNT)
