"""What was counted, and what happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Model, partial


class Counter(Model):
    """How often something happened within one window of one limit, for one subject (a keyed hash)."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[bytes] = mapped_column(primary_key=True)
    count: Mapped[int]
    allowed: Mapped[int]
    free_at: Mapped[datetime]  # before this moment nothing is allowed
    resets_at: Mapped[datetime] = mapped_column(index=True)


class Event(Model):
    """The security log: what happened to what protects a user, and from where. `access/events.py` names the kinds.

    A wrong password for an address nobody has is a row too, of nobody. `link_hash` is of the token in the notice's
    link that opens a closed method, `not_me_hash` of the one that says "This wasn't me".
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_of_user", "user_id", "at", "id"),
        partial("ix_events_ip", "at", "ip <> ''"),
        partial("ix_events_of_nobody", "at", "user_id IS NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(index=True)
    ip: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(256))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    link_hash: Mapped[bytes | None] = mapped_column(unique=True)
    link_used_at: Mapped[datetime | None]
    not_me_hash: Mapped[bytes | None] = mapped_column(unique=True, index=True)
    not_me_used_at: Mapped[datetime | None]
