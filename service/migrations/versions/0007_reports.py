"""Reports, standings with their history, and the keys of the days

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-24 08:50:00.000000

"""
from alembic import op
import sqlalchemy as sa

import service.core.db


# revision identifiers, used by Alembic.
revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

MOMENT = service.core.db.UtcDateTime(timezone=True)
REASON = sa.Enum('worried', 'hurtful', 'private', 'unsafe', 'spam', 'other', name='reason', native_enum=False, length=20)
STANDING = sa.Enum('new', 'trusted', 'watched', 'paused', name='standing', native_enum=False, length=20)


def upgrade():
    op.create_table('day_keys',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_day_keys'))
    )
    op.create_table('reports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('reason', REASON, nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('reporter_key', sa.String(length=64), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('decision_id', sa.Integer(), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_reports_site_id_sites')),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_reports_comment_id_comments'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_reports_case_id_cases')),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_reports_decision_id_decisions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reports')),
    sa.UniqueConstraint('comment_id', 'reporter_key', name=op.f('uq_reports_comment_id_reporter_key'))
    )
    op.create_index(op.f('ix_reports_case_id'), 'reports', ['case_id'], unique=False)
    op.create_index(op.f('ix_reports_decision_id'), 'reports', ['decision_id'], unique=False)
    waiting = sa.text('decision_id IS NULL AND case_id IS NULL')
    op.create_index('ix_reports_open', 'reports', ['site_id', 'created_at', 'id'], unique=False, sqlite_where=waiting, postgresql_where=waiting)

    op.create_table('standing_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('commenter_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('before', STANDING, nullable=False),
    sa.Column('after', STANDING, nullable=False),
    sa.Column('until_before', MOMENT, nullable=True),
    sa.Column('until_after', MOMENT, nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('undoes_id', sa.Integer(), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_standing_changes_site_id_sites')),
    sa.ForeignKeyConstraint(['commenter_id'], ['commenters.id'], name=op.f('fk_standing_changes_commenter_id_commenters'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_standing_changes_user_id_users')),
    sa.ForeignKeyConstraint(['undoes_id'], ['standing_changes.id'], name=op.f('fk_standing_changes_undoes_id_standing_changes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standing_changes')),
    sa.UniqueConstraint('undoes_id', name=op.f('uq_standing_changes_undoes_id'))
    )
    op.create_index(op.f('ix_standing_changes_commenter_id'), 'standing_changes', ['commenter_id'], unique=False)
    op.create_index(op.f('ix_standing_changes_user_id'), 'standing_changes', ['user_id'], unique=False)
    op.add_column('commenters', sa.Column('after_pause', STANDING, server_default='new', nullable=False))
    op.add_column('sites', sa.Column('worry_wakes', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    op.drop_column('sites', 'worry_wakes')
    op.drop_column('commenters', 'after_pause')
    op.drop_table('standing_changes')
    op.drop_table('reports')
    op.drop_table('day_keys')
