"""Undoing decisions; masks, requests to edit, snoozing; notes

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-24 09:00:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)


def upgrade():
    op.create_table('notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=True),
    sa.Column('commenter_id', sa.Integer(), nullable=True),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=1000), nullable=False),
    sa.Column('expires_at', MOMENT, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_notes_comment_id_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['commenter_id'], ['commenters.id'], name=op.f('fk_notes_commenter_id_commenters'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_notes_site_id_sites')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notes_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notes'))
    )
    for column in ('comment_id', 'commenter_id', 'user_id', 'expires_at'):
        op.create_index(op.f(f'ix_notes_{column}'), 'notes', [column], unique=False)

    _key('decisions', 'answer_id', 'comments')
    _key('decisions', 'undoes_id', 'decisions')
    op.create_index(op.f('ix_decisions_undoes_id'), 'decisions', ['undoes_id'], unique=True)
    for column in ('changes', 'details'):
        op.add_column('decisions', sa.Column(column, sa.JSON(), server_default='{}', nullable=False))

    op.add_column('comments', sa.Column('snoozed_until', MOMENT, nullable=True))
    op.add_column('comments', sa.Column('change_asked', sa.String(length=500), server_default='', nullable=False))
    op.add_column('comments', sa.Column('change_asked_at', MOMENT, nullable=True))

    _key('revisions', 'masks_id', 'revisions')
    op.create_index(op.f('ix_revisions_masks_id'), 'revisions', ['masks_id'], unique=False)


def downgrade():
    op.drop_index(op.f('ix_revisions_masks_id'), 'revisions')
    op.drop_column('revisions', 'masks_id')
    for column in ('change_asked_at', 'change_asked', 'snoozed_until'):
        op.drop_column('comments', column)
    for column in ('details', 'changes'):
        op.drop_column('decisions', column)
    op.drop_index(op.f('ix_decisions_undoes_id'), 'decisions')
    op.drop_column('decisions', 'undoes_id')
    op.drop_column('decisions', 'answer_id')
    op.drop_table('notes')


def _key(table, column, other):
    """In words: SQLite takes a new key with its column alone; a copy of the table would cascade into others."""
    name = op.f(f'fk_{table}_{column}_{other}')
    op.execute(f'ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {other} (id)')
