"""Where somebody is signed in now, and what they end there."""

from datetime import datetime, timedelta

import pytest

from portal.access import limits, open_sign_ins
from portal.access.problems import Gone
from tests.customers import HERE, Customer

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("app")


def test_finished_sign_ins_are_listed_this_one_first(ben: Customer, cleo: Customer, now: datetime) -> None:
    """Half-finished ones are not, nor anybody else's."""
    visits = [ben.come_in(now - n * MINUTE) for n in range(3)]
    ben.half_in(now)
    cleo.come_in(now)
    found = open_sign_ins.of(visits[1].standing, now)
    assert [sign_in.id for sign_in in found] == [visits[n].standing.sign_in_id for n in (1, 0, 2)]
    assert [sign_in.this for sign_in in found] == [True, False, False]
    assert [sign_in.raised_at for sign_in in found[1:]] == [now, now - 2 * MINUTE]
    assert {(sign_in.ip, sign_in.agent) for sign_in in found} == {(HERE.ip, HERE.agent)}


def test_what_is_over_is_not_listed(ben: Customer, now: datetime) -> None:
    """Ended, unused for an hour, or older than twelve."""
    here = ben.come_in(now).standing
    ended = ben.come_in(now).standing
    open_sign_ins.end_one(here, ended.sign_in_id, now)
    ben.come_in(now - limits.IDLE)
    assert [sign_in.id for sign_in in open_sign_ins.of(here, now)] == [here.sign_in_id]
    assert open_sign_ins.of(here, now + limits.IDLE) == []


def test_another_one_is_ended_and_says_why(ben: Customer, now: datetime) -> None:
    here, there = ben.come_in(now), ben.come_in(now)
    third = ben.come_in(now)
    for _ in range(2):  # a second click finds it ended, and leaves it so
        open_sign_ins.end_one(here.standing, there.standing.sign_in_id, now)
    assert [visit.standing.ended(now) for visit in (here, there, third)] == [None, "elsewhere", None]


def test_nobody_ends_somebody_else_s_or_this_one_by_number(ben: Customer, cleo: Customer, now: datetime) -> None:
    """T48."""
    his, hers = ben.come_in(now), cleo.come_in(now)
    half = ben.half_in(now)
    for visit in (his, hers, half):
        with pytest.raises(Gone):
            open_sign_ins.end_one(his.standing, visit.standing.sign_in_id, now)
    assert [visit.standing.ended(now) for visit in (his, hers, half)] == [None] * 3


def test_all_others_end_half_finished_ones_too(ben: Customer, cleo: Customer, now: datetime) -> None:
    here, there, half, hers = ben.come_in(now), ben.come_in(now), ben.half_in(now), cleo.come_in(now)
    open_sign_ins.end_others(here.standing, now)
    ended = [visit.standing.ended(now) for visit in (here, there, half, hers)]
    assert ended == [None, "elsewhere", "elsewhere", None]
