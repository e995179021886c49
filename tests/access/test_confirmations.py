"""The password re-confirmation (R14): one action, once, within ten minutes, and lately enough after the code."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.access import confirmations, factors, sign_ins
from portal.access.problems import Gone, LastMethod
from portal.access.standing import Standing
from portal.database import write
from tests.customers import Customer, Visit
from tests.together import together

MINUTE = timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)
ACTION = "disable email"


def note(visit: Visit, action: str, now: datetime) -> None:
    with write() as session:
        confirmations.note(session, visit.standing, action, now)


def spend(visit: Visit, action: str, now: datetime) -> bool:
    standing = visit.standing
    with write() as session:
        confirmations.spend(session, standing, action, now)
    return True


def test_nothing_is_confirmed_at_first(cleo: Customer, now: datetime) -> None:
    """Not even right after the password of the sign-in itself."""
    visit = cleo.come_in(now)
    assert not confirmations.holds(visit.standing, ACTION, now)
    with pytest.raises(Gone):
        spend(visit, ACTION, now)


def test_one_confirmation_serves_one_action(cleo: Customer, now: datetime) -> None:
    visit = cleo.come_in(now)
    note(visit, ACTION, now)
    assert not confirmations.holds(visit.standing, "disable totp", now)
    with pytest.raises(Gone):
        spend(visit, "disable totp", now)
    assert confirmations.holds(visit.standing, ACTION, now)
    assert spend(visit, ACTION, now)


def test_one_confirmation_serves_once(cleo: Customer, now: datetime) -> None:
    visit = cleo.come_in(now)
    note(visit, ACTION, now)
    spend(visit, ACTION, now)
    assert not confirmations.holds(visit.standing, ACTION, now)
    with pytest.raises(Gone):
        spend(visit, ACTION, now)


def test_twenty_at_once_act_once(app: Flask, cleo: Customer, now: datetime) -> None:
    visit = cleo.come_in(now)
    note(visit, ACTION, now)
    results = together(app, *[lambda: spend(visit, ACTION, now)] * 20)
    assert results.count(True) == 1
    assert sum(isinstance(result, Gone) for result in results) == 19


def test_a_confirmation_holds_for_ten_minutes(cleo: Customer, now: datetime) -> None:
    visit, end = cleo.come_in(now), now + 10 * MINUTE
    note(visit, ACTION, now)
    assert confirmations.holds(visit.standing, ACTION, end - MOMENT)
    assert not confirmations.holds(visit.standing, ACTION, end)
    with pytest.raises(Gone):
        spend(visit, ACTION, end)
    assert spend(visit, ACTION, end - MOMENT)


def test_another_action_takes_its_place(cleo: Customer, now: datetime) -> None:
    """There is no window in which everything is allowed."""
    visit = cleo.come_in(now)
    note(visit, ACTION, now)
    note(visit, "remake codes", now)
    assert not confirmations.holds(visit.standing, ACTION, now)


def test_it_serves_one_sign_in(cleo: Customer, now: datetime) -> None:
    visit, other = cleo.come_in(now), cleo.come_in(now)
    note(visit, ACTION, now)
    assert not confirmations.holds(other.standing, ACTION, now)
    with pytest.raises(Gone):
        spend(other, ACTION, now)


def test_it_ends_with_the_sign_in(cleo: Customer, now: datetime) -> None:
    visit = cleo.come_in(now)
    note(visit, ACTION, now)
    with write() as session:
        sign_ins.end(session, visit.standing.sign_in_id, "signed_out", now)
    with pytest.raises(Gone):
        spend(visit, ACTION, now)


def _switch_all_off(session: Session, standing: Standing, now: datetime) -> None:
    confirmations.spend(session, standing, ACTION, now)
    for kind in ("email", "totp"):
        factors.remove(session, standing, kind, now)


def test_what_fails_leaves_the_confirmation_unused(cleo: Customer, now: datetime) -> None:
    """It is spent in the transaction that acts: to the end of the action."""
    visit = cleo.come_in(now)
    note(visit, ACTION, now)
    with pytest.raises(LastMethod), write() as session:
        _switch_all_off(session, visit.standing, now)
    assert confirmations.holds(visit.standing, ACTION, now)


def test_a_second_factor_is_fresh_for_a_quarter_of_an_hour(cleo: Customer, now: datetime) -> None:
    visit, end = cleo.come_in(now), now + 15 * MINUTE
    assert confirmations.fresh(visit.standing, end - MOMENT)
    assert not confirmations.fresh(visit.standing, end)


def test_a_stale_second_factor_makes_the_password_too_little(cleo: Customer, now: datetime) -> None:
    """T: a stolen session and a known password change nothing."""
    visit, later = cleo.come_in(now), now + 15 * MINUTE
    note(visit, ACTION, later)
    with pytest.raises(Gone):
        spend(visit, ACTION, later)


def test_a_fresh_code_makes_it_good_again(cleo: Customer, now: datetime) -> None:
    visit, later = cleo.come_in(now), now + 15 * MINUTE
    note(visit, ACTION, later)
    before = visit.standing
    with write() as session:
        again = Visit(sign_ins.raise_sign_in(session, before, "totp", later + MINUTE))
    assert spend(again, ACTION, later + MINUTE)


def test_a_newcomer_has_no_second_factor_to_be_fresh(dan: Customer, now: datetime) -> None:
    assert confirmations.fresh(dan.half_in(now, address_proved=True).standing, now)
