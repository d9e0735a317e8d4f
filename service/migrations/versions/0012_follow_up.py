"""Whom staff look after once more after an answer

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-24 09:30:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)


def upgrade():
    for column in ('answered_at', 'heard_at', 'silent_at', 'follow_at'):
        op.add_column('cases', sa.Column(column, MOMENT, nullable=True))
    op.add_column('cases', sa.Column('check_in_on', sa.Date(), nullable=True))
    _key('cases', 'answered_by', 'users')
    op.create_index('ix_cases_follow', 'cases', ['site_id', 'follow_at', 'id'], unique=False,
                    sqlite_where=sa.text('follow_at IS NOT NULL'), postgresql_where=sa.text('follow_at IS NOT NULL'))
    for level, days in (('crisis', 3), ('urgent', 0)):
        column = sa.Column(f'check_in_{level}_days', sa.Integer(), server_default=str(days), nullable=False)
        op.add_column('sites', column)


def downgrade():
    for level in ('urgent', 'crisis'):
        op.drop_column('sites', f'check_in_{level}_days')
    op.drop_index('ix_cases_follow', 'cases')
    for column in ('answered_by', 'check_in_on', 'follow_at', 'silent_at', 'heard_at', 'answered_at'):
        op.drop_column('cases', column)


def _key(table, column, other):
    """In words: SQLite takes a new key with its column alone; a copy of the table would cascade into others."""
    name = op.f(f'fk_{table}_{column}_{other}')
    op.execute(f'ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {other} (id)')
