"""Fifty wrong codes in a row: the method refuses until its owner opens it again."""

from datetime import datetime, timedelta

import pytest

from portal.access import closed_methods, factors, tries
from portal.access.limits import STEP
from portal.access.problems import CodeUsed, CodeWrong, Gone, MethodClosed
from portal.database import write
from tests.access.test_second_factor import HALF_MINUTE, prove, set_last_step
from tests.customers import Customer, Visit, enrolled


def guess(visit: Visit, code: str, times: int, now: datetime) -> datetime:
    """Wrong codes in a row, slowly enough for every limit. The moment after."""
    for n in range(times):
        with pytest.raises(CodeWrong):
            prove(visit, code, now, ip=f"198.51.100.{n}")
        now += timedelta(minutes=30)
    return now


def test_fifty_wrong_codes_in_a_row_close_the_method(ben: Customer, now: datetime) -> None:
    """It stays enrolled, and refuses even the right code."""
    after = guess(ben.half_in(now), "000000", 49, now)
    prove(ben.half_in(after), ben.app_code(after), after)
    after = guess(ben.half_in(after), "000000", 50, after)
    with pytest.raises(MethodClosed):
        prove(ben.half_in(after), ben.app_code(after), after)
    assert factors.closed(enrolled(ben.user_id)[0])


def test_its_owner_opens_a_closed_method_again(ben: Customer, now: datetime) -> None:
    after = guess(ben.half_in(now), "000000", 50, now)
    with write() as session:
        closed_methods.open_again(session, ben.come_in(after).standing.actor, "totp", after)
    prove(ben.half_in(after), ben.app_code(after), after)


def test_a_used_code_brings_no_method_nearer_to_closing(ben: Customer, now: datetime) -> None:
    after = guess(ben.half_in(now), "000000", 49, now)
    set_last_step(ben, int(after.timestamp()) // STEP)
    with pytest.raises(CodeUsed):
        prove(ben.half_in(after), ben.app_code(after), after)
    later = after + HALF_MINUTE
    prove(ben.half_in(later), ben.app_code(later), later)


def test_a_method_that_is_gone_is_not_a_closed_one(ben: Customer, now: datetime) -> None:
    """It was switched off in another tab a moment ago."""
    standing = ben.come_in(now).standing
    hits = tries.code_hits("ben", standing.where)
    with pytest.raises(Gone), tries.counted_in_a_row(standing, "email", hits, now):
        pass
