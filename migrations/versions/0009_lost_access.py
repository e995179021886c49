"""Cases of those who have lost everything but password and mailbox."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN, TO_TELL = "cancelled_at IS NULL AND done_at IS NULL", "notice_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "recoveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        sa.Column("link_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("lapses_at", sa.DateTime(timezone=True)),
        sa.Column("notice_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled_because", sa.String(length=16)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recoveries_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoveries")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_recoveries_link_hash")),
    )
    op.create_index(op.f("ix_recoveries_user_id"), "recoveries", ["user_id"])
    _partial("ux_recoveries_open", "user_id", OPEN, unique=True)
    _partial("ix_recoveries_notice", "notice_at", TO_TELL)


def downgrade() -> None:
    op.drop_table("recoveries")


def _partial(name: str, column: str, where: str, *, unique: bool = False) -> None:
    op.create_index(
        name, "recoveries", [column], unique=unique, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
    )
