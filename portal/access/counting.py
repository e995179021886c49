"""Counting against limits. Each window of a limit is a row in `counters` for each subject: a user, an address, a
network address – as a keyed hash, whether or not anybody has that address.

`take` counts a try in all windows by one statement, in a transaction of its own that is committed before the answer is
looked at, so that parallel tries can't share a count and no rollback can undo one. Rows are always locked in one order,
by name and subject, so that nobody waits in a circle. Whether the alarm stands is read by that very statement: nobody
waits for its one row but those whose password was wrong.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    TextClause,
    Update,
    bindparam,
    case,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal import logs
from portal.access.limit_sentences import Hit, Limit, Window
from portal.access.limits import ALARM, WAITS, WINDOWS
from portal.access.problems import LimitReached
from portal.database import Moment, write
from portal.extensions import db, keys
from portal.models import Counter

Row = tuple[str, bytes]  # a counter's name and subject
Wait = tuple[datetime, Limit]  # until when, and which limit it is

# `free_at` of a row that makes nobody wait. Not the present: of two requests at once, the one that began a moment
# earlier may count second, and would be refused.
FREE = datetime(1970, 1, 1, tzinfo=UTC)
WHOLE_PORTAL = "portal"  # the alarm's one subject

# Parts of the one statement of `take`.
_ALLOWED = """CASE WHEN (SELECT free_at FROM counters WHERE name = :alarm AND subject = :whole_portal) > :now
              THEN :alarmed{i} ELSE :allowed{i} END"""
_SLIDING = ", ".join(f"'{window.name}'" for _, window in WINDOWS.values() if window.slides)
_PAUSING = ", ".join(f"'{window.name}'" for _, window in WINDOWS.values() if window.pause)

log = logging.getLogger(__name__)


def take(hits: Iterable[Hit], now: datetime, then: Callable[[Session], None] = lambda _session: None) -> dict[str, int]:
    """Count one try on every limit, or on none: raises `LimitReached`, whose `until` is the latest wait.

    `then` counts what is no limit, in the same transaction; if it raises, nothing is counted. Returns what each window
    has counted now, by its name.
    """
    with write() as session:
        counted, refused = _count(session, hits, now)
        if not refused:
            then(session)
    if refused:
        for limit in sorted({WINDOWS[name][0].name for name, _ in refused}):
            logs.note("limit_reached", about=limit)
        raise _reached(refused, now)
    return {name: count for (name, _), count in counted.items()}


def allows(session: Session, hit: Hit, now: datetime) -> int:
    """Count something that is done only as often as a limit of one window allows, in the transaction that does it.

    Returns how often that is now; 0 when the limit refuses.
    """
    return sum(_count(session, (hit,), now)[0].values())


def settle(session: Session, right: Iterable[Hit], back: Iterable[Hit], now: datetime) -> None:
    """An answer was right, in the transaction that acts on it: the counts of `right` begin anew, those of `back` get
    their try back."""
    _lower(session, _named(right), _named(back), now)


def give_back(hits: Iterable[Hit], now: datetime) -> None:
    """Undo `take`: the answer was right. What was granted stays granted, so a failure is only logged."""
    try:
        with write() as session:
            _lower(session, set(), _named(hits), now)
    except DBAPIError as problem:
        log.error("A try was not given back: %s", type(problem.orig).__name__)


def free_from(hits: Iterable[Hit], now: datetime) -> datetime | None:
    """When `take` would next succeed; None means at once."""
    waits = _waits(_named(hits), now)
    return max((until for until, _ in waits), default=None)


def row(hit: Hit) -> Row:
    """The counter of a limit of one window."""
    (found,) = _named((hit,))
    return found


def _named(hits: Iterable[Hit]) -> set[Row]:
    return {(window.name, subject) for window, subject in _rows(hits)}


def _rows(hits: Iterable[Hit]) -> Iterator[tuple[Window, bytes]]:
    for hit in hits:
        subject = keys().subject(hit.subject)
        yield from ((window, subject) for window in hit.limit.windows)


@lru_cache(maxsize=16)
def _counting(rows: int) -> TextClause:
    """The one statement of `take`. A row whose limit is reached stays as it is and is not returned.

    Both engines understand it: `counters` is the row that stood there, `excluded` the one that was to be inserted.
    """
    values = ", ".join(f"(:name{i}, :subject{i}, 1, {_ALLOWED.format(i=i)}, :free{i}, :resets{i})" for i in range(rows))
    waits = " ".join(
        f"WHEN counters.name = '{name}' AND counters.count + 1 >= {least or 'excluded.allowed'} THEN :wait{i}"
        for i, (name, least, _) in enumerate(WAITS)
    )
    statement = f"""
        INSERT INTO counters (name, subject, count, allowed, free_at, resets_at) VALUES {values}
        ON CONFLICT (name, subject) DO UPDATE SET
            count = CASE WHEN counters.resets_at <= :now THEN 1 ELSE counters.count + 1 END,
            allowed = excluded.allowed,
            free_at = CASE WHEN counters.resets_at <= :now THEN excluded.free_at {waits} ELSE counters.free_at END,
            resets_at = CASE WHEN counters.resets_at <= :now OR counters.name IN ({_SLIDING})
                        THEN excluded.resets_at ELSE counters.resets_at END
        WHERE counters.free_at <= :now
            AND (counters.resets_at <= :now OR counters.count < excluded.allowed OR counters.name IN ({_PAUSING}))
        RETURNING name, subject, count
    """  # noqa: S608  only this module's own names and numbers
    moments = ["now", *(f"wait{i}" for i in range(len(WAITS)))]
    moments += [f"{column}{i}" for i in range(rows) for column in ("free", "resets")]
    return text(statement).bindparams(*(bindparam(name, type_=Moment) for name in moments))


def _values(rows: list[tuple[Window, bytes]], now: datetime) -> dict[str, object]:
    alarm, subject = _alarm()
    values: dict[str, object] = {"now": now, "alarm": alarm, "whole_portal": subject}
    values |= {f"wait{i}": now + wait for i, (_, _, wait) in enumerate(WAITS)}
    for i, (window, subject) in enumerate(rows):
        values |= {f"name{i}": window.name, f"subject{i}": subject}
        values |= {f"allowed{i}": window.allowed, f"alarmed{i}": _while_alarmed(window)}
        values |= {f"free{i}": now + wait if (wait := window.wait_after(1)) else FREE, f"resets{i}": now + window.lasts}
    return values


def _alarm() -> Row:
    return ALARM.windows[0].name, keys().subject(WHOLE_PORTAL)


def _while_alarmed(window: Window) -> int:
    """What a window allows while the alarm stands."""
    return window.allowed // 2 if WINDOWS[window.name][0].halved else window.allowed


def _count(session: Session, hits: Iterable[Hit], now: datetime) -> tuple[dict[Row, int], set[Row]]:
    """Count on every limit, or on none but those that count a refused try too. What was counted, and what refused."""
    rows = sorted(_rows(hits), key=lambda row: (row[0].name, row[1]))
    found = session.connection().execute(_counting(len(rows)), _values(rows, now))
    counted = {(name, bytes(subject)): count for name, subject, count in found}
    refused = {(window.name, subject) for window, subject in rows} - counted.keys()
    if refused:
        _lower(session, set(), {row for row in counted if not WINDOWS[row[0]][0].refused_too}, now)
    return counted, refused


def _lower(session: Session, anew: set[Row], less: set[Row], now: datetime) -> None:
    """The counts of `anew` begin anew, those of `less` go down by one; a row that is in both begins anew."""
    if not anew | less:
        return
    values: dict[str, object] = {"rows": sorted(anew | less), "now": now, "free": FREE}
    if anew:
        values["anew"] = sorted(anew)
    session.connection().execute(_BEGINNING_ANEW if anew else _LOWERING, values)


def _lowering(count: ColumnElement[int]) -> Update:
    """The one statement of `_lower`. It locks the rows in the one order before it changes any."""
    counted = (_named_by("rows"), Counter.count > 0, Counter.resets_at > bindparam("now", type_=Moment))
    locked = select(Counter.name, Counter.subject).where(*counted).order_by(Counter.name, Counter.subject)
    values = {"count": count, "free_at": bindparam("free", type_=Moment)}
    return update(Counter).where(tuple_(Counter.name, Counter.subject).in_(locked.with_for_update())).values(values)


def _named_by(rows: str) -> ColumnElement[bool]:
    return tuple_(Counter.name, Counter.subject).in_(bindparam(rows, expanding=True))


_LOWERING = _lowering(Counter.count - 1)
_BEGINNING_ANEW = _lowering(case((_named_by("anew"), 0), else_=Counter.count - 1))


def _among(rows: set[Row]) -> ColumnElement[bool]:
    return tuple_(Counter.name, Counter.subject).in_(sorted(rows))


def _waits(rows: set[Row], now: datetime) -> Iterator[Wait]:
    """For each of these counters that refuses: until when, and which limit it is."""
    asked = select(Counter).where(_among(rows | {_alarm()})).execution_options(populate_existing=True)
    found = {(row.name, bytes(row.subject)): row for row in db.session.scalars(asked)}
    alarm = found.get(_alarm())
    for row in rows & found.keys():
        if (until := _until(found[row], alarm.free_at if alarm else FREE, now)) > now:
            yield until, WINDOWS[row[0]][0]


def _until(row: Counter, alarm: datetime, now: datetime) -> datetime:
    """When a counter next allows a try."""
    window = WINDOWS[row.name][1]
    if window.pause or row.resets_at <= now or row.count < _while_alarmed(window):
        return row.free_at
    full = row.count >= window.allowed
    return max(row.free_at, row.resets_at if full else min(alarm, row.resets_at))


def _moment(wait: Wait) -> datetime:
    return wait[0]


def _reached(refused: set[Row], now: datetime) -> LimitReached:
    """The refusal to raise. A counter that was freed meanwhile still refuses this try, for a second."""
    waits = sorted(_waits(refused, now), key=_moment)
    until, limit = waits[-1] if waits else (now + timedelta(seconds=1), WINDOWS[min(refused)[0]][0])
    return LimitReached(limit.what, until)
