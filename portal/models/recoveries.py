"""Coming back after losing every second factor."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Model, parent, partial

OPEN = "cancelled_at IS NULL AND done_at IS NULL"


class Recovery(Model):
    """One case of somebody who has lost everything but password and mailbox: a user has one open at most.

    `kind` says who opened it. `link_hash` is of the mailed link that begins the wait, at `confirmed_at`; from `due_at`
    to `lapses_at` the case can be used, which is `done_at`. `notice_at` is when the owner is told of it next. Support's
    cases are begun by people, until `link_ends_at`: nobody was given their link.
    """

    __tablename__ = "recoveries"
    __table_args__ = (
        Index("ux_recoveries_open", "user_id", unique=True, postgresql_where=text(OPEN), sqlite_where=text(OPEN)),
        partial("ix_recoveries_notice", "notice_at", "notice_at IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = parent("users.id")
    kind: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime]
    link_hash: Mapped[bytes] = mapped_column(unique=True)
    link_ends_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    lapses_at: Mapped[datetime | None]
    notice_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_because: Mapped[str | None] = mapped_column(String(16))
    done_at: Mapped[datetime | None]
