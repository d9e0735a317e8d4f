"""The monthly check of comments in which nothing was found

Revision ID: 0026
Revises: 0025
Create Date: 2026-11-24 15:10:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('monthly_draws',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('population', sa.Integer(), nullable=False),
    sa.Column('drawn', sa.Integer(), nullable=False),
    sa.Column('created_at', service.core.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_monthly_draws_site_id_sites')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_monthly_draws')),
    sa.UniqueConstraint('site_id', 'month', name=op.f('uq_monthly_draws_site_id_month'))
    )
    op.create_table('monthly_picks',
    sa.Column('draw_id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=True),
    sa.Column('needed', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['draw_id'], ['monthly_draws.id'], name=op.f('fk_monthly_picks_draw_id_monthly_draws')),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_monthly_picks_comment_id_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_monthly_picks_decision_id_decisions')),
    sa.PrimaryKeyConstraint('draw_id', 'comment_id', name=op.f('pk_monthly_picks'))
    )
    op.create_index(op.f('ix_monthly_picks_comment_id'), 'monthly_picks', ['comment_id'], unique=False)
    op.create_index(op.f('ix_monthly_picks_decision_id'), 'monthly_picks', ['decision_id'], unique=False)


def downgrade():
    op.drop_table('monthly_picks')
    op.drop_table('monthly_draws')
