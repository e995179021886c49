"""Trying a code: the try is counted before the answer is looked at, and only a right answer gives it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from portal.access import counting, failures, limits
from portal.access.limit_sentences import Hit, network
from portal.access.problems import AlreadyUsed, Busy, Gone, MethodClosed, Problem
from portal.access.standing import Standing
from portal.access.where import Where
from portal.database import write
from portal.models import Factor

# Ways out of a try that say nothing against the answer: it was right and spent, it was right but somebody else's tab
# was first, or it was not looked at.
BLAMELESS = (AlreadyUsed, Gone, Busy)


@contextmanager
def counted(hits: tuple[Hit, ...], now: datetime) -> Iterator[None]:
    """Count a try on every limit, then run the block that judges and spends the answer.

    A blameless way out gives the try back; any other leaves it counted. That of a right answer is for the block to
    `settle`, in the transaction that acts on it. Raises `LimitReached`.
    """
    counting.take(hits, now)
    with _given_back(hits, now):
        yield


@contextmanager
def counted_in_a_row(standing: Standing, kind: str, hits: tuple[Hit, ...], now: datetime) -> Iterator[None]:
    """The same for a method's code, which counts towards the codes in a row after which the method refuses, too; the
    block that finds the answer right begins the row anew. A wrong answer is noted, and the owner told if it is one too
    many.

    Raises `MethodClosed` when the method refuses already, `Gone` when it was removed meanwhile; that counts nothing.
    """
    mine, in_a_row = {"user": standing.user_id, "method": kind}, 0

    def one_more(session: Session) -> None:
        nonlocal in_a_row
        counts = session.connection().execute(_ONE_MORE, mine).scalars().all()
        if not counts:
            raise MethodClosed(kind) if session.scalar(_STILL_THERE, mine) else Gone
        in_a_row = max(counts)

    counting.take(hits, now, one_more)
    try:
        with _given_back(hits, now):
            yield
    except BLAMELESS:
        with write() as session:
            session.execute(_ONE_LESS, mine)
        raise
    except Problem:
        failures.note_wrong_code(standing, kind, now, closed=in_a_row == limits.CODES_IN_A_ROW)
        raise


@contextmanager
def _given_back(hits: tuple[Hit, ...], now: datetime) -> Iterator[None]:
    try:
        yield
    except BLAMELESS:
        counting.give_back(hits, now)
        raise


def code_hits(subject: str, where: Where) -> tuple[Hit, ...]:
    """The limits of wrong codes for one user and method, or one visit, and for a network address."""
    return Hit(limits.CODES, subject), Hit(limits.CODES_BY_NETWORK, f"network {network(where.ip)}")


_MINE = (Factor.user_id == bindparam("user"), Factor.kind == bindparam("method"), Factor.confirmed_at.is_not(None))
_ONE_MORE = (
    update(Factor)
    .where(*_MINE, Factor.wrong_codes < limits.CODES_IN_A_ROW)
    .values(wrong_codes=Factor.wrong_codes + 1)
    .returning(Factor.wrong_codes)
)
_ONE_LESS = update(Factor).where(*_MINE, Factor.wrong_codes > 0).values(wrong_codes=Factor.wrong_codes - 1)
_STILL_THERE = select(exists().where(*_MINE))
