"""The remembered devices as their owner sees them, names them, and forgets them by hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from portal.access import devices
from portal.access.events import Actor
from portal.access.problems import Gone
from portal.access.sign_ins import lock_user
from portal.access.standing import Standing
from portal.access.where import Where
from portal.database import changed, write
from portal.extensions import db
from portal.models import Device


@dataclass(frozen=True)
class Remembered:
    """A device as its owner sees it; `this` is the one that asks."""

    id: int
    name: str
    agent: str
    ip: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    this: bool

    @property
    def ends_at(self) -> datetime:
        """Earlier than it was to be, if the operator has shortened what all have."""
        return min(self.expires_at, self.created_at + devices.life())


def of(standing: Standing, now: datetime) -> list[Remembered]:
    """The user's, this one first, then the one used last."""
    this = (Device.family_hash == (standing.where.remembered or b"")).label("this")
    rows = db.session.execute(
        select(
            Device.id, Device.name, Device.agent, Device.ip, Device.created_at, Device.used_at, Device.expires_at, this
        )
        .where(*devices.of_user(standing.user_id), *devices.alive(now))
        .order_by(this.desc(), Device.used_at.desc(), Device.id.desc())
    )
    facts: list[tuple[Any, ...]] = [tuple(row) for row in rows]
    return [Remembered(*row) for row in facts]


def rename(user_id: int, device_id: int, name: str) -> None:
    """Give a device a name. Raises `Gone` unless it is this user's."""
    with write() as session:
        mine = (*devices.of_user(user_id), Device.id == device_id)
        if changed(session.execute(update(Device).where(*mine).values(name=name))) != 1:
            raise Gone


def forget_one(standing: Standing, device_id: int, now: datetime) -> None:
    """Forget one of the user's own. Raises `Gone` when there is none of that number."""
    with write() as session:
        lock_user(session, standing.user_id)
        mine = (*devices.of_user(standing.user_id), Device.id == device_id)
        if not devices.forget(session, mine, standing.actor, "owner", now):
            raise Gone


def forget_every(standing: Standing, now: datetime) -> None:
    """Forget all of the user's own, this browser too."""
    with write() as session:
        lock_user(session, standing.user_id)
        devices.forget_all(session, standing.actor, "owner", now)


def forget_this(where: Where, now: datetime) -> None:
    """Forget the device whose cookie this browser holds, whoever its user is: that only makes things safer."""
    found = db.session.scalar(select(Device.user_id).where(Device.family_hash == where.remembered))
    if found is None:
        return
    with write() as session:
        lock_user(session, found)
        this = (*devices.of_user(found), Device.family_hash == where.remembered)
        devices.forget(session, this, Actor(found, "", where), "signed_out", now)
