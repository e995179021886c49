"""The people of the support desk, as the operator makes and removes them, and the link by which they begin.

Their mailbox is worth something once: the link sets password and app in one go, within three days. Afterwards no mail
opens anything; whoever has lost either gets a new link from the operator, which takes both away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import events, factors, limits, password_resets, passwords, sign_ins
from portal.access.addresses import Address
from portal.access.events import Actor
from portal.access.password_resets import STAFF, Owner
from portal.access.problems import AddressTaken, Gone
from portal.access.roles import REMOVED, staff_address
from portal.access.where import NOWHERE, Where
from portal.crypto import new_token
from portal.database import changed, write
from portal.delivery import outbox
from portal.extensions import db, hasher, keys, settings
from portal.models import Factor, SignIn, User

NAME = "Support"  # what a customer may read of who did something


@dataclass(frozen=True)
class Member:
    """Somebody of the desk. Without an app they have not used their link yet."""

    id: int
    email: str
    role: str
    created_at: datetime
    has_app: bool
    last_sign_in_at: datetime | None


def create(address: Address, role: str, now: datetime) -> None:
    """Make somebody of the desk, who gets a link. Whoever was removed comes back under the number of before.

    Raises `AddressTaken`, or `AddressBad` when the address is too long.
    """
    mine = staff_address(address)
    unknown = hasher().hash(new_token())
    again = update(User).where(User.email_key == mine.key, User.role == REMOVED)
    try:
        with write() as session:
            if changed(session.execute(again.values(role=role, email=mine.written))) != 1:
                session.add(_new(mine, role, unknown, now))
                session.flush()
            _invite(session, mine, now)
    except IntegrityError:
        raise AddressTaken from None


def find(address: Address) -> Member:
    """The member with this address. Raises `Gone`."""
    found = _members(User.email_key == staff_address(address).key)
    if not found:
        raise Gone
    return found[0]


def everybody() -> list[Member]:
    """The desk, by address."""
    return _members()


def _members(*which: ColumnElement[bool]) -> list[Member]:
    app = exists().where(Factor.user_id == User.id, Factor.confirmed_at.is_not(None))
    last = select(func.max(SignIn.raised_at)).where(SignIn.user_id == User.id).scalar_subquery()
    rows = select(User.id, User.email, User.role, User.created_at, app, last).order_by(User.email_key)
    here = rows.where(User.role.is_not(None), User.role != REMOVED, *which)
    found: Iterable[tuple[Any, ...]] = (tuple(row) for row in db.session.execute(here))
    return [Member(*row) for row in found]


def reset(member: Member, now: datetime) -> None:
    """Take password and app away, and mail a new link."""
    _take_all(member, member.role, now, invite=True)


def remove(member: Member, now: datetime) -> None:
    """Nothing of theirs opens anything any more. What they did stays in the log, under their number."""
    _take_all(member, REMOVED, now, invite=False)


def invited(token: str, now: datetime) -> Owner | None:
    """Whose link it is; None when it can't be used (any more). Looking spends nothing."""
    return password_resets.owner(token, now, (STAFF,))


def accept(token: str, password: str, where: Where, now: datetime) -> str:
    """Set the password by the link, and begin the one sign-in that may set an app up: its token.

    Raises a `Problem` about the password, which spends nothing, `Busy`, or `Gone` when the link is used or too old.
    """
    member = invited(token, now)
    if member is None:
        raise Gone
    passwords.check_new(password, settings().password_length, (member.email, settings().company))
    hashed = hasher().hash(password)
    with write() as session:
        sign_ins.lock_user(session, member.user_id)
        password_resets.spend(session, token, (STAFF,), where, now)
        session.execute(update(User).where(User.id == member.user_id).values(password_hash=hashed))
        sign_ins.end_all(session, member.user_id, password_resets.BECAUSE, now)
        events.record(session, events.PASSWORD_CHOSEN, Actor(member.user_id, member.email, where), now)
        return sign_ins.open_sign_in(
            session, member.user_id, where, now, lasts=limits.STAFF_SIGN_IN_LIFE, address_proved=True
        )


def _new(address: Address, role: str, unknown: str, now: datetime) -> User:
    return User(
        email=address.written, email_key=address.key, name=NAME, password_hash=unknown, role=role, created_at=now
    )


def _take_all(member: Member, role: str, now: datetime, *, invite: bool) -> None:
    unknown = hasher().hash(new_token())
    with write() as session:
        sign_ins.lock_user(session, member.id)
        sign_ins.end_all(session, member.id, factors.METHODS_CHANGED, now)
        factors.take_all(session, member.id, now)
        session.execute(update(User).where(User.id == member.id).values(password_hash=unknown, role=role))
        key = session.scalars(select(User.email_key).where(User.id == member.id)).one()
        password_resets.end_links(session, key, now)
        events.record(session, events.STAFF_RESET, Actor(member.id, member.email, NOWHERE), now, role=role)
        if invite:
            _invite(session, Address(member.email, key), now)


def _invite(session: Session, address: Address, now: datetime) -> None:
    link = password_resets.issue(session, address.key, STAFF, now)
    life = password_resets.LIVES[STAFF]
    facts = {"link": link}
    outbox.put(
        session,
        keys(),
        template="staff_invitation",
        address=address.written,
        facts=facts,
        now=now,
        expires_at=now + life,
    )
