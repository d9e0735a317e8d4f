"""Whether its writer wants a comment shown

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-24 09:00:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

WISH = sa.Enum('not asked', 'open', 'show', 'keep', 'waived', name='wish', native_enum=False, length=20)


def upgrade():
    op.add_column('comments', sa.Column('wish', sa.String(length=20), server_default='not asked', nullable=False))
    op.create_table('wishes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('comment_version', sa.Integer(), nullable=False),
    sa.Column('wish', WISH, nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('created_at', service.core.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_wishes_comment_id_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_wishes_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wishes'))
    )
    op.create_index(op.f('ix_wishes_comment_id'), 'wishes', ['comment_id'], unique=False)


def downgrade():
    op.drop_table('wishes')
    op.drop_column('comments', 'wish')
