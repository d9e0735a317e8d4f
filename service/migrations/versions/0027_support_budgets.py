"""The budget for comments that sound very low

Revision ID: 0027
Revises: 0026
Create Date: 2026-11-24 15:20:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)


def upgrade():
    op.create_table('support_budgets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('bar', sa.Float(), nullable=True),
    sa.Column('barred_at', MOMENT, nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_support_budgets_site_id_sites')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_support_budgets_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_support_budgets'))
    )
    op.create_index(op.f('ix_support_budgets_site_id'), 'support_budgets', ['site_id'], unique=False)
    op.create_index(op.f('ix_support_budgets_user_id'), 'support_budgets', ['user_id'], unique=False)


def downgrade():
    op.drop_table('support_budgets')
