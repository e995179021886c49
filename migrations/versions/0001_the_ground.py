"""The ground: people and their ways in, codes, limits, the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    users()
    registrations()
    sign_ins()
    factors()
    codes()
    recovery_sets()
    recovery_codes()
    counters()
    messages()
    demo_mails()


def downgrade() -> None:
    tables = (
        "users",
        "registrations",
        "sign_ins",
        "factors",
        "codes",
        "recovery_sets",
        "recovery_codes",
        "counters",
        "messages",
        "demo_mails",
    )
    for table in reversed(tables):
        op.drop_table(table)


def users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=False),
        sa.Column("primary_method", sa.String(length=16)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
    )


def registrations() -> None:
    op.create_table(
        "registrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_hash", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.UniqueConstraint("visit_hash", name=op.f("uq_registrations_visit_hash")),
    )
    op.create_index(op.f("ix_registrations_expires_at"), "registrations", ["expires_at"])


def sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address_proved_at", sa.DateTime(timezone=True)),
        sa.Column("raised_at", sa.DateTime(timezone=True)),
        sa.Column("raised_by", sa.String(length=16)),
        sa.Column("second_factor_at", sa.DateTime(timezone=True)),
        sa.Column("confirmed_for", sa.String(length=64)),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("next_path", sa.String(length=512)),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=256), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_because", sa.String(length=32)),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    op.create_index(op.f("ix_sign_ins_ends_at"), "sign_ins", ["ends_at"])
    op.create_index(op.f("ix_sign_ins_user_id"), "sign_ins", ["user_id"])


def factors() -> None:
    op.create_table(
        "factors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("sign_in_id", sa.Integer()),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(confirmed_at IS NULL) = (slot IS NULL)", name=op.f("ck_factors_slot_when_confirmed")),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_ins.id"], name=op.f("fk_factors_sign_in_id_sign_ins"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_factors_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factors")),
        sa.UniqueConstraint("user_id", "kind", "sign_in_id", name=op.f("uq_factors_user_id_kind_sign_in_id")),
        sa.UniqueConstraint("user_id", "kind", "slot", name=op.f("uq_factors_user_id_kind_slot")),
    )
    op.create_index(op.f("ix_factors_user_id"), "factors", ["user_id"])


def codes() -> None:
    op.create_table(
        "codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("sign_in_id", sa.Integer()),
        sa.Column("registration_id", sa.Integer()),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(sign_in_id IS NULL) <> (registration_id IS NULL)", name=op.f("ck_codes_one_asker")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_codes_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_ins.id"], name=op.f("fk_codes_sign_in_id_sign_ins"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
    )
    op.create_index(op.f("ix_codes_expires_at"), "codes", ["expires_at"])
    op.create_index(op.f("ix_codes_registration_id"), "codes", ["registration_id"])
    op.create_index(op.f("ix_codes_sign_in_id"), "codes", ["sign_in_id"])


def recovery_sets() -> None:
    op.create_table(
        "recovery_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True)),
        sa.Column("sign_in_id", sa.Integer()),
        sa.Column("sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_ins.id"], name=op.f("fk_recovery_sets_sign_in_id_sign_ins"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recovery_sets_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_sets")),
    )
    op.create_index(op.f("ix_recovery_sets_user_id"), "recovery_sets", ["user_id"], unique=True)


def recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["set_id"], ["recovery_sets.id"], name=op.f("fk_recovery_codes_set_id_recovery_sets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("set_id", "digest", name=op.f("uq_recovery_codes_set_id_digest")),
    )
    op.create_index(op.f("ix_recovery_codes_set_id"), "recovery_codes", ["set_id"])


def counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resets_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "subject", name=op.f("pk_counters")),
    )
    op.create_index(op.f("ix_counters_resets_at"), "counters", ["resets_at"])


def messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("code_id", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=16)),
        sa.Column("handed_at", sa.DateTime(timezone=True)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_messages_code_id_codes"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_code_id"), "messages", ["code_id"])
    op.create_index("ix_messages_waiting", "messages", ["done_at", "due_at"])


def demo_mails() -> None:
    op.create_table(
        "demo_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_mails")),
    )
