"""In which language the page was on which somebody wrote

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-24 14:10:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('comments', sa.Column('language', sa.String(length=12), server_default='', nullable=False))


def downgrade():
    op.drop_column('comments', 'language')
