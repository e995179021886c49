"""What the operator looks at: numbers of the last two days, each by one query. Nobody's name is in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, distinct, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.access import events
from portal.access.retention import CODES
from portal.delivery import outbox
from portal.extensions import db
from portal.models import Code, Counter, Event, Factor, SignIn, User

HOURS = 48
FAILURES = (events.PASSWORD_WRONG.name, events.CODE_WRONG.name)


@dataclass(frozen=True)
class Hour:
    """One hour from `at`: finished sign-ins, and wrong passwords and codes."""

    at: datetime
    sign_ins: int
    failures: int


@dataclass(frozen=True)
class Sent:
    """The codes of one purpose within a day: how many were sent, and how often one was typed back."""

    purpose: str
    sent: int
    confirmed: int


@dataclass(frozen=True)
class Plots:
    """All of it. `methods` counts customers by kind, `limits` what is refused at the moment by limit, `ended` the
    messages of the last day that were not handed over, by why."""

    customers: int
    methods: tuple[tuple[str, int], ...]
    hours: tuple[Hour, ...]
    codes: tuple[Sent, ...]
    limits: tuple[tuple[str, int], ...]
    waiting: int
    oldest: datetime | None
    ended: tuple[tuple[str, int], ...]


def read(now: datetime) -> Plots:
    """The numbers as they stand."""
    waiting, oldest = outbox.waiting(db.session())
    ended = tuple((why, count) for why, count in outbox.not_handed_over(db.session()))
    customers = db.session.scalars(select(func.count(User.id)).where(User.role.is_(None))).one()
    return Plots(customers, _methods(), _hours(now), _codes(now), _limits(now), waiting, oldest, ended)


def _methods() -> tuple[tuple[str, int], ...]:
    """How many customers have each kind of method."""
    users = select(Factor.kind, func.count(distinct(Factor.user_id))).join(User, User.id == Factor.user_id)
    rows = users.where(Factor.confirmed_at.is_not(None), User.role.is_(None)).group_by(Factor.kind)
    return _pairs(db.session.execute(rows.order_by(Factor.kind.desc())))


def _hours(now: datetime) -> tuple[Hour, ...]:
    """The last hours, the present one last. Counted in one pass: two engines have no word for an hour in common."""
    present = now.replace(minute=0, second=0, microsecond=0)
    starts = [present - timedelta(hours=ago) for ago in reversed(range(HOURS))]
    # Ended or not, a sign-in that was raised since then ends later: the index is on that.
    came = _counts(SignIn.raised_at, starts, SignIn.ends_at > starts[0])
    failed = _counts(Event.at, starts, Event.at >= starts[0], Event.kind.in_(FAILURES))
    return tuple(Hour(*hour) for hour in zip(starts, came, failed, strict=True))


def _counts(column: InstrumentedAttribute[Any], starts: list[datetime], *which: ColumnElement[bool]) -> tuple[int, ...]:
    ends = (*starts[1:], starts[-1] + timedelta(hours=1))
    columns = (func.count().filter(column >= start, column < end) for start, end in zip(starts, ends, strict=True))
    return tuple(db.session.execute(select(*columns).where(*which)).one())


def _codes(now: datetime) -> tuple[Sent, ...]:
    """By purpose. Using one code spends all that were sent for the same, so whoever asked counts once."""
    asker = distinct(func.coalesce(Code.sign_in_id, -Code.registration_id))
    confirmed = func.count(asker).filter(Code.used_at.is_not(None))
    rows = select(Code.purpose, func.count(), confirmed).where(Code.expires_at > now - CODES)
    found = db.session.execute(rows.group_by(Code.purpose).order_by(Code.purpose))
    return tuple(Sent(row[0], row[1], row[2]) for row in found)


def _limits(now: datetime) -> tuple[tuple[str, int], ...]:
    """How many users, addresses or networks each limit refuses at the moment."""
    full = or_(Counter.free_at > now, Counter.count >= Counter.allowed)
    rows = select(Counter.name, func.count()).where(and_(Counter.resets_at > now, full)).group_by(Counter.name)
    return _pairs(db.session.execute(rows.order_by(Counter.name)))


def _pairs(rows: Iterable[Any]) -> tuple[tuple[str, int], ...]:
    return tuple((str(row[0]), int(row[1])) for row in rows)
