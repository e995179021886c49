""" "This wasn't me": what the link in a notice does, by a button, once and within three days.

It shuts everybody out, brings back methods that were removed lately, takes away one that the mail says was added, and
shuts the password until its owner chooses another by mail. Whoever only reads the mailbox gains nothing by it: to end
sign-ins and to reset the password is what a mailbox can do anyway, and the code that is asked for next is still not the
mailbox's (R12).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from portal.access import devices, events, limits, open_recoveries, removed_factors, sign_ins
from portal.access.events import Actor
from portal.access.problems import Gone
from portal.access.removed_factors import Undone
from portal.access.where import Where
from portal.crypto import token_hash
from portal.database import changed, write
from portal.extensions import db
from portal.models import Event, User

BECAUSE = "not_me"


@dataclass(frozen=True)
class Told:
    """What the mail with the link told, of whom, and when that was."""

    user_id: int
    email: str
    kind: str
    at: datetime

    @property
    def added(self) -> bool:
        """Whether it told of a method that was added."""
        return self.kind == events.METHOD_ADDED.name


def find_link(token: str, now: datetime) -> Told | None:
    """What the link's mail told; None when the link can't be used (any more). Looking spends nothing."""
    row = db.session.execute(
        select(User.id.label("user_id"), User.email, Event.kind, Event.at)
        .join(User, User.id == Event.user_id)
        .where(*_usable(token, now))
    ).one_or_none()
    return Told(row.user_id, row.email, row.kind, row.at) if row else None


def use_link(token: str, where: Where, now: datetime) -> None:
    """Do all of it, or nothing. Raises `Gone` when the link is used or too old."""
    told = find_link(token, now)
    if told is None:
        raise Gone
    with write() as session:
        sign_ins.lock_user(session, told.user_id)
        if changed(session.execute(update(Event).where(*_usable(token, now)).values(not_me_used_at=now))) != 1:
            raise Gone
        actor = Actor(told.user_id, told.email, where)
        _shut_out(session, actor, told.user_id, now)
        undone = removed_factors.undo(session, told.user_id, now, added_since=told.at if told.added else None)
        _tell(session, actor, undone, now)


def _shut_out(session: Session, actor: Actor, user_id: int, now: datetime) -> None:
    """End whatever lets a browser in: sign-ins, remembered devices, a wait after losing everything, and the password
    until there is another."""
    session.execute(update(User).where(User.id == user_id).values(password_shut_at=now))
    open_recoveries.stop(session, actor, open_recoveries.NOT_ME, now)
    sign_ins.end_all(session, user_id, BECAUSE, now)
    devices.forget_all(session, actor, BECAUSE, now)


def _tell(session: Session, actor: Actor, undone: Undone, now: datetime) -> None:
    for kind, name in undone.back:
        events.record(session, events.METHOD_BACK, actor, now, method=kind, name=name)
    for kind, name in undone.gone:
        events.record(session, events.METHOD_GONE, actor, now, method=kind, name=name)
    back, gone, stays = len(undone.back), len(undone.gone), int(undone.stays)
    events.record(session, events.NOT_ME, actor, now, back=back, gone=gone, stays=stays)


def _usable(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Event.not_me_hash == token_hash(token),
        Event.not_me_used_at.is_(None),
        Event.at > now - limits.NOT_ME_LIFE,
    )
