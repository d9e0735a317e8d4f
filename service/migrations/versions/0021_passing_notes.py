"""Notes for whoever comes next, and who has read them

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-24 14:10:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)


def upgrade():
    op.create_table('passing_notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(length=1000), nullable=False),
    sa.Column('expires_at', MOMENT, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_passing_notes_site_id_sites')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_passing_notes_user_id_users')),
    sa.ForeignKeyConstraint(['to_id'], ['users.id'], name=op.f('fk_passing_notes_to_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passing_notes'))
    )
    for column in ('site_id', 'user_id', 'to_id', 'expires_at'):
        op.create_index(op.f(f'ix_passing_notes_{column}'), 'passing_notes', [column])
    op.create_table('passing_note_reads',
    sa.Column('note_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['note_id'], ['passing_notes.id'], name=op.f('fk_passing_note_reads_note_id_passing_notes'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_passing_note_reads_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('note_id', 'user_id', name=op.f('pk_passing_note_reads'))
    )


def downgrade():
    op.drop_table('passing_note_reads')
    op.drop_table('passing_notes')
