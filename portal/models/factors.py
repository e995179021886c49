"""Second factors, the codes that are sent for them, and recovery codes."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Model, parent


class Factor(Model):
    """An enrolled method, or one being set up: until `confirmed_at` it belongs to one sign-in and expires.

    `slot` numbers a user's confirmed factors of one kind, so that the database itself allows no second e-mail
    method and no sixth app.
    """

    __tablename__ = "factors"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "slot"),
        UniqueConstraint("user_id", "kind", "sign_in_id"),
        CheckConstraint("(confirmed_at IS NULL) = (slot IS NULL)", name="slot_when_confirmed"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = parent("users.id")
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(60))
    secret: Mapped[bytes | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    wrong_codes: Mapped[int] = mapped_column(default=0)  # in a row, until a right one
    slot: Mapped[int | None]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    sign_in_id: Mapped[int | None] = mapped_column(ForeignKey("sign_ins.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime | None]


class RemovedFactor(Model):
    """A method that was switched off, for as long as its owner may bring it back. It proves nothing: whatever asks for
    a factor looks in another table."""

    __tablename__ = "removed_factors"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = parent("users.id")
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(60))
    secret: Mapped[bytes | None]
    last_step: Mapped[int] = mapped_column(BigInteger)
    wrong_codes: Mapped[int]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    removed_at: Mapped[datetime] = mapped_column(index=True)


class Code(Model):
    """A code that was sent, or is about to be. It works only where it was asked for, for one purpose, once."""

    __tablename__ = "codes"
    __table_args__ = (CheckConstraint("(sign_in_id IS NULL) <> (registration_id IS NULL)", name="one_asker"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(24))
    sign_in_id: Mapped[int | None] = mapped_column(ForeignKey("sign_ins.id", ondelete="CASCADE"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    mac: Mapped[bytes]
    number: Mapped[int]  # the first, second, … of its asker and purpose
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class RecoverySet(Model):
    """A user's recovery codes. Until "Finish" an encrypted copy can be shown again by the sign-in that made them."""

    __tablename__ = "recovery_sets"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = parent("users.id", only=True)
    number: Mapped[int]  # of the user's sets, so that an old print-out is told from the new
    salt: Mapped[bytes]
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    sign_in_id: Mapped[int | None] = mapped_column(ForeignKey("sign_ins.id", ondelete="SET NULL"))
    sealed: Mapped[bytes | None]


class RecoveryCode(Model):
    """One recovery code; its row stays after use, so that "already used" is told from "wrong"."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("set_id", "digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = parent("recovery_sets.id")
    digest: Mapped[bytes]
    used_at: Mapped[datetime | None]
