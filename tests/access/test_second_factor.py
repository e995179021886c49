"""Proving a second factor: at sign-in and at the end of setting one up, by the same rules."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.access import codes, factors, second_factor, sign_ins
from portal.access.limits import STEP
from portal.access.problems import (
    CodeMistyped,
    CodeUsed,
    CodeWrong,
    Gone,
    LimitReached,
)
from portal.access.steps import Step
from portal.database import write
from portal.extensions import db
from portal.methods.totp import code_at
from portal.models import Factor
from tests.customers import IP, Customer, Visit, begin, enrol, enrolled, from_ip, mailed_code, wrong
from tests.together import together

MINUTE = timedelta(minutes=1)
HALF_MINUTE = timedelta(seconds=STEP)


def prove(visit: Visit, code: str, now: datetime, kind: str = "totp", ip: str = IP) -> Visit:
    return Visit(second_factor.prove(replace(visit, where=from_ip(ip)).standing, kind, code, now))


def set_last_step(who: Customer, step: int) -> None:
    with write() as session:
        session.execute(update(Factor).where(Factor.user_id == who.user_id).values(last_step=step))


def last_step(who: Customer) -> int | None:
    return db.session.scalar(select(Factor.last_step).where(Factor.user_id == who.user_id, Factor.kind == "totp"))


@pytest.mark.parametrize("aside", [-1, 0, 1])
def test_one_step_aside_is_accepted_at_sign_in(ben: Customer, aside: int, now: datetime) -> None:
    """R6, T38."""
    assert prove(ben.half_in(now), ben.app_code(now, aside), now).standing.step(now) is Step.IN


@pytest.mark.parametrize("aside", [-2, 2])
def test_two_steps_aside_are_not_accepted_at_sign_in(ben: Customer, aside: int, now: datetime) -> None:
    """R6, T38."""
    visit = ben.half_in(now)
    with pytest.raises(CodeWrong):
        prove(visit, ben.app_code(now, aside), now)
    assert visit.standing.step(now) is Step.CHECK


@pytest.mark.parametrize(("aside", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_the_same_steps_are_accepted_at_enrolment(dan: Customer, aside: int, taken: bool, now: datetime) -> None:
    """R6, T38: a key that is a step off is noticed before it locks somebody out."""
    visit = dan.half_in(now, address_proved=True)
    secret = factors.secret(begin(visit, "totp", now)) or b""
    code = code_at(secret, int(now.timestamp()) // STEP + aside)
    if taken:
        assert second_factor.finish_set_up(visit.standing, "totp", code, now)
    else:
        with pytest.raises(CodeWrong):
            second_factor.finish_set_up(visit.standing, "totp", code, now)
    assert bool(enrolled(dan.user_id)) is taken


def test_a_code_is_good_once(ben: Customer, now: datetime) -> None:
    """T07, RFC 6238, 5.2: in another browser too."""
    code = ben.app_code(now)
    prove(ben.half_in(now), code, now)
    with pytest.raises(CodeUsed):
        prove(ben.half_in(now), code, now)


def test_an_earlier_code_is_spent_with_a_later_one(ben: Customer, now: datetime) -> None:
    prove(ben.half_in(now), ben.app_code(now), now)
    with pytest.raises(CodeUsed):
        prove(ben.half_in(now), ben.app_code(now, -1), now)


def test_the_code_that_enrolled_signs_nobody_in(dan: Customer, now: datetime) -> None:
    """T07: one mark for both."""
    visit = dan.half_in(now, address_proved=True)
    secret = factors.secret(begin(visit, "totp", now)) or b""
    code = code_at(secret, int(now.timestamp()) // STEP)
    second_factor.finish_set_up(visit.standing, "totp", code, now)
    with pytest.raises(CodeUsed):
        prove(dan.half_in(now), code, now)


def test_a_mark_far_in_the_future_locks_nobody_out(ben: Customer, now: datetime) -> None:
    """T38: it comes from a clock that was set back."""
    set_last_step(ben, int(now.timestamp()) // STEP + 120)
    prove(ben.half_in(now), ben.app_code(now), now)
    assert last_step(ben) == int(now.timestamp()) // STEP
    with pytest.raises(CodeUsed):
        prove(ben.half_in(now), ben.app_code(now), now)


def test_a_mark_one_step_ahead_is_no_clock_set_back(ben: Customer, now: datetime) -> None:
    """The phone is a little fast: what it showed before stays spent."""
    prove(ben.half_in(now), ben.app_code(now, 1), now)
    with pytest.raises(CodeUsed):
        prove(ben.half_in(now), ben.app_code(now), now)


def test_one_code_lets_one_of_twenty_in(app: Flask, ben: Customer, now: datetime) -> None:
    """T06: twenty browsers, one code."""
    visits = [ben.half_in(now).standing for _ in range(20)]
    code = ben.app_code(now)

    def enter(n: int) -> Callable[[], str]:
        return lambda: second_factor.prove(visits[n], "totp", code, now)

    results = together(app, *[enter(n) for n in range(20)])
    assert sum(isinstance(result, str) for result in results) == 1
    assert all(isinstance(result, str | CodeUsed | LimitReached) for result in results)


def test_twenty_wrong_codes_at_once_are_ten_tries(app: Flask, ben: Customer, now: datetime) -> None:
    """T05: counted before the answer is looked at."""
    visit, code = ben.half_in(now).standing, wrong(ben.app_code(now))

    def guess(n: int) -> Callable[[], str]:
        return lambda: second_factor.prove(visit, "totp", code, now)

    results = together(app, *[guess(n) for n in range(20)])
    assert sum(isinstance(result, CodeWrong) for result in results) == 10
    assert sum(isinstance(result, LimitReached) for result in results) == 10


def test_a_right_code_gives_its_try_back(ben: Customer, now: datetime) -> None:
    """Whoever signs in often is never refused for it."""
    for n in range(15):
        moment = now + n * HALF_MINUTE
        prove(ben.half_in(moment), ben.app_code(moment), moment)


def test_a_used_code_gives_its_try_back(ben: Customer, now: datetime) -> None:
    """R7: right, but already spent: its own words, and no try, on no counter."""
    code = ben.app_code(now)
    prove(ben.half_in(now), code, now)
    visit = ben.half_in(now)
    for _ in range(25):
        with pytest.raises(CodeUsed):
            prove(visit, code, now)
    assert enrolled(ben.user_id)[0].wrong_codes == 0


def test_a_badly_typed_code_is_no_try(ben: Customer, now: datetime) -> None:
    visit = ben.half_in(now)
    for _ in range(25):
        with pytest.raises(CodeMistyped):
            prove(visit, "12345", now)
    prove(visit, ben.app_code(now), now)


def test_ten_wrong_codes_and_then_a_wait(ben: Customer, now: datetime) -> None:
    """Counted for the user, so that a new sign-in, or a new address, buys none."""
    guess_now = wrong(ben.app_code(now))
    for n in range(10):
        with pytest.raises(CodeWrong):
            prove(ben.half_in(now), guess_now, now, ip=f"198.51.100.{n}")
    with pytest.raises(LimitReached) as refused:
        prove(ben.half_in(now), ben.app_code(now), now, ip="198.51.100.99")
    assert refused.value.until == now + 15 * MINUTE
    later = now + 15 * MINUTE
    prove(ben.half_in(later), ben.app_code(later), later)


def test_asking_again_buys_no_new_tries(cleo: Customer, now: datetime) -> None:
    """R7: wrong tries count for the user and the method, not for the code."""
    visit = cleo.half_in(now)
    asker = codes.by_sign_in(visit.standing, second_factor.SIGN_IN)
    codes.issue(asker, {}, now)
    code = mailed_code(now)
    for _ in range(10):
        with pytest.raises(CodeWrong):
            prove(visit, wrong(code), now, "email")
    codes.issue(asker, {}, now + MINUTE)
    with pytest.raises(LimitReached):
        prove(visit, mailed_code(now + MINUTE), now + MINUTE, "email")


def test_one_methods_tries_are_not_the_others(cleo: Customer, now: datetime) -> None:
    visit = cleo.half_in(now)
    for _ in range(10):
        with pytest.raises(CodeWrong):
            prove(visit, "000000", now, "email")
    prove(visit, cleo.app_code(now), now)


def test_a_code_is_not_spent_when_the_sign_in_has_ended(ben: Customer, now: datetime) -> None:
    before = ben.half_in(now).standing
    with write() as session:
        sign_ins.end(session, before.sign_in_id, "signed_out", now)
    with pytest.raises(Gone):
        second_factor.prove(before, "totp", ben.app_code(now), now)
    prove(ben.half_in(now), ben.app_code(now), now)


def test_each_of_two_apps_lets_ben_in(ben: Customer, now: datetime) -> None:
    """R9: and one app's code spends nothing of the other."""
    second = enrol(ben.come_in(now), "totp", now) or b""
    prove(ben.half_in(now), ben.app_code(now), now)
    prove(ben.half_in(now), code_at(second, int(now.timestamp()) // STEP), now)


def test_what_is_not_enrolled_lets_nobody_in(ben: Customer, now: datetime) -> None:
    visit = ben.half_in(now)
    codes.issue(codes.by_sign_in(visit.standing, second_factor.SIGN_IN), {}, now)
    with pytest.raises(Gone):
        prove(visit, mailed_code(now), now, "email")


def test_an_app_being_set_up_lets_nobody_in(ben: Customer, now: datetime) -> None:
    """T12: its key was shown to whoever is at the browser."""
    visit = ben.half_in(now)
    secret = factors.secret(begin(visit, "totp", now)) or b""
    with pytest.raises(CodeWrong):
        prove(visit, code_at(secret, int(now.timestamp()) // STEP), now)
