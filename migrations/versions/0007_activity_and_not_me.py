"""What the owner reads of the security log, and the link in a notice that says "This wasn't me"."""

import secrets

import sqlalchemy as sa
from alembic import op
from argon2 import PasswordHasher

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removed_factors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_removed_factors_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removed_factors")),
    )
    op.create_index(op.f("ix_removed_factors_user_id"), "removed_factors", ["user_id"])
    op.create_index(op.f("ix_removed_factors_removed_at"), "removed_factors", ["removed_at"])
    op.add_column("users", sa.Column("password_shut_at", sa.DateTime(timezone=True)))
    op.add_column("events", sa.Column("not_me_hash", sa.LargeBinary()))
    op.add_column("events", sa.Column("not_me_used_at", sa.DateTime(timezone=True)))
    op.create_index(op.f("ix_events_not_me_hash"), "events", ["not_me_hash"], unique=True)
    # Read in the order in which it is shown.
    op.drop_index("ix_events_of_user", "events")
    op.create_index("ix_events_of_user", "events", ["user_id", "at", "id"])
    op.create_index("ix_sign_ins_of_user", "sign_ins", ["user_id", "created_at", "id"])
    op.drop_index(op.f("ix_sign_ins_user_id"), "sign_ins")


def downgrade() -> None:
    op.create_index(op.f("ix_sign_ins_user_id"), "sign_ins", ["user_id"])
    op.drop_index("ix_sign_ins_of_user", "sign_ins")
    op.drop_index("ix_events_of_user", "events")
    op.create_index("ix_events_of_user", "events", ["user_id", "id"])
    op.drop_index(op.f("ix_events_not_me_hash"), "events")
    op.drop_column("events", "not_me_used_at")
    op.drop_column("events", "not_me_hash")
    # The version before knows of no shut password: one that nobody knows takes its place.
    nobodys = PasswordHasher().hash(secrets.token_urlsafe(32))
    shut = sa.text("UPDATE users SET password_hash = :nobodys WHERE password_shut_at IS NOT NULL")
    op.execute(shut.bindparams(nobodys=nobodys))
    op.drop_column("users", "password_shut_at")
    op.drop_table("removed_factors")
