"""Whose mail others may read, kept apart from the words that say so

Revision ID: 0025
Revises: 0024
Create Date: 2026-11-24 15:00:00.000000

"""
from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('commenters', sa.Column('mailbox_unsafe', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("""
        UPDATE commenters SET mailbox_unsafe = true WHERE id IN (
            SELECT comments.commenter_id FROM scans JOIN comments ON comments.id = scans.comment_id
            WHERE CAST(scans.matches AS TEXT) LIKE '%"abuse"%' OR CAST(scans.matches AS TEXT) LIKE '%"child_risk"%')
    """)


def downgrade():
    op.drop_column('commenters', 'mailbox_unsafe')
