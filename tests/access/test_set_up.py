"""Setting a method up: the first right code switches it on, and lets a newcomer in with ten recovery codes."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from portal.access import codes, factors, recovery_codes, second_factor
from portal.access.limits import STEP
from portal.access.problems import CodeUsed, CodeWrong, Gone, LimitReached
from portal.access.steps import Step
from portal.methods.totp import code_at
from tests.customers import Customer, Visit, begin, enrolled, find, mailed_code, wrong
from tests.together import together


@pytest.fixture
def visit(dan: Customer, now: datetime) -> Visit:
    """Dan's browser in the wizard."""
    return dan.half_in(now, address_proved=True)


def app_code(visit: Visit, now: datetime) -> str:
    """What an app shows that scanned the key just now."""
    return code_at(factors.secret(begin(visit, "totp", now)) or b"", int(now.timestamp()) // STEP)


def submit(visit: Visit, kind: str, code: str, now: datetime) -> Visit:
    token = second_factor.finish_set_up(visit.standing, kind, code, now)
    return Visit(token) if token else visit


def test_the_first_app_lets_a_newcomer_in_to_save_ten_codes(visit: Visit, now: datetime) -> None:
    """S4.3, R5: in one transaction."""
    after = submit(visit, "totp", app_code(visit, now), now)
    assert after.standing.step(now) is Step.SAVE_CODES
    shown = recovery_codes.unsaved(after.standing)
    assert shown is not None
    assert len(shown.codes) == 10
    assert find(visit.token) is None


def test_email_mfa_is_switched_on_by_its_code(visit: Visit, dan: Customer, now: datetime) -> None:
    """S4.4–S4.7."""
    begin(visit, "email", now)
    codes.issue(codes.by_sign_in(visit.standing, second_factor.ENROL), {}, now)
    after = submit(visit, "email", mailed_code(now), now)
    assert after.standing.step(now) is Step.SAVE_CODES
    assert after.standing.primary == "email"


def test_a_wrong_code_changes_no_key(visit: Visit, dan: Customer, now: datetime) -> None:
    """The wizard's promise: a wrong code never changes the key."""
    code = app_code(visit, now)
    with pytest.raises(CodeWrong):
        submit(visit, "totp", wrong(code), now)
    assert app_code(visit, now) == code
    assert enrolled(dan.user_id) == []


def test_a_double_click_at_the_end_enrols_once(app: Flask, visit: Visit, dan: Customer, now: datetime) -> None:
    code, before = app_code(visit, now), visit.standing

    def submit_now() -> str | None:
        return second_factor.finish_set_up(before, "totp", code, now)

    results = together(app, submit_now, submit_now)
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, CodeUsed | Gone) for result in results) == 1
    assert len(enrolled(dan.user_id)) == 1


def test_without_a_key_there_is_nothing_to_finish(visit: Visit, now: datetime) -> None:
    with pytest.raises(Gone):
        submit(visit, "totp", "000000", now)


def test_a_second_method_makes_no_new_codes(ben: Customer, now: datetime) -> None:
    """Those on paper stay good."""
    visit = ben.come_in(now)
    begin(visit, "email", now)
    codes.issue(codes.by_sign_in(visit.standing, second_factor.ENROL), {}, now)
    assert submit(visit, "email", mailed_code(now), now) == visit
    left = recovery_codes.remaining(ben.user_id)
    assert left is not None
    assert left.number == 1


def test_a_code_to_sign_in_with_switches_nothing_on(ben: Customer, now: datetime) -> None:
    """A 6.6.2: each code for its purpose."""
    visit = ben.come_in(now)
    begin(visit, "email", now)
    codes.issue(codes.by_sign_in(visit.standing, second_factor.SIGN_IN), {}, now)
    with pytest.raises(CodeWrong):
        submit(visit, "email", mailed_code(now), now)


def test_the_code_of_an_app_that_is_on_switches_no_other_on(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    begin(visit, "totp", now)
    with pytest.raises(CodeWrong):
        submit(visit, "totp", ben.app_code(now), now)


def test_wrong_codes_count_while_setting_up(visit: Visit, now: datetime) -> None:
    """limits: as everywhere."""
    code = app_code(visit, now)
    for _ in range(10):
        with pytest.raises(CodeWrong):
            submit(visit, "totp", wrong(code), now)
    with pytest.raises(LimitReached):
        submit(visit, "totp", code, now)


def test_a_mailbox_is_proved_by_its_own_code(dan: Customer, now: datetime) -> None:
    """R15."""
    visit = dan.half_in(now)
    codes.issue(codes.by_sign_in(visit.standing, second_factor.ADDRESS), {}, now)
    code = mailed_code(now)
    with pytest.raises(CodeWrong):
        second_factor.prove_mailbox(visit.standing, wrong(code), now)
    assert visit.standing.step(now) is Step.PROVE_ADDRESS
    second_factor.prove_mailbox(visit.standing, code, now)
    assert visit.standing.step(now) is Step.SET_UP


def test_proving_the_mailbox_leaves_half_an_hour_for_the_wizard(dan: Customer, now: datetime) -> None:
    visit, later = dan.half_in(now), now + timedelta(minutes=20)
    codes.issue(codes.by_sign_in(visit.standing, second_factor.ADDRESS), {}, later)
    second_factor.prove_mailbox(visit.standing, mailed_code(later), later)
    assert visit.standing.step(later + timedelta(minutes=29)) is Step.SET_UP
