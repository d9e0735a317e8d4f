"""The secret that a target had before

Revision ID: 0029
Revises: 0028
Create Date: 2026-11-24 20:25:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('targets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('former_secret_encrypted', sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column('former_until', service.core.db.UtcDateTime(timezone=True), nullable=True))


def downgrade():
    with op.batch_alter_table('targets', schema=None) as batch_op:
        batch_op.drop_column('former_until')
        batch_op.drop_column('former_secret_encrypted')
