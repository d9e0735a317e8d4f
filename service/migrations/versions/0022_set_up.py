"""The mail server that owners type in the browser

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-24 14:20:00.000000

"""
from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('sites', sa.Column('smtp_encrypted', sa.String(length=1500), nullable=True))
    op.add_column('sites', sa.Column('mail_from', sa.String(length=254), server_default='', nullable=False))


def downgrade():
    op.drop_column('sites', 'mail_from')
    op.drop_column('sites', 'smtp_encrypted')
