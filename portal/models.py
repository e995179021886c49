"""The tables: columns and constraints, no rules. Every time is UTC; every expiry is a column.

An index stands where a query needs one; foreign keys go with their parent's row.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import db

if TYPE_CHECKING:
    from portal.database import Base as Model
else:
    Model = db.Model

ADDRESS = 254  # characters of an e-mail address (RFC 5321, 4.5.3.1.3)


def parent(column: str, *, only: bool = False) -> Mapped[int]:
    """A foreign key whose row goes with its parent's; `only` one for each parent."""
    return mapped_column(ForeignKey(column, ondelete="CASCADE"), index=True, unique=only)


def _partial(name: str, column: str, where: str) -> Index:
    """An index of the few rows that a chore looks for."""
    return Index(name, column, postgresql_where=text(where), sqlite_where=text(where))


class User(Model):
    """A person. `email` is as written, `email_key` as compared."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(ADDRESS))
    email_key: Mapped[str] = mapped_column(String(ADDRESS), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(256))
    primary_method: Mapped[str | None] = mapped_column(String(16))
    mailed_reset_at: Mapped[datetime | None]  # until a sign-in is finished by more than the mailbox
    last_mailed_reset_at: Mapped[datetime | None]  # the same, kept for the operator to see
    methods_reset_at: Mapped[datetime | None]  # by the operator, until a method is set up again
    created_at: Mapped[datetime]


class Registration(Model):
    """Somebody on the way to becoming a user: an address asked about in one browser."""

    __tablename__ = "registrations"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_hash: Mapped[bytes] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(String(ADDRESS))
    email_key: Mapped[str] = mapped_column(String(ADDRESS))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    proved_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ResetLink(Model):
    """A link to choose a password: a new one ("reset"), or the first of a user the operator made ("first").

    Asked for any address, it has a row; only a user's can be used.
    """

    __tablename__ = "reset_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    email_key: Mapped[str] = mapped_column(String(ADDRESS), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SignIn(Model):
    """One browser's way in: made when the password is right, raised when a second factor is.

    `device_hash` is of the mark by which the browser is known again; on a `new_device` the user never finished a
    sign-in before. `wrong_passwords` came before it in a row, `wrong_codes` were typed in it. `told_at` is when the
    owner was told that somebody had the password and no second factor.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        _partial("ix_sign_ins_unfinished", "created_at", "raised_at IS NULL AND told_at IS NULL"),
        _partial("ix_sign_ins_ip", "created_at", "ip <> ''"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = parent("users.id")
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


class Counter(Model):
    """How often something happened within one window of one limit, for one subject (a keyed hash)."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[bytes] = mapped_column(primary_key=True)
    count: Mapped[int]
    allowed: Mapped[int]
    free_at: Mapped[datetime]  # before this moment nothing is allowed
    resets_at: Mapped[datetime] = mapped_column(index=True)


class Message(Model):
    """The outbox: a message to hand over, written in the transaction it tells of. Its body goes when it is done."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_waiting", "done_at", "due_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    template: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(ADDRESS))
    sealed: Mapped[bytes | None]
    code_id: Mapped[int | None] = mapped_column(ForeignKey("codes.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(String(16))
    handed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Event(Model):
    """The security log: what happened to what protects a user, and from where. `access/events.py` names the kinds.

    A wrong password for an address nobody has is a row too, of nobody. `link_hash` is of the token in the notice's
    link.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_of_user", "user_id", "id"),
        _partial("ix_events_ip", "at", "ip <> ''"),
        _partial("ix_events_of_nobody", "at", "user_id IS NULL"),
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


class DemoMail(Model):
    """What the demo inbox shows: every mail as it was sent. Development only."""

    __tablename__ = "demo_mails"
    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(ADDRESS))
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    sent_at: Mapped[datetime]
