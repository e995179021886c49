"""A method that refuses after too many wrong codes in a row, until its owner opens it again.

That is done under "Security and access" after coming in another way, or by the link in the notice – once between two
right codes of the method, so that no guesser gets more than twice the row.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from portal.access import events, limits
from portal.access.events import Actor
from portal.access.problems import Gone
from portal.access.sign_ins import lock_user
from portal.access.standing import Standing
from portal.access.where import Where
from portal.crypto import new_token, token_hash
from portal.database import changed, write
from portal.extensions import db
from portal.models import Event, Factor, User


@dataclass(frozen=True)
class Link:
    """Whose method a link opens."""

    user_id: int
    email: str
    method: str


def note_closed(session: Session, standing: Standing, kind: str, now: datetime) -> None:
    """The last wrong code that a method takes: tell the owner, with a link if it may be opened by one."""
    used_at = select(func.max(Factor.used_at)).where(Factor.user_id == standing.user_id, Factor.kind == kind)
    proved = session.scalar(used_at)
    opened = session.scalar(
        select(func.max(Event.link_used_at)).where(
            Event.user_id == standing.user_id, Event.kind == events.METHOD_CLOSED.name, _about(kind)
        )
    )
    spent = opened is not None and (proved is None or proved <= opened)
    token = None if spent else new_token()
    events.record(session, events.METHOD_CLOSED, standing.actor, now, link=token, method=kind)


def open_again(session: Session, actor: Actor, kind: str, now: datetime) -> None:
    """Let a method be used again. Its owner is told."""
    session.execute(update(Factor).where(Factor.user_id == actor.user_id, Factor.kind == kind).values(wrong_codes=0))
    events.record(session, events.METHOD_OPENED, actor, now, method=kind)


def find_link(token: str, now: datetime) -> Link | None:
    """What a link opens; None when it can't be used (any more). Looking spends nothing."""
    row = db.session.execute(
        select(Event.user_id, User.email, Event.facts).join(User, User.id == Event.user_id).where(*_usable(token, now))
    ).one_or_none()
    return Link(row.user_id, row.email, row.facts["method"]) if row else None


def use_link(token: str, where: Where, now: datetime) -> str:
    """Open a method by the link in the notice. Which one. Raises `Gone` when the link is used or too old."""
    link = find_link(token, now)
    if link is None:
        raise Gone
    with write() as session:
        lock_user(session, link.user_id)
        if changed(session.execute(update(Event).where(*_usable(token, now)).values(link_used_at=now))) != 1:
            raise Gone
        open_again(session, Actor(link.user_id, link.email, where), link.method, now)
    return link.method


def _usable(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Event.link_hash == token_hash(token),
        Event.kind == events.METHOD_CLOSED.name,
        Event.link_used_at.is_(None),
        Event.at > now - limits.OPEN_LINK_LIFE,
    )


def _about(kind: str) -> ColumnElement[bool]:
    named: ColumnElement[str] = Event.facts["method"].as_string()
    return named == kind
