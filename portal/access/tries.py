"""Trying a code: the try is counted before the answer is looked at, and only a right answer gives it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from portal.access import limits
from portal.access.limits import Hit
from portal.access.problems import CodeUsed, Gone, MethodClosed
from portal.access.sign_ins import Standing
from portal.database import changed, write
from portal.models import Factor


@contextmanager
def counted(hits: tuple[Hit, ...], now: datetime) -> Iterator[None]:
    """Count a try on every limit, then run the block that judges and spends the answer.

    The try is given back when the block ends well or the answer was right but spent (`CodeUsed`); any other way out
    leaves it counted. Raises `LimitReached`.
    """
    limits.take(hits, now)
    try:
        yield
    except CodeUsed:
        limits.give_back(hits, now)
        raise
    limits.give_back(hits, now)


def code_hits(subject: str, ip: str) -> tuple[Hit, ...]:
    """The limits of wrong codes for one user and method, or one visit, and for a network address."""
    return (
        Hit(limits.CODES, subject),
        Hit(limits.CODES_BY_NETWORK, f"network {limits.network(ip)}"),
    )


@contextmanager
def counted_in_a_row(standing: Standing, kind: str, *, enrolled: bool) -> Iterator[None]:
    """Count a try towards the codes in a row after which a method refuses; a right answer begins anew.

    Raises `MethodClosed` when the method refuses already, `Gone` when it was removed or its set-up finished meanwhile.
    `enrolled` is False while it is being set up.
    """
    rows = (Factor.user_id == standing.user_id, Factor.kind == kind, Factor.confirmed_at.is_not(None))
    if not enrolled:
        rows = (Factor.sign_in_id == standing.sign_in_id, Factor.kind == kind, Factor.confirmed_at.is_(None))
    with write() as session:
        counting = update(Factor).where(*rows, Factor.wrong_codes < limits.CODES_IN_A_ROW)
        if changed(session.execute(counting.values(wrong_codes=Factor.wrong_codes + 1))) == 0:
            raise MethodClosed(kind) if session.scalar(select(Factor.id).where(*rows).limit(1)) else Gone
    try:
        yield
    except CodeUsed:
        _set(rows, Factor.wrong_codes - 1)
        raise
    _set(rows, 0)


def _set(rows: tuple[ColumnElement[bool], ...], value: object) -> None:
    with write() as session:
        session.execute(update(Factor).where(*rows, Factor.wrong_codes > 0).values(wrong_codes=value))
