"""The last recovery code: whoever has used it, or come in since, makes a new set before anything else opens."""

from datetime import datetime, timedelta

import pytest

from portal.access import recovery_codes
from portal.access.problems import RecoveryCodeWrong
from portal.access.steps import Step
from tests.access.test_recovery_codes import remake, use
from tests.customers import Customer, Visit

MINUTE = timedelta(minutes=1)


def use_up(ben: Customer, now: datetime) -> Visit:
    """All ten, in one sign-in."""
    visit = ben.half_in(now)
    for code in ben.codes:
        visit = use(visit, code, now)
    return visit


def test_nine_used_codes_shut_nothing(ben: Customer, now: datetime) -> None:
    for code in ben.codes[:9]:
        assert use(ben.half_in(now), code, now).standing.step(now) is Step.IN


def test_the_last_one_leads_to_a_new_set(ben: Customer, now: datetime) -> None:
    """S0.10."""
    visit = use_up(ben, now)
    assert visit.standing.step(now) is Step.SAVE_CODES
    assert visit.standing.codes_used_up
    assert visit.standing.codes_left == 0


def test_so_does_every_sign_in_after_it(ben: Customer, now: datetime) -> None:
    """By the app as well."""
    use_up(ben, now)
    assert ben.come_in(now + MINUTE).standing.step(now + MINUTE) is Step.SAVE_CODES


def test_a_sign_in_of_before_goes_on(ben: Customer, now: datetime) -> None:
    """Its second factor was proved before: whoever sits there now has shown no more than that they sit there (R14)."""
    earlier = ben.come_in(now - MINUTE)
    use_up(ben, now)
    assert earlier.standing.step(now) is Step.IN


def test_half_in_nothing_of_it_is_seen(ben: Customer, now: datetime) -> None:
    use_up(ben, now)
    half_in = ben.half_in(now + MINUTE).standing
    assert half_in.step(now + MINUTE) is Step.CHECK
    assert not half_in.codes_used_up


def test_a_new_set_lets_in_what_waited(ben: Customer, now: datetime) -> None:
    visit = use_up(ben, now)
    recovery_codes.replace(visit.standing, recovery_codes.prepare(), now)
    assert recovery_codes.unsaved(visit.standing)
    recovery_codes.finish(visit.standing, now)
    assert visit.standing.step(now) is Step.IN
    assert visit.standing.codes_left == 10


def test_two_sign_ins_that_wait_make_one_set(ben: Customer, now: datetime) -> None:
    """The second one's button, pressed on a page that is old, leaves the set alone that the first has saved."""
    first, second = use_up(ben, now), ben.come_in(now + MINUTE)
    old_page = second.standing
    recovery_codes.replace(first.standing, recovery_codes.prepare(), now + MINUTE)
    recovery_codes.finish(first.standing, now + MINUTE)
    recovery_codes.replace(old_page, recovery_codes.prepare(), now + MINUTE)
    left = recovery_codes.remaining(ben.user_id)
    assert left
    assert (left.number, left.unused) == (2, 10)


def test_used_codes_of_an_old_set_shut_nothing(ben: Customer, now: datetime) -> None:
    """Only today's set counts."""
    visit = use_up(ben, now)
    remake(visit, now)
    recovery_codes.finish(visit.standing, now)
    with pytest.raises(RecoveryCodeWrong):
        use(ben.half_in(now), ben.codes[0], now)
    assert ben.come_in(now + MINUTE).standing.step(now + MINUTE) is Step.IN


def test_whoever_has_no_set_is_not_stopped(dan: Customer, now: datetime) -> None:
    """Imported, or from before there were codes: the overview says so, nothing shuts."""
    standing = dan.come_in(now).standing
    assert (standing.codes_used_up, standing.codes_left) == (False, 0)
