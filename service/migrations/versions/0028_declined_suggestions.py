"""Suggestions that people did not want

Revision ID: 0028
Revises: 0027
Create Date: 2026-11-24 15:28:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('declined_suggestions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('wrong', 'missed', name='kind', native_enum=False, length=20), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('created_at', service.core.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_declined_suggestions_site_id_sites')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_declined_suggestions_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_declined_suggestions')),
    sa.UniqueConstraint('site_id', 'kind', 'subject', name=op.f('uq_declined_suggestions_site_id_kind_subject'))
    )
    op.create_index(op.f('ix_declined_suggestions_user_id'), 'declined_suggestions', ['user_id'], unique=False)


def downgrade():
    op.drop_table('declined_suggestions')
