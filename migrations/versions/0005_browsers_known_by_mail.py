"""A browser in which a password was chosen by a mailed link is known with its address."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reset_links", sa.Column("device_hash", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("reset_links", "device_hash")
