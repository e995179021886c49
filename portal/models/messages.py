"""What is to be sent, and in development what was."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import ADDRESS, Model


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


class DemoMail(Model):
    """What the demo inbox shows: every mail as it was sent. Development only."""

    __tablename__ = "demo_mails"
    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(ADDRESS))
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    sent_at: Mapped[datetime]
