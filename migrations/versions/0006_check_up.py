"""When a customer is next asked "Could you still get in?"."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("check_up_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("users", "check_up_at")
