"""The security log, and what a sign-in must know of its browser to tell the owner of a new one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNFINISHED, WITH_IP = "raised_at IS NULL AND told_at IS NULL", "ip <> ''"


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=256), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary()),
        sa.Column("link_used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_events_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_events_link_hash")),
    )
    op.create_index("ix_events_of_user", "events", ["user_id", "id"])
    op.create_index(op.f("ix_events_at"), "events", ["at"])
    _partial("ix_events_ip", "events", "at", WITH_IP)
    _partial("ix_events_of_nobody", "events", "at", "user_id IS NULL")
    op.add_column("sign_ins", sa.Column("device_hash", sa.LargeBinary()))
    op.add_column("sign_ins", sa.Column("told_at", sa.DateTime(timezone=True)))
    # The defaults serve the rows there are; without them, SQLite would have to copy the table.
    op.add_column("sign_ins", sa.Column("new_device", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("sign_ins", sa.Column("wrong_passwords", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sign_ins", sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default="0"))
    # Whoever is in the middle of signing in now isn't told of it ten minutes later.
    op.execute("UPDATE sign_ins SET told_at = created_at WHERE raised_at IS NULL")
    _partial("ix_sign_ins_unfinished", "sign_ins", "created_at", UNFINISHED)
    _partial("ix_sign_ins_ip", "sign_ins", "created_at", WITH_IP)


def downgrade() -> None:
    op.drop_index("ix_sign_ins_ip", "sign_ins")
    op.drop_index("ix_sign_ins_unfinished", "sign_ins")
    for column in ("wrong_codes", "wrong_passwords", "new_device", "told_at", "device_hash"):
        op.drop_column("sign_ins", column)
    op.drop_table("events")


def _partial(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], postgresql_where=sa.text(where), sqlite_where=sa.text(where))
