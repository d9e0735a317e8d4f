"""The veil over words, and who has looked at what

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-24 10:00:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)


def upgrade():
    op.add_column('users', sa.Column('veil', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table('audit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.Enum('looked at', 'invited', 'sent a link to', 'changed the role of', 'let go', 'had back', 'took back invitation', name='deed', native_enum=False, length=20), nullable=False),
    sa.Column('subject', sa.String(length=20), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_audit_site_id_sites')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_audit_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_index('ix_audit_site', 'audit', ['site_id', 'id'], unique=False)
    op.create_index(op.f('ix_audit_user_id'), 'audit', ['user_id'], unique=False)
    op.create_index(op.f('ix_audit_created_at'), 'audit', ['created_at'], unique=False)


def downgrade():
    op.drop_table('audit')
    op.drop_column('users', 'veil')
