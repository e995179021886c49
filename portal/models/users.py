"""People, and those on the way to becoming one."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import ADDRESS, Model


class User(Model):
    """A person. `email` is as written, `email_key` as compared.

    With a `role` it is somebody of the support desk, whose key begins with a word and a blank: no customer's address
    does, so nothing that looks for a customer finds them (`access/roles.py`).
    """

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(ADDRESS))
    email_key: Mapped[str] = mapped_column(String(ADDRESS), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(256))
    password_shut_at: Mapped[datetime | None]  # by "This wasn't me": it opens nothing until another is chosen by mail
    primary_method: Mapped[str | None] = mapped_column(String(16))
    mailed_reset_at: Mapped[datetime | None]  # until a sign-in is finished by more than the mailbox
    last_mailed_reset_at: Mapped[datetime | None]  # the same, kept for the operator to see
    methods_reset_at: Mapped[datetime | None]  # by the operator, until a method is set up again
    check_up_at: Mapped[datetime | None]  # when "Could you still get in?" is asked next; None: at once
    role: Mapped[str | None] = mapped_column(String(16))
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

    Asked for any address, it has a row; only a user's can be used. `device_hash` is of the mark of the browser that
    used it.
    """

    __tablename__ = "reset_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    email_key: Mapped[str] = mapped_column(String(ADDRESS), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    device_hash: Mapped[bytes | None]
