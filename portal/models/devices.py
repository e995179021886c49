"""Browsers that are not asked for a code."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Model, parent


class Device(Model):
    """A browser that its user had remembered: after the right password, it is not asked for a code.

    `family_hash` is of the half of its cookie that stays, `token_hash` of the half that is new after each use;
    `before_hash` is of the one before, good for a moment from `rotated_at`. `ip` and `agent` are those of the last use.
    """

    __tablename__ = "devices"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = parent("users.id")
    family_hash: Mapped[bytes] = mapped_column(unique=True)
    token_hash: Mapped[bytes]
    before_hash: Mapped[bytes | None]
    name: Mapped[str] = mapped_column(String(60))  # its owner's; empty until they give one
    ip: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(256))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    rotated_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
