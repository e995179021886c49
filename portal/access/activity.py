"""The security log as its owner reads it: what happened, and every sign-in, in one order, the newest first.

Two tables are read, each along an index of its own from where the page before ended, so that a page costs the same
however much there is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, Select, bindparam, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from portal.access import events, limits
from portal.access.events import Kind
from portal.access.retention import EVENTS
from portal.database import Moment
from portal.extensions import db
from portal.models import Event, SignIn

ALL, SIGN_INS, CHANGES, WARNINGS = "all", "sign-ins", "changes", "warnings"
SIGNED_IN, UNFINISHED = "signed_in", "sign_in_unfinished"  # what a sign-in's row is called in the list
# What the owner's filter shows; what is in no other group explains the sign-ins.
GROUPS: dict[str, tuple[Kind, ...]] = {
    SIGN_INS: (
        *(events.PASSWORD_WRONG, events.CODE_WRONG, events.RECOVERY_CODE_USED),
        *(events.SIGNED_OUT_BY_OPERATOR, events.SUPPORT_SIGNED_OUT),
    ),
    CHANGES: (
        *(events.PASSWORD_CHANGED, events.PASSWORD_RESET, events.PASSWORD_CHOSEN),
        *(events.METHOD_ADDED, events.METHOD_REMOVED, events.METHOD_BACK, events.METHOD_GONE),
        *(events.METHOD_OPENED, events.METHODS_RESET, events.WIZARD_OPENED, events.PRIMARY_CHOSEN),
        *(events.RECOVERY_CODES_MADE, events.DEVICE_REMEMBERED, events.DEVICE_FORGOTTEN, events.NOT_ME),
        *(events.RECOVERY_STOPPED, events.RECOVERY_DONE, events.SUPPORT_STOPPED, events.STAFF_RESET),
    ),
    WARNINGS: (
        *(events.NEW_DEVICE, events.SIGNED_IN_AFTER_FAILURES, events.SECOND_STEP_FAILED),
        *(events.PASSWORD_THROTTLED, events.METHOD_CLOSED, events.DEVICE_REUSED),
        *(events.RECOVERY_ASKED, events.RECOVERY_BEGUN, events.RECOVERY_WAITING, events.RECOVERY_OVER),
        *(events.SUPPORT_LOOKED_UP, events.SUPPORT_OPENED, events.SUPPORT_BEGUN),
    ),
}
GROUP_OF = {kind.name: group for group, kinds in GROUPS.items() for kind in kinds} | dict.fromkeys(
    (SIGNED_IN, UNFINISHED), SIGN_INS
)
_OPERATORS = (events.METHODS_RESET, events.WIZARD_OPENED, events.SIGNED_OUT_BY_OPERATOR, events.STAFF_RESET)
_SUPPORT = [kind for kind in events.KINDS.values() if set(events.BY) <= kind.facts]
BY_OPERATOR = {kind.name for kind in (*_OPERATORS, *_SUPPORT, events.RECOVERY_WAITING, events.RECOVERY_OVER)}
AT_ONCE = 500  # lines that a download reads in one go
_NO_MORE = 2**31 - 1  # larger than any id


@dataclass(frozen=True, order=True)
class Place:
    """Where a line stands in the list: of two at the same moment, the event comes before the sign-in."""

    at: datetime
    event: bool
    id: int

    def __str__(self) -> str:
        """As an address carries it."""
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{int(self.event)}-{self.id}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The place that `str` wrote; None for anything else."""
        at, *rest = text.split("-")
        try:
            event, number = map(int, rest)
            moment = datetime.strptime(at, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
        except ValueError:
            return None
        return cls(moment, bool(event), number) if 0 <= number <= _NO_MORE else None


@dataclass(frozen=True)
class Line:
    """One thing that happened. `ip` is empty when it was erased, after ninety days."""

    place: Place
    kind: str
    ip: str
    agent: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return self.place.at

    @property
    def group(self) -> str:
        return GROUP_OF[self.kind]

    @property
    def by_operator(self) -> bool:
        return self.kind in BY_OPERATOR


@dataclass(frozen=True)
class Page:
    """Some lines, and where the next page begins if there is one."""

    lines: tuple[Line, ...]
    older: Place | None


def read_page(user_id: int, group: str, now: datetime, before: Place | None = None) -> Page:
    """One page of a user's activity of the last year: all, or one of `GROUPS`. `before` is where the page before
    ended."""
    lines = _read(user_id, group, now, before, limits.ACTIVITY_PAGE + 1)
    shown = lines[: limits.ACTIVITY_PAGE]
    return Page(tuple(shown), shown[-1].place if len(lines) > len(shown) else None)


def everything(user_id: int, group: str, now: datetime) -> Iterator[Line]:
    """All lines of the last year, read bit by bit: no more than so many are ever in memory."""
    before = None
    while lines := _read(user_id, group, now, before, AT_ONCE):
        yield from lines
        before = lines[-1].place


def _read(user_id: int, group: str, now: datetime, before: Place | None, most: int) -> list[Line]:
    given: dict[str, Any] = {"user": user_id, "since": now - EVENTS, "most": most}
    before = before or Place(now, True, _NO_MORE)
    found: list[list[Line]] = []
    if group in (ALL, SIGN_INS):
        # Of a sign-in at the very moment of an event, the event comes first.
        last = _NO_MORE if before.event else before.id
        found.append([_sign_in(row) for row in db.session.execute(_SIGN_INS, {**given, "at": before.at, "id": last})])
    last = before.id if before.event else 0
    listed = _EVENTS if group == ALL else _EVENTS_OF[group]
    found.append([_event(row) for row in db.session.execute(listed, {**given, "at": before.at, "id": last})])
    return list(islice(merge(*found, key=lambda line: line.place, reverse=True), most))


def _event(row: Row[*tuple[Any, ...]]) -> Line:
    return Line(Place(row.at, True, row.id), row.kind, row.ip, row.agent, row.facts)


def _sign_in(row: Row[*tuple[Any, ...]]) -> Line:
    kind = UNFINISHED if row.raised_by is None else SIGNED_IN
    return Line(Place(row.created_at, False, row.id), kind, row.ip, row.agent, {"method": row.raised_by or ""})


def _along(
    query: Select[*tuple[Any, ...]],
    owner: InstrumentedAttribute[Any],
    at: InstrumentedAttribute[datetime],
    id: InstrumentedAttribute[int],
) -> Select[*tuple[Any, ...]]:
    """The next rows of a user, the newest first, from a moment and number on."""
    place = tuple_(bindparam("at", type_=Moment), bindparam("id", type_=id.type))
    older: ColumnElement[bool] = tuple_(at, id) < place
    mine = (owner == bindparam("user"), at > bindparam("since", type_=Moment), older)
    return query.where(*mine).order_by(at.desc(), id.desc()).limit(bindparam("most"))


_EVENTS = _along(
    select(Event.id, Event.at, Event.kind, Event.ip, Event.agent, Event.facts), Event.user_id, Event.at, Event.id
)
_EVENTS_OF = {group: _EVENTS.where(Event.kind.in_([kind.name for kind in kinds])) for group, kinds in GROUPS.items()}
_SIGN_INS = _along(
    select(SignIn.id, SignIn.created_at, SignIn.raised_by, SignIn.ip, SignIn.agent),
    SignIn.user_id,
    SignIn.created_at,
    SignIn.id,
)
