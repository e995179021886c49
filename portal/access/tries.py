"""Trying a code: the try is counted before the answer is looked at, and only a right answer gives it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from portal.access import counting, limits
from portal.access.limits import Hit
from portal.access.problems import AlreadyUsed, Busy, Gone, MethodClosed
from portal.access.standing import Standing
from portal.database import changed, write
from portal.models import Factor

# Ways out of a try that say nothing against the answer: it was right and spent, it was right but somebody else's tab
# was first, or it was not looked at.
BLAMELESS = (AlreadyUsed, Gone, Busy)


@contextmanager
def counted(hits: tuple[Hit, ...], now: datetime) -> Iterator[None]:
    """Count a try on every limit, then run the block that judges and spends the answer.

    The try is given back when the block ends well or blamelessly; any other way out leaves it counted. Raises
    `LimitReached`. A right answer doesn't undo what was wrong before: that is for the block to `forget`.
    """
    counting.take(hits, now)
    try:
        yield
    except BLAMELESS:
        counting.give_back(hits, now)
        raise
    counting.give_back(hits, now)


def code_hits(subject: str, ip: str) -> tuple[Hit, ...]:
    """The limits of wrong codes for one user and method, or one visit, and for a network address."""
    return Hit(limits.CODES, subject), Hit(limits.CODES_BY_NETWORK, f"network {limits.network(ip)}")


@contextmanager
def counted_in_a_row(standing: Standing, kind: str) -> Iterator[None]:
    """Count a try towards the codes in a row after which a method refuses; the block that finds the answer right begins
    anew, by `begin_row_anew`.

    Raises `MethodClosed` when the method refuses already, `Gone` when it was removed meanwhile.
    """
    rows = _of(standing.user_id, kind)
    with write() as session:
        one_more = update(Factor).where(*rows, Factor.wrong_codes < limits.CODES_IN_A_ROW)
        if changed(session.execute(one_more.values(wrong_codes=Factor.wrong_codes + 1))) == 0:
            raise MethodClosed(kind) if session.scalar(select(Factor.id).where(*rows).limit(1)) else Gone
    try:
        yield
    except BLAMELESS:
        with write() as session:
            one_less = update(Factor).where(*rows, Factor.wrong_codes > 0)
            session.execute(one_less.values(wrong_codes=Factor.wrong_codes - 1))
        raise


def begin_row_anew(session: Session, user_id: int, kind: str) -> None:
    """A right answer: what was wrong before no longer counts towards closing the method."""
    session.execute(update(Factor).where(*_of(user_id, kind)).values(wrong_codes=0))


def _of(user_id: int, kind: str) -> tuple[ColumnElement[bool], ...]:
    return Factor.user_id == user_id, Factor.kind == kind, Factor.confirmed_at.is_not(None)
