"""What the queue reads by: the first who waits, what was not read, what came in since; and whose keys are off

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-24 09:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

FAILED = sa.text("screening = 'failed'")
SNOOZED = sa.text("snoozed_until IS NOT NULL")
DEAD = sa.text("state = 'dead'")
DISTRESS = sa.text("level != 'none'")


def upgrade():
    op.create_index('ix_cases_waiting', 'cases', ['site_id', 'state', 'waiting_since'])
    op.create_index(op.f('ix_cases_comment_id'), 'cases', ['comment_id'])
    op.create_index(op.f('ix_case_events_created_at'), 'case_events', ['created_at'])
    failed = ['screening', 'created_at', 'comment_id']
    op.create_index('ix_revisions_failed', 'revisions', failed, sqlite_where=FAILED, postgresql_where=FAILED)
    op.create_index('ix_comments_snoozed', 'comments', ['snoozed_until'], sqlite_where=SNOOZED, postgresql_where=SNOOZED)
    op.create_index('ix_scans_distress', 'scans', ['level', 'comment_id'], sqlite_where=DISTRESS, postgresql_where=DISTRESS)
    op.create_index('ix_notifications_dead', 'notifications', ['site_id'], sqlite_where=DEAD, postgresql_where=DEAD)
    op.add_column('users', sa.Column('shortcuts', sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade():
    op.drop_column('users', 'shortcuts')
    op.drop_index('ix_notifications_dead', 'notifications')
    op.drop_index('ix_scans_distress', 'scans')
    op.drop_index('ix_comments_snoozed', 'comments')
    op.drop_index('ix_revisions_failed', 'revisions')
    op.drop_index(op.f('ix_case_events_created_at'), 'case_events')
    op.drop_index(op.f('ix_cases_comment_id'), 'cases')
    op.drop_index('ix_cases_waiting', 'cases')
