"""The outbox: rows to hand over, each at least once, a code's never after its life.

A row is `put` in the transaction it tells of. A worker claims it for a minute: if the worker dies, the row becomes
due again. When it is done – handed over, refused, given up or expired – its body is erased in the same statement.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.access.limits import CODE_LIFE
from portal.crypto import KeyRing
from portal.database import changed
from portal.models import Code, Message

Facts = Mapping[str, str | int]
Status = Literal["waiting", "handed", "trouble", "refused", "expired"]

# Longer than the slowest hand-over: some twelve answers of the mail server at five seconds each.
LEASE = timedelta(seconds=60)
# After the first, second and third try; there is no fifth.
RETRIES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25))


@dataclass(frozen=True)
class Claimed:
    """A row that one worker has in hand. `attempts` tells this claim from every other of the same row."""

    id: int
    template: str
    address: str
    sealed: bytes
    code_id: int | None
    created_at: datetime
    expires_at: datetime | None
    attempts: int

    def facts(self, keys: KeyRing) -> dict[str, Any]:
        """What the mail's text is made of. Raises `Unreadable`."""
        facts: dict[str, Any] = json.loads(keys.decrypt(self.sealed, row_name(self.id, self.address)))
        return facts


def put(
    session: Session,
    keys: KeyRing,
    *,
    template: str,
    address: str,
    facts: Facts,
    now: datetime,
    expires_at: datetime | None = None,
    code_id: int | None = None,
) -> int:
    """Add a message, due at once, to the caller's transaction; after `expires_at` it is never sent. Its id."""
    message = Message(
        template=template, address=address, code_id=code_id, created_at=now, due_at=now, expires_at=expires_at
    )
    session.add(message)
    session.flush()  # its number is part of what the body is encrypted with
    message.sealed = keys.encrypt(json.dumps(dict(facts)).encode(), row_name(message.id, address))
    session.flush()
    return message.id


def any_due(session: Session, now: datetime) -> bool:
    """Whether there is a row to claim, if nobody else is faster."""
    waiting = select(Message.id).where(Message.done_at.is_(None), Message.due_at <= now).limit(1)
    return session.scalar(waiting) is not None


def claim(session: Session, now: datetime) -> Claimed | None:
    """Take the row that has been due longest, for this worker alone, until the lease is over."""
    oldest = (
        select(Message.id)
        .where(Message.done_at.is_(None), Message.due_at <= now)
        .order_by(Message.due_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # PostgreSQL; on SQLite this statement holds the one write lock
    )
    row = session.execute(
        update(Message)
        .where(Message.id == oldest.scalar_subquery(), Message.done_at.is_(None), Message.due_at <= now)
        .values(due_at=now + LEASE, attempts=Message.attempts + 1)
        .returning(
            Message.id,
            Message.template,
            Message.address,
            Message.sealed,
            Message.code_id,
            Message.created_at,
            Message.expires_at,
            Message.attempts,
        )
    ).one_or_none()
    return None if row is None else Claimed(**row._asdict())


def overdue(session: Session, claimed: Claimed, now: datetime) -> bool:
    """Whether it must not be sent any more: its life is over, or its code was spent by using another (R7)."""
    if claimed.expires_at is not None and now >= claimed.expires_at:
        return True
    return session.scalar(select(Code.used_at).where(Code.id == claimed.code_id)) is not None


def done(session: Session, claimed: Claimed, now: datetime) -> bool:
    """The message is handed over, and from now on its code lives (R7). False if it was done already."""
    won = _finish(session, claimed, now, handed_at=now, trouble=None)
    if won and claimed.code_id is not None:
        unused = (Code.id == claimed.code_id, Code.used_at.is_(None))
        session.execute(update(Code).where(*unused).values(expires_at=now + CODE_LIFE))
    return won


def failed(session: Session, claimed: Claimed, now: datetime) -> None:
    """It could not be handed over: try again later, unless that would be the fifth time or after its life."""
    if claimed.attempts <= len(RETRIES):
        again_at = now + RETRIES[claimed.attempts - 1]
        if claimed.expires_at is None or again_at < claimed.expires_at:
            values = {"due_at": again_at, "trouble": "again"}
            session.execute(update(Message).where(*_mine(claimed)).values(values))
            return
    _finish(session, claimed, now, trouble="gave_up")


def refused(session: Session, claimed: Claimed, now: datetime) -> None:
    """The mail server will not take mail for this address."""
    _finish(session, claimed, now, trouble="refused")


def expired(session: Session, claimed: Claimed, now: datetime) -> None:
    """Its life ended before it was handed over."""
    _finish(session, claimed, now, trouble="expired")


def withdraw(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Never send those of these messages that have a life, for they hold a code or a link; notices have none. How many
    that were."""
    waiting = (Message.id.in_(ids), Message.done_at.is_(None), Message.expires_at.is_not(None))
    ended = update(Message).where(*waiting).values(done_at=now, sealed=None, trouble="expired")
    return changed(session.execute(ended))


def status(session: Session, code_id: int) -> tuple[Status, datetime] | None:
    """What became of a code's message, and when: "waiting" since it was asked for, "handed", "trouble" (the time of
    the next try), "refused" or "expired" (given up is the same to whoever waits). None: there is no such message.
    """
    row = session.execute(
        select(Message.trouble, Message.created_at, Message.due_at, Message.handed_at, Message.done_at)
        .where(Message.code_id == code_id)
        .order_by(Message.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    if row.handed_at is not None:
        return "handed", row.handed_at
    if row.done_at is not None:
        return ("refused" if row.trouble == "refused" else "expired"), row.done_at
    return ("waiting", row.created_at) if row.trouble is None else ("trouble", row.due_at)


def waiting(session: Session) -> tuple[int, datetime | None]:
    """How many messages wait, and since when the oldest does."""
    row = session.execute(
        select(func.count(Message.id), func.min(Message.created_at)).where(Message.done_at.is_(None))
    ).one()
    return row[0], row[1]


def not_handed_over(session: Session) -> list[tuple[str, int]]:
    """Why messages ended without being handed over, and how many; of the rows that are still kept."""
    rows = session.execute(
        select(Message.trouble, func.count(Message.id))
        .where(Message.done_at.is_not(None), Message.trouble.is_not(None))
        .group_by(Message.trouble)
    )
    return [(str(why), count) for why, count in rows]


def _finish(session: Session, claimed: Claimed, now: datetime, **values: Any) -> bool:
    """End a row, once, and erase its body."""
    # A message that was handed over is done even if this worker's lease had run out meanwhile.
    mine = _mine(claimed) if values.get("handed_at") is None else _mine(claimed)[:2]
    ended = update(Message).where(*mine).values(done_at=now, sealed=None, **values)
    return session.execute(ended.returning(Message.id)).one_or_none() is not None


def _mine(claimed: Claimed) -> tuple[Any, ...]:
    return Message.id == claimed.id, Message.done_at.is_(None), Message.attempts == claimed.attempts


def row_name(number: int, address: str) -> str:
    """What a body is sealed for: this message, to this address."""
    return f"messages {number} {address}"
