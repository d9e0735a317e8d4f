"""Targets, summaries, alarms, and which mail a person wants

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 06:00:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)


def upgrade():
    op.create_table('targets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('url_encrypted', sa.Text(), nullable=False),
    sa.Column('secret_encrypted', sa.String(length=500), nullable=False),
    sa.Column('asks', sa.Enum('on call', 'everything', name='asks', native_enum=False, length=20), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.String(length=200), nullable=False),
    sa.Column('last_taken_at', MOMENT, nullable=True),
    sa.Column('paused_at', MOMENT, nullable=True),
    sa.Column('removed_at', MOMENT, nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_targets_site_id_sites')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_targets_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_targets'))
    )
    op.create_index(op.f('ix_targets_site_id'), 'targets', ['site_id'], unique=False)

    op.create_table('alarms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('sounding', sa.String(length=20), nullable=True),
    sa.Column('since', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarms'))
    )
    op.create_index(op.f('ix_alarms_sounding'), 'alarms', ['sounding'], unique=True)

    for column, table in (('target_id', 'targets'), ('summary_id', 'notifications')):
        _key('notifications', column, table)
        op.create_index(op.f(f'ix_notifications_{column}'), 'notifications', [column], unique=False)
    op.add_column('notifications', sa.Column('gathers', sa.String(length=60), nullable=True))
    op.create_index(op.f('ix_notifications_gathers'), 'notifications', ['gathers'], unique=True)
    op.add_column('users', sa.Column('comment_mail', sa.String(length=20), server_default='digest', nullable=False))


def downgrade():
    op.drop_column('users', 'comment_mail')
    for column in ('gathers', 'summary_id', 'target_id'):
        op.drop_index(op.f(f'ix_notifications_{column}'), 'notifications')
        op.drop_column('notifications', column)
    op.drop_table('alarms')
    op.drop_table('targets')


def _key(table, column, other):
    """In words: SQLite takes a new key with its column alone; a copy of the table would cascade into others."""
    name = op.f(f'fk_{table}_{column}_{other}')
    op.execute(f'ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {other} (id)')
