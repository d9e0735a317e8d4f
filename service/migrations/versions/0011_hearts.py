"""Hearts

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-24 09:20:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('hearts',
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('commenter_id', sa.Integer(), nullable=False),
    sa.Column('created_at', service.core.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_hearts_comment_id_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['commenter_id'], ['commenters.id'], name=op.f('fk_hearts_commenter_id_commenters'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('comment_id', 'commenter_id', name=op.f('pk_hearts'))
    )
    op.create_index(op.f('ix_hearts_commenter_id'), 'hearts', ['commenter_id'], unique=False)


def downgrade():
    op.drop_table('hearts')
