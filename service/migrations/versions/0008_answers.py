"""Mail to commenters, and who wants to hear of answers

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-24 09:00:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

ONE_RECIPIENT = '(recipient_id IS NULL) != (commenter_id IS NULL)'
KEY = ['site_id', 'cause', 'commenter_id', 'step', 'channel']


def upgrade():
    op.add_column('comments', sa.Column('wants_answers', sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table('notifications') as batch:
        batch.add_column(sa.Column('commenter_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f('fk_notifications_commenter_id_commenters'), 'commenters', ['commenter_id'], ['id'], ondelete='CASCADE'
        )
        batch.alter_column('recipient_id', existing_type=sa.Integer(), nullable=True)
        batch.create_unique_constraint(op.f('uq_notifications_site_id_cause_commenter_id_step_channel'), KEY)
        batch.create_check_constraint(op.f('ck_notifications_one_recipient'), ONE_RECIPIENT)
    op.create_index(op.f('ix_notifications_commenter_id'), 'notifications', ['commenter_id'], unique=False)


def downgrade():
    op.execute('DELETE FROM notifications WHERE commenter_id IS NOT NULL')
    op.drop_index(op.f('ix_notifications_commenter_id'), 'notifications')
    with op.batch_alter_table('notifications') as batch:
        batch.drop_constraint(op.f('ck_notifications_one_recipient'), type_='check')
        batch.drop_constraint(op.f('uq_notifications_site_id_cause_commenter_id_step_channel'), type_='unique')
        batch.alter_column('recipient_id', existing_type=sa.Integer(), nullable=False)
        batch.drop_constraint(op.f('fk_notifications_commenter_id_commenters'), type_='foreignkey')
        batch.drop_column('commenter_id')
    op.drop_column('comments', 'wants_answers')
