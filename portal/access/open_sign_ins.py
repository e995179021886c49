"""Where somebody is signed in now, as they see it, and ending what they don't want there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from portal.access import sign_ins
from portal.access.problems import Gone
from portal.access.standing import Standing
from portal.database import write
from portal.extensions import db
from portal.models import SignIn


@dataclass(frozen=True)
class OpenSignIn:
    """A finished sign-in that is alive, with the browser and the network address that opened it; `this` is the one
    that asks. `seen_at` is right to a minute."""

    id: int
    agent: str
    ip: str
    raised_at: datetime
    seen_at: datetime
    this: bool


def of(standing: Standing, now: datetime) -> list[OpenSignIn]:
    """The user's, this one first, then the one used last."""
    this = (SignIn.id == standing.sign_in_id).label("this")
    rows = db.session.execute(
        select(SignIn.id, SignIn.agent, SignIn.ip, SignIn.raised_at, SignIn.seen_at, this)
        .where(*_alive(standing, now))
        .order_by(this.desc(), SignIn.seen_at.desc(), SignIn.id.desc())
    )
    facts: list[tuple[Any, ...]] = [tuple(row) for row in rows]
    return [OpenSignIn(*row) for row in facts]


def end_one(standing: Standing, sign_in_id: int, now: datetime) -> None:
    """End another of the user's own sign-ins; one that has ended meanwhile stays so.

    Raises `Gone` when there is none of that number, and for this one: to end it is signing out.
    """
    mine = (SignIn.id == sign_in_id, SignIn.user_id == standing.user_id, SignIn.raised_at.is_not(None))
    with write() as session:
        if sign_in_id == standing.sign_in_id or session.scalar(select(SignIn.id).where(*mine)) is None:
            raise Gone
        sign_ins.end_where(session, mine, "elsewhere", now)


def end_others(standing: Standing, now: datetime) -> None:
    """End every other sign-in of the user, half-finished ones too."""
    with write() as session:
        sign_ins.end_others(session, standing, "elsewhere", now)


def _alive(standing: Standing, now: datetime) -> tuple[ColumnElement[bool], ...]:
    finished = (SignIn.user_id == standing.user_id, SignIn.raised_at.is_not(None))
    return *finished, SignIn.ended_at.is_(None), SignIn.idle_ends_at > now, SignIn.ends_at > now
