"""Phrases that people change, where phrases were found and how often they were right

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-24 13:58:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)


def upgrade():
    op.create_table('phrase_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('phrase', sa.String(length=12), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_phrase_changes_site_id_sites')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_phrase_changes_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phrase_changes'))
    )
    op.create_index('ix_phrase_changes_newest', 'phrase_changes', ['site_id', 'phrase', 'id'], unique=False)
    op.create_index(op.f('ix_phrase_changes_user_id'), 'phrase_changes', ['user_id'], unique=False)
    op.create_table('phrase_hits',
    sa.Column('scan_id', sa.Integer(), nullable=False),
    sa.Column('phrase', sa.String(length=12), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('written_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['scan_id'], ['scans.id'], name=op.f('fk_phrase_hits_scan_id_scans'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_phrase_hits_comment_id_comments'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('scan_id', 'phrase', name=op.f('pk_phrase_hits'))
    )
    op.create_index('ix_phrase_hits_phrase', 'phrase_hits', ['phrase', 'written_at', 'comment_id'], unique=False)
    op.create_index(op.f('ix_phrase_hits_comment_id'), 'phrase_hits', ['comment_id'], unique=False)
    op.create_table('phrase_tallies',
    sa.Column('phrase', sa.String(length=12), nullable=False),
    sa.Column('found', sa.Integer(), nullable=False),
    sa.Column('right', sa.Integer(), nullable=False),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('counted_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('phrase', name=op.f('pk_phrase_tallies'))
    )


def downgrade():
    op.drop_table('phrase_tallies')
    op.drop_table('phrase_hits')
    op.drop_table('phrase_changes')
