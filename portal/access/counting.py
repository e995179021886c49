"""Counting against limits. Each window of a limit is a row in `counters` for each subject: a user, an address, a
network address – as a keyed hash, whether or not anybody has that address.

`take` counts a try in all windows by one statement, in a transaction of its own that is committed before the answer is
looked at, so that parallel tries can't share a count and no rollback can undo one. Rows are always locked in one order,
by name and subject, so that nobody waits in a circle.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, TextClause, bindparam, delete, select, text, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.access.limits import WAITS, WINDOWS, Hit, Limit, Window
from portal.access.problems import LimitReached
from portal.database import Moment, write
from portal.extensions import db, keys
from portal.models import Counter

Row = tuple[str, bytes]  # a counter's name and subject

# `free_at` of a row that makes nobody wait. Not the present: of two requests at once, the one that began a moment
# earlier may count second, and would be refused.
FREE = datetime(1970, 1, 1, tzinfo=UTC)

log = logging.getLogger(__name__)


def take(hits: Iterable[Hit], now: datetime) -> None:
    """Count one try on every limit, or on none: raises `LimitReached`, whose `until` is the latest wait."""
    rows = sorted(_rows(hits), key=lambda row: (row[0].name, row[1]))  # one order for all: no deadlock
    with write() as session:
        counted = {
            (name, bytes(subject)) for name, subject in session.execute(_counting(len(rows)), _values(rows, now))
        }
        refused = {(window.name, subject) for window, subject in rows} - counted
        if refused:
            _uncount(session, counted, now)
    if refused:
        raise _reached(refused, now)


def give_back(hits: Iterable[Hit], now: datetime) -> None:
    """Undo `take`: the answer was right. What was granted stays granted, so a failure is only logged."""
    try:
        with write() as session:
            _uncount(session, _named(hits), now)
    except DBAPIError as problem:
        log.error("A try was not given back: %s", type(problem.orig).__name__)


def forget(session: Session, hits: Iterable[Hit]) -> None:
    """Begin these counts anew, in the transaction that knows why."""
    for name, subject in sorted(_named(hits)):
        session.execute(delete(Counter).where(Counter.name == name, Counter.subject == subject))


def free_from(hits: Iterable[Hit], now: datetime) -> datetime | None:
    """When `take` would next succeed; None means at once."""
    waits = _waits(_named(hits), now)
    return max((until for until, _ in waits), default=None)


def _named(hits: Iterable[Hit]) -> set[Row]:
    return {(window.name, subject) for window, subject in _rows(hits)}


def _rows(hits: Iterable[Hit]) -> Iterator[tuple[Window, bytes]]:
    for hit in hits:
        subject = keys().mac(hit.subject, "limit")
        yield from ((window, subject) for window in hit.limit.windows)


@lru_cache(maxsize=16)
def _counting(rows: int) -> TextClause:
    """The one statement of `take`. A row whose limit is reached stays as it is and is not returned.

    Both engines understand it: `counters` is the row that stood there, `excluded` the one that was to be inserted.
    """
    values = ", ".join(f"(:name{i}, :subject{i}, 1, :allowed{i}, :free{i}, :resets{i})" for i in range(rows))
    waits = " ".join(
        f"WHEN counters.name = '{name}' AND counters.count + 1 >= {least} THEN :wait{i}"
        for i, (name, least, _) in enumerate(WAITS)
    )
    sliding = ", ".join(f"'{window.name}'" for _, window in WINDOWS.values() if window.slides)
    statement = f"""
        INSERT INTO counters (name, subject, count, allowed, free_at, resets_at) VALUES {values}
        ON CONFLICT (name, subject) DO UPDATE SET
            count = CASE WHEN counters.resets_at <= :now THEN 1 ELSE counters.count + 1 END,
            allowed = excluded.allowed,
            free_at = CASE WHEN counters.resets_at <= :now THEN excluded.free_at {waits} ELSE counters.free_at END,
            resets_at = CASE WHEN counters.resets_at <= :now OR counters.name IN ({sliding})
                        THEN excluded.resets_at ELSE counters.resets_at END
        WHERE counters.resets_at <= :now OR (counters.count < excluded.allowed AND counters.free_at <= :now)
        RETURNING name, subject
    """  # noqa: S608  only this module's own names and numbers
    moments = ["now", *(f"wait{i}" for i in range(len(WAITS)))]
    moments += [f"{column}{i}" for i in range(rows) for column in ("free", "resets")]
    return text(statement).bindparams(*(bindparam(name, type_=Moment) for name in moments))


def _values(rows: list[tuple[Window, bytes]], now: datetime) -> dict[str, object]:
    values: dict[str, object] = {"now": now}
    values |= {f"wait{i}": now + wait for i, (_, _, wait) in enumerate(WAITS)}
    for i, (window, subject) in enumerate(rows):
        values |= {f"name{i}": window.name, f"subject{i}": subject, f"allowed{i}": window.allowed}
        values |= {f"free{i}": now + wait if (wait := window.wait_after(1)) else FREE, f"resets{i}": now + window.lasts}
    return values


def _uncount(session: Session, counted: set[Row], now: datetime) -> None:
    for name, subject in sorted(counted):
        mine = (Counter.name == name, Counter.subject == subject, Counter.count > 0, Counter.resets_at > now)
        session.execute(update(Counter).where(*mine).values(count=Counter.count - 1, free_at=FREE))


def _among(rows: set[Row]) -> ColumnElement[bool]:
    return tuple_(Counter.name, Counter.subject).in_(sorted(rows))


def _waits(rows: set[Row], now: datetime) -> Iterator[tuple[datetime, Limit]]:
    """For each of these counters that refuses: until when, and which limit it is."""
    for row in db.session.scalars(select(Counter).where(_among(rows)).execution_options(populate_existing=True)):
        if row.resets_at > now and row.count >= row.allowed:
            yield row.resets_at, WINDOWS[row.name][0]
        elif row.free_at > now:
            yield row.free_at, WINDOWS[row.name][0]


def _reached(refused: set[Row], now: datetime) -> LimitReached:
    """The refusal to raise. A counter that was freed meanwhile still refuses this try, for a second."""
    waits = sorted(_waits(refused, now), key=lambda wait: wait[0])
    until, limit = waits[-1] if waits else (now + timedelta(seconds=1), WINDOWS[min(refused)[0]][0])
    return LimitReached(limit.what, until)
