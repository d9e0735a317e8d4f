"""Runs the migrations on the application's own engine."""

from alembic import context
from sqlalchemy import Connection

from service.core.db import db


def _check_keys(connection: Connection, on: bool) -> None:
    """Switch SQLite's foreign keys, outside a transaction: dropping a table that was copied must delete nothing else.

    https://sqlite.org/lang_altertable.html#otheralter
    """
    if connection.dialect.name == "sqlite":
        connection.connection.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


with db.engine.connect() as connection:
    _check_keys(connection, on=False)
    context.configure(connection=connection, target_metadata=db.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError("a migration has left a row that points nowhere; nothing was changed")
    connection.commit()
    _check_keys(connection, on=True)
