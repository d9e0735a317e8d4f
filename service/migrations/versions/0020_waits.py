"""Each event of a case says since when somebody waits and until when

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-24 13:40:00.000000

What has happened before in an opening that is over by now does not say it: that is known of the last opening alone.
"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)


def upgrade():
    for name in ('waiting_since', 'due_at'):
        op.add_column('case_events', sa.Column(name, MOMENT, nullable=True))
    op.execute("""
        UPDATE case_events SET
          waiting_since = (SELECT cases.waiting_since FROM cases WHERE cases.id = case_events.case_id),
          due_at = (SELECT cases.due_at FROM cases WHERE cases.id = case_events.case_id)
        WHERE opening = (SELECT cases.opening FROM cases WHERE cases.id = case_events.case_id)
          AND (SELECT comments.import_key FROM cases JOIN comments ON comments.id = cases.comment_id
               WHERE cases.id = case_events.case_id) IS NULL
    """)


def downgrade():
    for name in ('due_at', 'waiting_since'):
        op.drop_column('case_events', name)
