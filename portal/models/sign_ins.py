"""A browser's way in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Model, partial


class SignIn(Model):
    """One browser's way in: made when the password is right, raised when a second factor is.

    `device_hash` is of the mark by which the browser is known again; on a `new_device` the user never finished a
    sign-in before. `wrong_passwords` came before it in a row, `wrong_codes` were typed in it. `told_at` is when the
    owner was told that somebody had the password and no second factor.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        Index("ix_sign_ins_of_user", "user_id", "created_at", "id"),
        partial("ix_sign_ins_unfinished", "created_at", "raised_at IS NULL AND told_at IS NULL"),
        partial("ix_sign_ins_ip", "created_at", "ip <> ''"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    idle_ends_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    address_proved_at: Mapped[datetime | None]
    raised_at: Mapped[datetime | None]
    raised_by: Mapped[str | None] = mapped_column(String(16))
    second_factor_at: Mapped[datetime | None]  # last proved, here or for a confirmation
    confirmed_for: Mapped[str | None] = mapped_column(String(64))  # the one action the password was typed for
    confirmed_at: Mapped[datetime | None]
    next_path: Mapped[str | None] = mapped_column(String(512))
    ip: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(256))
    device_hash: Mapped[bytes | None]
    new_device: Mapped[bool] = mapped_column(default=True)
    wrong_passwords: Mapped[int] = mapped_column(default=0)
    wrong_codes: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None] = mapped_column(String(32))
