"""For how long things are kept, what is gone for ever, and links that are good once

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-24 14:00:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)
PERIODS = {'keep_removed_days': 30, 'keep_cases_days': 90, 'keep_deliveries_days': 30, 'keep_audit_days': 365}


def upgrade():
    for name, days in PERIODS.items():
        op.add_column('sites', sa.Column(name, sa.Integer(), server_default=str(days), nullable=False))
    op.add_column('comments', sa.Column('purged_at', MOMENT, nullable=True))
    op.add_column('commenters', sa.Column('erased_at', MOMENT, nullable=True))
    with op.batch_alter_table('audit') as audit:
        audit.alter_column('user_id', existing_type=sa.Integer(), nullable=True)
    op.create_table('retention_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('began_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_retention_runs_site_id_sites')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_runs')),
    sa.UniqueConstraint('site_id', 'day', name=op.f('uq_retention_runs_site_id_day'))
    )
    op.create_table('spent_links',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('expires_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_spent_links'))
    )
    op.create_index(op.f('ix_spent_links_expires_at'), 'spent_links', ['expires_at'], unique=False)


def downgrade():
    op.drop_table('spent_links')
    op.drop_table('retention_runs')
    op.execute('DELETE FROM audit WHERE user_id IS NULL')
    with op.batch_alter_table('audit') as audit:
        audit.alter_column('user_id', existing_type=sa.Integer(), nullable=False)
    op.drop_column('commenters', 'erased_at')
    op.drop_column('comments', 'purged_at')
    for name in PERIODS:
        op.drop_column('sites', name)
