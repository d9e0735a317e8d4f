"""The sites on whose pages comments may stand

Revision ID: 0030
Revises: 0029
Create Date: 2026-11-24 21:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('sites') as batch_op:
        batch_op.add_column(sa.Column('embed_origins', sa.String(length=2000), server_default='', nullable=False))


def downgrade():
    with op.batch_alter_table('sites') as batch_op:
        batch_op.drop_column('embed_origins')
