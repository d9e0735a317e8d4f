"""Acts on many comments: the row that groups them, and one for each comment

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-24 14:00:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)
UNDER_WAY = sa.text("state IN ('running', 'undoing')")


def upgrade():
    op.create_table('bulks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('undone_by', sa.Integer(), nullable=True),
    sa.Column('act', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('place', sa.JSON(), nullable=False),
    sa.Column('more', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('lease_token', sa.String(length=64), nullable=True),
    sa.Column('not_before', MOMENT, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_bulks_site_id_sites')),
    sa.ForeignKeyConstraint(['undone_by'], ['users.id'], name=op.f('fk_bulks_undone_by_users')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_bulks_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulks'))
    )
    op.create_index(op.f('ix_bulks_user_id'), 'bulks', ['user_id'], unique=False)
    op.create_index('ix_bulks_under_way', 'bulks', ['site_id', 'state'], unique=False, sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY)
    op.create_table('bulk_items',
    sa.Column('bulk_id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('spared', sa.String(length=20), nullable=True),
    sa.Column('decision_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['bulk_id'], ['bulks.id'], name=op.f('fk_bulk_items_bulk_id_bulks'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_bulk_items_comment_id_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_bulk_items_decision_id_decisions')),
    sa.PrimaryKeyConstraint('bulk_id', 'comment_id', name=op.f('pk_bulk_items'))
    )
    op.create_index(op.f('ix_bulk_items_comment_id'), 'bulk_items', ['comment_id'], unique=False)
    op.create_index(op.f('ix_bulk_items_decision_id'), 'bulk_items', ['decision_id'], unique=False)
    op.create_index('ix_bulk_items_state', 'bulk_items', ['bulk_id', 'state', 'comment_id'], unique=False)
    # In words: SQLite takes a new key with its column alone; a copy of the table would cascade into others.
    name = op.f('fk_decisions_bulk_id_bulks')
    op.execute(f'ALTER TABLE decisions ADD COLUMN bulk_id INTEGER CONSTRAINT {name} REFERENCES bulks (id)')
    op.create_index('ix_decisions_bulk', 'decisions', ['bulk_id', 'act', 'id'], unique=False)


def downgrade():
    op.drop_index('ix_decisions_bulk', 'decisions')
    op.drop_column('decisions', 'bulk_id')
    op.drop_table('bulk_items')
    op.drop_table('bulks')
