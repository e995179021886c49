"""The operator's part: users they make, methods they reset, and the mailbox that must not be both factors."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("last_mailed_reset_at", sa.DateTime(timezone=True)))
    op.add_column("users", sa.Column("methods_reset_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE users SET last_mailed_reset_at = mailed_reset_at")
    with op.batch_alter_table("reset_links") as links:
        links.add_column(sa.Column("purpose", sa.String(length=16), nullable=False, server_default="reset"))
    with op.batch_alter_table("reset_links") as links:
        links.alter_column("purpose", server_default=None)


def downgrade() -> None:
    # A first password's link lives for days: the version before would take it for a reset, so it ends.
    op.execute("DELETE FROM reset_links WHERE purpose = 'first'")
    with op.batch_alter_table("reset_links") as links:
        links.drop_column("purpose")
    with op.batch_alter_table("users") as users:
        users.drop_column("methods_reset_at")
        users.drop_column("last_mailed_reset_at")
