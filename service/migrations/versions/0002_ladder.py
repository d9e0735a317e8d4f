"""The ladder of care cases, who is on them, digests and quiet hours

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-24 05:45:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

LEVEL = sa.Enum('none', 'support', 'urgent', 'crisis', name='level', native_enum=False, length=20)
KEYS = {'acknowledged_by': 'users', 'owner_id': 'users', 'lease_user_id': 'users', 'answer_id': 'comments'}


def upgrade():
    _moment('cases', 'turn_at', nullable=False)
    for column in ('next_step_at', 'acknowledged_at', 'lease_until'):
        _moment('cases', column)
    op.add_column('cases', sa.Column('step', sa.Integer(), server_default='0', nullable=False))
    op.add_column('cases', sa.Column('lease_token', sa.String(length=64), nullable=True))
    for column, table in KEYS.items():  # in words: SQLite takes a new key with its column alone, and a copy of the table
        op.execute(  # would cascade into the events
            f'ALTER TABLE cases ADD COLUMN {column} INTEGER CONSTRAINT fk_cases_{column}_{table} REFERENCES {table} (id)'
        )
    op.drop_index('ix_cases_queue', 'cases')
    op.create_index('ix_cases_queue', 'cases', ['site_id', 'state', 'turn_at', 'id'])
    waiting = sa.text('next_step_at IS NOT NULL')
    op.create_index('ix_cases_climb', 'cases', ['next_step_at'], sqlite_where=waiting, postgresql_where=waiting)
    op.add_column('case_events', sa.Column('opening', sa.Integer(), server_default='1', nullable=False))
    op.add_column('case_events', sa.Column('step', sa.Integer(), server_default='0', nullable=False))
    op.add_column('notifications', sa.Column('details', sa.JSON(), server_default='{}', nullable=False))
    op.add_column('users', sa.Column('quiet_from', sa.Time(), nullable=True))
    op.add_column('users', sa.Column('quiet_to', sa.Time(), nullable=True))
    op.add_column('users', sa.Column('digest_hour', sa.Integer(), server_default='8', nullable=False))
    op.add_column('users', sa.Column('digested_on', sa.Date(), nullable=True))
    _moment('sites', 'held_reminded_at')
    op.create_table('ladder_waits',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('level', LEVEL, nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_ladder_waits_site_id_sites')),
    sa.PrimaryKeyConstraint('site_id', 'level', 'step', name=op.f('pk_ladder_waits'))
    )
    _place_in_queue()
    _climb_from_here()


def downgrade():
    op.drop_table('ladder_waits')
    op.drop_column('sites', 'held_reminded_at')
    for column in ('digested_on', 'digest_hour', 'quiet_to', 'quiet_from'):
        op.drop_column('users', column)
    op.drop_column('notifications', 'details')
    op.drop_column('case_events', 'step')
    op.drop_column('case_events', 'opening')
    op.drop_index('ix_cases_climb', 'cases')
    op.drop_index('ix_cases_queue', 'cases')
    op.create_index('ix_cases_queue', 'cases', ['site_id', 'state', 'level_rank', 'due_at', 'id'])
    for column in ('lease_token', 'step', 'lease_until', 'acknowledged_at', 'next_step_at', 'turn_at', *KEYS):
        op.drop_column('cases', column)


def _moment(table, name, nullable=True):
    default = None if nullable else '1970-01-01 00:00:00'
    kind = service.core.db.UtcDateTime(timezone=True)
    op.add_column(table, sa.Column(name, kind, server_default=default, nullable=nullable))


def _place_in_queue():
    """Give each case its place: due time less the head start of its level."""
    if op.get_bind().dialect.name == 'postgresql':
        start = "CASE level WHEN 'crisis' THEN 7 WHEN 'urgent' THEN 1 ELSE 0 END * INTERVAL '1 day'"
        op.execute(f'UPDATE cases SET turn_at = due_at - {start}')
        return
    start = "CASE level WHEN 'crisis' THEN '-7 days' WHEN 'urgent' THEN '-1 days' ELSE '-0 days' END"
    op.execute(f"UPDATE cases SET turn_at = strftime('%Y-%m-%d %H:%M:%f000', due_at, {start})")


def _climb_from_here():
    """Let open cases of which somebody was told go on at their due time; those that came in quietly stay quiet."""
    op.execute(
        "UPDATE cases SET step = 1, next_step_at = due_at WHERE state = 'open' AND EXISTS "
        "(SELECT 1 FROM notifications WHERE notifications.cause LIKE 'case:' || CAST(cases.id AS VARCHAR(20)) || ':%')"
    )
