"""Staff, whom they looked up, and the cases they opened."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("role", sa.String(length=16)))
    op.create_table(
        "look_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sign_in_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _child_of("look_ups", "sign_in_id", "sign_ins"),
        _child_of("look_ups", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_ups")),
    )
    op.create_index(op.f("ix_look_ups_sign_in_id"), "look_ups", ["sign_in_id"])
    op.create_index(op.f("ix_look_ups_user_id"), "look_ups", ["user_id"])
    op.create_table(
        "support_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recovery_id", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Integer()),
        sa.Column("reason", sa.String(length=200), nullable=False),
        _child_of("support_cases", "recovery_id", "recoveries"),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name=op.f("fk_support_cases_opened_by_users")),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_support_cases_approved_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_cases")),
    )
    op.create_index(op.f("ix_support_cases_recovery_id"), "support_cases", ["recovery_id"], unique=True)
    op.create_index(op.f("ix_support_cases_opened_by"), "support_cases", ["opened_by"])


def downgrade() -> None:
    op.drop_table("support_cases")
    op.drop_table("look_ups")
    # The version before would take them for customers. Foreign keys are off on SQLite, so their rows go one by one.
    for table in ("removed_factors", "factors", "events", "sign_ins"):
        op.execute(f"DELETE FROM {table} WHERE user_id IN (SELECT id FROM users WHERE role IS NOT NULL)")  # noqa: S608
    op.execute("DELETE FROM reset_links WHERE purpose = 'staff'")
    op.execute("DELETE FROM users WHERE role IS NOT NULL")
    with op.batch_alter_table("users") as users:
        users.drop_column("role")


def _child_of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")
