"""Where "Exit this page" leads

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-24 09:30:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('sites', sa.Column('exit_url', sa.String(length=300), server_default='https://www.wikipedia.org/', nullable=False))


def downgrade():
    op.drop_column('sites', 'exit_url')
