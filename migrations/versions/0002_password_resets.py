"""Password resets: links by mail, and what a mailed reset leaves behind."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("mailed_reset_at", sa.DateTime(timezone=True)))
    op.create_table(
        "reset_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_reset_links_token_hash")),
    )
    op.create_index(op.f("ix_reset_links_email_key"), "reset_links", ["email_key"])
    op.create_index(op.f("ix_reset_links_expires_at"), "reset_links", ["expires_at"])


def downgrade() -> None:
    op.drop_table("reset_links")
    with op.batch_alter_table("users") as users:
        users.drop_column("mailed_reset_at")
