"""Rules, what they found, who changed them, how comments arrived, and limits as owners set them

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-24 09:10:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)
KIND = sa.Enum('trap', 'quick', 'repeats', 'links', 'words', 'domain', 'allowed domain', name='kind', native_enum=False, length=20)
EFFECT = sa.Enum('hold', 'spam', name='effect', native_enum=False, length=20)


def upgrade():
    op.create_table('limits',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_limits'))
    )
    op.create_table('rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('kind', KIND, nullable=False),
    sa.Column('text', sa.String(length=300), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('effect', EFFECT, nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_rules_site_id_sites')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rules')),
    sa.UniqueConstraint('site_id', 'kind', 'text', name=op.f('uq_rules_site_id_kind_text'))
    )
    op.create_table('rule_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.Enum('rule', 'limit', 'worry', name='subject', native_enum=False, length=20), nullable=False),
    sa.Column('rule_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('after', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('undoes_id', sa.Integer(), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_rule_changes_site_id_sites')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_rule_changes_user_id_users')),
    sa.ForeignKeyConstraint(['rule_id'], ['rules.id'], name=op.f('fk_rule_changes_rule_id_rules')),
    sa.ForeignKeyConstraint(['undoes_id'], ['rule_changes.id'], name=op.f('fk_rule_changes_undoes_id_rule_changes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_changes')),
    sa.UniqueConstraint('undoes_id', name=op.f('uq_rule_changes_undoes_id'))
    )
    op.create_index('ix_rule_changes_log', 'rule_changes', ['site_id', 'id'], unique=False)
    op.create_index(op.f('ix_rule_changes_user_id'), 'rule_changes', ['user_id'], unique=False)
    op.create_index(op.f('ix_rule_changes_rule_id'), 'rule_changes', ['rule_id'], unique=False)
    op.create_table('rule_hits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('rule_id', sa.Integer(), nullable=True),
    sa.Column('kind', KIND, nullable=False),
    sa.Column('found', sa.String(length=300), nullable=False),
    sa.Column('effect', EFFECT, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_rule_hits_site_id_sites')),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_rule_hits_comment_id_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['revision_id'], ['revisions.id'], name=op.f('fk_rule_hits_revision_id_revisions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['rule_id'], ['rules.id'], name=op.f('fk_rule_hits_rule_id_rules')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_hits'))
    )
    op.create_index('ix_rule_hits_count', 'rule_hits', ['site_id', 'created_at'], unique=False)
    for column in ('comment_id', 'revision_id', 'rule_id'):
        op.create_index(op.f(f'ix_rule_hits_{column}'), 'rule_hits', [column], unique=False)
    op.create_table('arrivals',
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('trap', sa.Boolean(), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=True),
    sa.Column('fingerprint', sa.String(length=32), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_arrivals_comment_id_comments'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('comment_id', name=op.f('pk_arrivals'))
    )
    op.create_index(op.f('ix_arrivals_fingerprint'), 'arrivals', ['fingerprint'], unique=False)
    op.create_index(op.f('ix_arrivals_created_at'), 'arrivals', ['created_at'], unique=False)


def downgrade():
    for table in ('arrivals', 'rule_hits', 'rule_changes', 'rules', 'limits'):
        op.drop_table(table)
