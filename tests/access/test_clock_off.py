"""The clock doctor (R6): while an app is set up, a code of another time is explained. It is never accepted."""

from datetime import datetime, timedelta

import pytest

from portal.access import factors, second_factor
from portal.access.limits import STEP
from portal.access.problems import ClockOff, CodeUsed, CodeWrong, LimitReached
from portal.methods.totp import Totp, code_at
from tests.customers import Customer, Visit, begin

SECRET = bytes(range(20))


def diagnosed(steps: int, now: datetime) -> int | None:
    """By how many minutes the doctor finds a clock off that is so many steps aside."""
    code = code_at(SECRET, int(now.timestamp()) // STEP + steps)
    found = Totp().diagnose(code, SECRET, now)
    return found.minutes if isinstance(found, ClockOff) else None


@pytest.mark.parametrize(
    ("steps", "minutes"),
    [(2, 1), (-2, -1), (6, 3), (-6, -3), (120, 60), (-2879, -1439), (2880, 1440), (-2880, -1440)],
)
def test_the_doctor_tells_by_how_much_and_in_which_direction(steps: int, minutes: int, now: datetime) -> None:
    """Up to a day."""
    assert diagnosed(steps, now) == minutes


@pytest.mark.parametrize("steps", [2881, -2881])
def test_beyond_a_day_a_code_is_just_wrong(steps: int, now: datetime) -> None:
    assert diagnosed(steps, now) is None


@pytest.fixture
def setting_up(ben: Customer, now: datetime) -> Visit:
    """ben, about to add an app whose secret `shown` reads."""
    visit = ben.come_in(now)
    begin(visit, "totp", now)
    return visit


def shown(visit: Visit, now: datetime, steps: int) -> str:
    row = factors.pending(visit.standing, "totp", now)
    assert row
    return code_at(factors.secret(row) or b"", int(now.timestamp()) // STEP + steps)


def test_an_explained_code_switches_nothing_on(setting_up: Visit, now: datetime) -> None:
    """C6: plus and minus one step are in, two are out, here as at sign-in."""
    with pytest.raises(ClockOff) as told:
        second_factor.finish_set_up(setting_up.standing, "totp", shown(setting_up, now, 6), now)
    assert told.value.minutes == 3
    assert len(setting_up.standing.factors) == 1
    second_factor.finish_set_up(setting_up.standing, "totp", shown(setting_up, now, 1), now)
    assert len(setting_up.standing.factors) == 2


def test_an_explained_code_counts_as_a_wrong_try(setting_up: Visit, now: datetime) -> None:
    """Ten in a quarter of an hour, explained or not."""
    for steps in range(2, 12):
        with pytest.raises(ClockOff):
            second_factor.finish_set_up(setting_up.standing, "totp", shown(setting_up, now, steps), now)
    with pytest.raises(LimitReached):
        second_factor.finish_set_up(setting_up.standing, "totp", shown(setting_up, now, 0), now)


def test_at_sign_in_a_code_of_another_time_is_just_wrong(ben: Customer, now: datetime) -> None:
    """No oracle for whoever has only the password."""
    for steps in (-6, 6):
        with pytest.raises(CodeWrong) as told:
            second_factor.prove(ben.half_in(now).standing, "totp", ben.app_code(now, steps), now)
        assert type(told.value) is CodeWrong


def test_a_code_that_was_used_is_told_apart(setting_up: Visit, ben: Customer, now: datetime) -> None:
    """The doctor is asked only about what is wrong."""
    second_factor.prove(ben.half_in(now).standing, "totp", ben.app_code(now), now)
    with pytest.raises(CodeUsed):
        second_factor.prove(ben.half_in(now).standing, "totp", ben.app_code(now), now + timedelta(seconds=1))
