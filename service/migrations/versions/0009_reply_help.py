"""Wordings of reply templates, and what somebody has begun to write

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-24 09:00:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)
SITUATIONS = ('carer', 'hopeless', 'suicide', 'plan', 'self-harm', 'abuse', 'child', 'young', 'grief', 'angry', 'worried', 'personal', 'other')


def upgrade():
    op.create_table('template_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('situation', sa.Enum(*SITUATIONS, name='situation', native_enum=False, length=20), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_template_versions_site_id_sites')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_template_versions_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_template_versions')),
    sa.UniqueConstraint('site_id', 'situation', 'language', 'number', name=op.f('uq_template_versions_site_id_situation_language_number'))
    )
    op.create_table('reply_drafts',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('audience', sa.String(length=20), nullable=False),
    sa.Column('updated_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_reply_drafts_comment_id_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_reply_drafts_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'comment_id', name=op.f('pk_reply_drafts'))
    )
    op.create_index(op.f('ix_reply_drafts_comment_id'), 'reply_drafts', ['comment_id'], unique=False)
    op.create_index(op.f('ix_reply_drafts_updated_at'), 'reply_drafts', ['updated_at'], unique=False)


def downgrade():
    op.drop_table('reply_drafts')
    op.drop_table('template_versions')
