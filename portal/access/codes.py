"""Codes that are sent: a code is a row, bound to the sign-in or registration that asked and to one purpose.

Asking again never kills a code that is alive; using one spends them all (R7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from portal import logs
from portal.access import counting, limits
from portal.access.limit_sentences import Hit, network
from portal.access.problems import CodeUsed
from portal.access.standing import Standing
from portal.access.where import Where
from portal.crypto import new_code
from portal.database import after_commit, write
from portal.delivery import outbox
from portal.extensions import db, keys
from portal.methods.base import CodeMark, Sent
from portal.models import Code, Registration


@dataclass(frozen=True)
class Asker:
    """Who asks for a code and for what. `owner` carries the cooldown, `caps` the other limits of sending."""

    purpose: str
    owner: str
    caps: tuple[Hit, ...]
    address: str
    sign_in_id: int | None = None
    registration_id: int | None = None

    @property
    def cooldown(self) -> Hit:
        return Hit(limits.COOLDOWN, f"{self.owner} {self.purpose}")

    @property
    def rows(self) -> tuple[ColumnElement[bool], ...]:
        return (
            Code.purpose == self.purpose,
            Code.sign_in_id == self.sign_in_id,
            Code.registration_id == self.registration_id,
        )


@dataclass(frozen=True)
class Sending:
    """What the page tells of codes asked for here. `status` and `at` come from the outbox, or are None where nobody
    has given a password yet."""

    asked: bool
    number: int
    may_send_at: datetime | None
    left: int
    status: str | None
    at: datetime | None


def by_sign_in(standing: Standing, purpose: str) -> Asker:
    """A sign-in asks: the password was right."""
    owner = f"user {standing.user_id}"
    caps: tuple[Hit, ...] = (Hit(limits.SENT_TO_USER, owner),)
    if standing.raised_at is None:
        caps += (Hit(limits.SENT_IN_SIGN_IN, f"sign-in {standing.sign_in_id}"),)
    return Asker(purpose, owner, caps, standing.email, sign_in_id=standing.sign_in_id)


def by_registration(registration: Registration, where: Where) -> Asker:
    """A registration asks: nobody has given a password, so the mailbox and the network address are spared."""
    owner = f"address {registration.email_key}"
    caps = (
        Hit(limits.SENT_TO_ADDRESS, owner),
        Hit(limits.SENT_BY_NETWORK, f"network {network(where.ip)}"),
    )
    return Asker("registration", owner, caps, registration.email, registration_id=registration.id)


def issue(asker: Asker, facts: Mapping[str, str], now: datetime) -> None:
    """Make a code and put its message into the outbox. Raises `LimitReached` when it is too early or too often.

    `facts` are what the message tells beside the code: where it was asked for.
    """
    counting.take((asker.cooldown, *asker.caps), now)
    code = new_code()
    with write() as session:
        number = session.scalars(select(func.count(Code.id)).where(*asker.rows)).one() + 1
        row = Code(
            purpose=asker.purpose,
            sign_in_id=asker.sign_in_id,
            registration_id=asker.registration_id,
            mac=keys().mac(code, "code"),
            number=number,
            created_at=now,
            expires_at=now + limits.CODE_LIFE,
        )
        session.add(row)
        session.flush()
        outbox.put(
            session,
            keys(),
            template=f"{asker.purpose}_code",
            address=asker.address,
            facts={**facts, "code": code, "number": number},
            now=now,
            expires_at=row.expires_at,
            code_id=row.id,
        )
        after_commit(session, lambda: logs.note("code_sent", about=asker.purpose))


def sent(asker: Asker) -> tuple[Sent, ...]:
    """The codes an answer may be: all of this asker and purpose, the newest first."""
    rows = db.session.execute(
        select(Code.id, Code.mac, Code.expires_at, Code.used_at.is_not(None))
        .where(*asker.rows)
        .order_by(Code.id.desc())
    )
    return tuple(Sent(*row) for row in rows)


def spend(session: Session, mark: CodeMark, asker: Asker, now: datetime) -> None:
    """Use a code, and with it all others that were sent for the same. Raises `CodeUsed` for the loser of a race.

    The caller settles the asker's cooldown: the next code for this purpose is a first one.
    """
    unused = update(Code).where(*asker.rows, Code.used_at.is_(None)).values(used_at=now)
    if mark.code_id not in session.scalars(unused.returning(Code.id)).all():
        raise CodeUsed
    after_commit(session, lambda: logs.note("code_confirmed", about=asker.purpose))


def sending(asker: Asker, now: datetime, *, told: bool = True) -> Sending:
    """What became of the codes asked for here. `told` is False before a password: then every answer is the same."""
    newest = db.session.execute(
        select(Code.id, Code.number).where(*asker.rows).order_by(Code.id.desc()).limit(1)
    ).one_or_none()
    may_send_at = counting.free_from((asker.cooldown, *asker.caps), now)
    left = max(0, round((may_send_at - now).total_seconds())) if may_send_at else 0
    if newest is None:
        return Sending(False, 0, may_send_at, left, None, None)
    status, at = (told and outbox.status(db.session(), newest.id)) or (None, None)
    return Sending(True, newest.number, may_send_at, left, status, at)
