"""Work on past comments that a change of phrases asks for

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-24 14:31:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)


def upgrade():
    op.create_table('phrase_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('task', sa.Enum('dry run', 'rescan', name='task', native_enum=False, length=20), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'done', 'cancelled', name='runstate', native_enum=False, length=20), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('seen', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('share', sa.Float(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('looked_at', sa.Integer(), nullable=False),
    sa.Column('cursor', sa.Integer(), nullable=True),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('samples', sa.JSON(), nullable=False),
    sa.Column('lease_token', sa.String(length=64), nullable=True),
    sa.Column('not_before', MOMENT, nullable=False),
    sa.Column('saved', sa.Integer(), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_phrase_runs_site_id_sites')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_phrase_runs_user_id_users')),
    sa.ForeignKeyConstraint(['saved'], ['phrase_changes.id'], name=op.f('fk_phrase_runs_saved_phrase_changes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phrase_runs'))
    )
    op.create_index('ix_phrase_runs_waiting', 'phrase_runs', ['not_before'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(op.f('ix_phrase_runs_user_id'), 'phrase_runs', ['user_id'], unique=False)
    op.create_index(op.f('ix_phrase_runs_saved'), 'phrase_runs', ['saved'], unique=False)


def downgrade():
    op.drop_table('phrase_runs')
