"""Remembered devices: browsers that are not asked for a code, after the right password (R3).

A device's cookie has two random halves of 256 bits. The first names the device as long as it is remembered; the second
is new after each use. Whoever comes with an old one has a copy, or the owner's copy was used: then nobody is known any
more, and the owner is told. For a minute the one before is good too, because two tabs may sign in at once.

A device proves nothing: what it lets in has no second factor (`second_factor_at`), so a change asks for one (R14).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from portal.access import events, limits
from portal.access.events import Actor
from portal.access.sign_ins import lock_user, raise_sign_in
from portal.access.standing import Standing
from portal.access.steps import Step
from portal.access.where import Where
from portal.crypto import new_token, token_hash
from portal.database import changed, write
from portal.extensions import db, settings
from portal.models import Device, RecoverySet

RAISED_BY = "device"
BATCH = 500  # devices in one transaction

Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class Cookie:
    """What a browser holds: `family` stays, `token` is new after each use. `lasts` until it is over."""

    family: str
    token: str
    lasts: timedelta

    @property
    def text(self) -> str:
        return f"{self.family}.{self.token}"


@dataclass(frozen=True)
class Recognised:
    """What becomes of a sign-in, and of the cookie that came with it.

    `token` is that of the sign-in if it was let in, `cookie` the new one. `known` is false for a cookie that is worth
    nothing any more.
    """

    token: str | None = None
    cookie: Cookie | None = None
    known: bool = True


def family_hash(cookie: str) -> bytes:
    """By what a device is found."""
    return token_hash(cookie.partition(".")[0])


def life() -> timedelta:
    """How long a device is remembered, from the moment it was; nothing is added by using it."""
    return timedelta(days=settings().remember_days)


def alive(now: datetime) -> Conditions:
    """The conditions of a device that is remembered still: never longer than the operator says today."""
    return Device.expires_at > now, Device.created_at > now - life()


def of_user(user_id: int) -> Conditions:
    """The condition of a user's devices."""
    return (Device.user_id == user_id,)


def new_cookie() -> Cookie:
    """The cookie of a device that is to be remembered from now on."""
    return Cookie(new_token(), new_token(), life())


def remember(session: Session, standing: Standing, cookie: Cookie, now: datetime) -> None:
    """Remember the browser that has just proved a second factor. What it was remembered as before gives way, and so
    does the user's oldest device if there are too many.

    The caller holds the user's row (`lock_user`).
    """
    mine, where = Device.user_id == standing.user_id, standing.where
    session.execute(delete(Device).where(mine, Device.family_hash == where.remembered))
    row = Device(
        user_id=standing.user_id,
        family_hash=token_hash(cookie.family),
        token_hash=token_hash(cookie.token),
        name="",
        ip=where.ip,
        agent=where.agent,
        created_at=now,
        used_at=now,
        rotated_at=now,
        expires_at=now + cookie.lasts,
    )
    session.add(row)
    session.flush()
    newest = select(Device.id).where(mine).order_by(Device.created_at.desc(), Device.id.desc()).limit(limits.DEVICES)
    forget(session, (mine, Device.id.not_in(newest)), standing.actor, "too_many", now)
    events.record(session, events.DEVICE_REMEMBERED, standing.actor, now, days=cookie.lasts.days)


def recognise(standing: Standing, cookie: str, now: datetime) -> Recognised:
    """Let a sign-in in whose password was right, if this browser is remembered for its user; else the code is due.

    Not after a mailed reset of the password (R12), and not to recovery codes that nobody has saved yet: whoever comes
    to those makes new ones by a button, which takes a second factor (R5). Raises `Gone` when the sign-in has ended.
    """
    it = (Device.family_hash == family_hash(cookie), *alive(now))
    owner = db.session.scalar(select(Device.user_id).where(*it))
    if owner is None:
        return Recognised(known=False)
    if owner != standing.user_id or standing.step(now) is not Step.CHECK or standing.mailbox_spent:
        return Recognised()
    with write() as session:
        lock_user(session, standing.user_id)
        unsaved = (RecoverySet.user_id == standing.user_id, RecoverySet.saved_at.is_(None))
        if session.scalar(select(RecoverySet.id).where(*unsaved)) is not None:
            return Recognised()
        renewed = _rotate(session, standing.where, cookie, it, now)
        if renewed is None and not _in_grace(session, cookie, it, now):
            _kill(session, standing, it, now)
            return Recognised(known=False)
        return Recognised(raise_sign_in(session, standing, RAISED_BY, now, proved=False), renewed)


def forget(session: Session, which: Conditions, actor: Actor, because: str, now: datetime) -> int:
    """Forget these devices of one user, whose row the caller holds. How many there were."""
    number = changed(session.execute(delete(Device).where(*which)))
    if number:
        events.record(session, events.DEVICE_FORGOTTEN, actor, now, because=because, number=number)
    return number


def forget_all(session: Session, actor: Actor, because: str, now: datetime) -> None:
    """Forget every device of a user. The caller holds the user's row."""
    if actor.user_id is not None:
        forget(session, of_user(actor.user_id), actor, because, now)


def forget_others(session: Session, standing: Standing, because: str, now: datetime) -> None:
    """Forget every device of this user but the one that asks. The caller holds the user's row."""
    others = Device.family_hash != (standing.where.remembered or b"")
    forget(session, (*of_user(standing.user_id), others), standing.actor, because, now)


def forget_everybody(now: datetime) -> int:
    """Forget every device there is, a batch at a time. How many were alive."""
    number = db.session.scalars(select(func.count(Device.id)).where(*alive(now))).one()
    newest = db.session.scalar(select(func.max(Device.id))) or 0
    batch = select(Device.id).where(Device.id <= newest).limit(BATCH)
    while ids := db.session.scalars(batch).all():
        with write() as session:
            session.execute(delete(Device).where(Device.id.in_(ids)))
    return number


def _rotate(session: Session, where: Where, cookie: str, it: Conditions, now: datetime) -> Cookie | None:
    """The cookie with a new second half; None unless it came with the present one."""
    family, _, token = cookie.partition(".")
    new, held = new_token(), token_hash(token)
    used = {"used_at": now, "rotated_at": now, "ip": where.ip, "agent": where.agent}
    rotated = update(Device).where(*it, Device.token_hash == held)
    rotated = rotated.values(token_hash=token_hash(new), before_hash=held, **used)
    ends = session.scalar(rotated.returning(Device.expires_at))
    return Cookie(family, new, ends - now) if ends else None


def _in_grace(session: Session, cookie: str, it: Conditions, now: datetime) -> bool:
    """Whether it came with the second half of a moment before. The browser has been given the new one already."""
    before = (Device.before_hash == token_hash(cookie.partition(".")[2]), Device.rotated_at > now - limits.DEVICE_GRACE)
    return changed(session.execute(update(Device).where(*it, *before).values(used_at=now))) == 1


def _kill(session: Session, standing: Standing, it: Conditions, now: datetime) -> None:
    """An old second half: there are two who hold this cookie, and nobody can tell which is the owner."""
    if changed(session.execute(delete(Device).where(*it))) == 1:
        events.record(session, events.DEVICE_REUSED, standing.actor, now)
