"""Checking a password: at sign-in and before a change, counted before it is looked at, the same for nobody."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from portal.access import password_check
from portal.access.addresses import read_address
from portal.access.problems import LimitReached, PasswordMissing, PasswordWrong, SignInWrong
from portal.access.steps import Step
from portal.access.where import Where
from portal.extensions import db
from portal.models import Counter, SignIn
from tests.customers import HERE, IP, Customer, Visit, from_ip
from tests.together import together

WRONG = "a loud red teapot"
MINUTE = timedelta(minutes=1)
ELSEWHERE = Where("198.51.100.250", "Mozilla/5.0", b"another")


def sign_in(email: str, password: str, now: datetime, ip: str = IP) -> Visit:
    return Visit(password_check.sign_in(read_address(email), password, from_ip(ip), now).token)


def guess(email: str, times: int, now: datetime) -> None:
    """Wrong passwords, each from another network address."""
    for n in range(times):
        with pytest.raises(SignInWrong):
            sign_in(email, WRONG, now, f"198.51.100.{n}")


def counters(counted: str) -> dict[str, int]:
    """What is counted now, by limit."""
    rows = db.session.scalars(select(Counter).where(Counter.name.contains(counted)))
    return {row.name: row.count for row in rows}


def test_a_right_password_leads_to_the_code(ben: Customer, now: datetime) -> None:
    """S2.1."""
    assert sign_in(ben.email, ben.password, now).standing.step(now) is Step.CHECK


def test_the_address_is_found_in_every_case(ben: Customer, now: datetime) -> None:
    assert sign_in("BEN@Example.org", ben.password, now).standing.user_id == ben.user_id


@pytest.mark.parametrize("email", ["ben@example.org", "nobody@example.org"])
def test_wrong_is_wrong_whichever_of_the_two_it_was(ben: Customer, email: str, now: datetime) -> None:
    """T10: and opens nothing."""
    before = db.session.scalar(select(func.count(SignIn.id)))
    with pytest.raises(SignInWrong):
        sign_in(email, WRONG, now)
    assert db.session.scalar(select(func.count(SignIn.id))) == before


def test_nothing_typed_is_no_try(ben: Customer, now: datetime) -> None:
    with pytest.raises(PasswordMissing):
        sign_in(ben.email, "", now)
    assert counters("password") == {}


def work(email: str, now: datetime) -> list[str]:
    """The statements of one wrong try."""
    done: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        done.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    with pytest.raises(SignInWrong):
        sign_in(email, WRONG, now)
    event.remove(db.engine, "before_cursor_execute", note)
    return done


def test_a_try_is_the_same_work_for_an_unknown_address(ben: Customer, now: datetime) -> None:
    """T10: the same statements, in the same order; the hash is proved beside the hasher."""
    known, unknown = work(ben.email, now), work("nobody@example.org", now)
    assert known == unknown
    assert known


@pytest.mark.parametrize("email", ["ben@example.org", "nobody@example.org"])
def test_five_wrong_ones_and_then_a_wait_known_or_not(ben: Customer, email: str, now: datetime) -> None:
    """limits, T10: from wherever they come."""
    guess(email, 5, now)
    with pytest.raises(LimitReached) as refused:
        sign_in(email, ben.password, now, "198.51.100.99")
    assert refused.value.until == now + timedelta(seconds=30)


def test_after_the_wait_the_right_one_is_right(ben: Customer, now: datetime) -> None:
    guess(ben.email, 5, now)
    later = now + timedelta(seconds=30)
    assert sign_in(ben.email, ben.password, later).standing.user_id == ben.user_id


def test_twenty_wrong_passwords_at_once_are_five(app: Flask, ben: Customer, now: datetime) -> None:
    """T05."""
    address = read_address(ben.email)

    def guess() -> str:
        return password_check.sign_in(address, WRONG, HERE, now).token

    results = together(app, *[guess] * 20)
    assert sum(isinstance(result, SignInWrong) for result in results) == 5
    assert sum(isinstance(result, LimitReached) for result in results) == 15


def test_a_right_password_gives_its_try_back_on_every_counter(ben: Customer, now: datetime) -> None:
    """Even if the sign-in is never finished."""
    for _ in range(25):
        sign_in(ben.email, ben.password, now)
    assert set(counters("password").values()) == {0}


def test_a_right_password_forgets_no_wrong_one(ben: Customer, now: datetime) -> None:
    """A thief who has it can't clear the traces; a finished sign-in does."""
    guess(ben.email, 4, now)
    sign_in(ben.email, ben.password, now)
    assert counters("passwords in a row") == {"passwords in a row": 4}
    ben.come_in(now)
    assert counters("passwords in a row") == {"passwords in a row": 0}


def test_a_finished_sign_in_forgets_nothing_of_its_network(ben: Customer, now: datetime) -> None:
    """T04: an own account clears nobody's guesses from the same place."""
    for email in ("cleo@example.org", "dan@example.org"):
        with pytest.raises(SignInWrong):
            sign_in(email, WRONG, now)
    ben.come_in(now)
    assert set(counters("passwords by network").values()) == {2}


def test_ten_addresses_guessed_from_one_network_are_enough(now: datetime, app: Flask) -> None:
    """T04: one password for many customers."""
    for n in range(10):
        with pytest.raises(SignInWrong):
            sign_in(f"customer.{n}@example.org", WRONG, now)
    with pytest.raises(LimitReached) as refused:
        sign_in("customer.10@example.org", WRONG, now)
    assert refused.value.until == now + 15 * MINUTE


def test_an_office_behind_one_address_is_not_refused(ben: Customer, now: datetime) -> None:
    for _ in range(60):
        sign_in(ben.email, ben.password, now)


def confirm(visit: Visit, password: str, now: datetime) -> None:
    password_check.confirm(visit.standing, password, now)


def test_a_right_password_is_confirmed_as_often_as_needed(ben: Customer, now: datetime) -> None:
    """S3.3."""
    visit = ben.come_in(now)
    for _ in range(15):
        confirm(visit, ben.password, now)
    assert visit.standing.ended(now) is None


@pytest.mark.parametrize(("password", "problem"), [(WRONG, PasswordWrong), ("", PasswordMissing)])
def test_another_password_goes_no_further(
    ben: Customer, password: str, problem: type[Exception], now: datetime
) -> None:
    """S3.3."""
    with pytest.raises(problem):
        confirm(ben.come_in(now), password, now)


def test_wrong_confirmations_count_as_at_sign_in(ben: Customer, now: datetime) -> None:
    """Whoever has a stolen session gets no second set of guesses: its cookie in another browser is no known browser."""
    stolen = replace(ben.come_in(now).standing, where=ELSEWHERE)
    for _ in range(5):
        with pytest.raises(PasswordWrong):
            password_check.confirm(stolen, WRONG, now)
    with pytest.raises(LimitReached):
        password_check.sign_in(read_address(ben.email), ben.password, ELSEWHERE, now)


def test_a_known_browser_has_ten_tries_for_both(ben: Customer, now: datetime) -> None:
    """T03: its own budget, whether it signs in or confirms; then it is a stranger's like any other."""
    visit = ben.come_in(now)
    guess(ben.email, 5, now)
    for _ in range(5):
        with pytest.raises(PasswordWrong):
            confirm(visit, WRONG, now)
    for _ in range(5):  # strangers' tries are all there
        with pytest.raises(SignInWrong):
            password_check.sign_in(read_address(ben.email), WRONG, ELSEWHERE, now)
    with pytest.raises(LimitReached):
        confirm(visit, ben.password, now)


def test_ten_confirmations_refused_end_the_sign_in(ben: Customer, now: datetime) -> None:
    """limits: ten in a quarter of an hour; the page says why."""
    visit = ben.come_in(now)
    for _ in range(10):
        with pytest.raises((PasswordWrong, LimitReached)):
            confirm(visit, WRONG, now)
    assert visit.standing.ended(now) is None
    with pytest.raises(LimitReached):
        confirm(visit, ben.password, now)
    assert visit.standing.ended(now) == "wrong_passwords"


def test_it_ends_no_other_sign_in(ben: Customer, now: datetime) -> None:
    visit, other = ben.come_in(now), ben.come_in(now)
    for _ in range(11):
        with pytest.raises((PasswordWrong, LimitReached)):
            confirm(visit, WRONG, now)
    assert other.standing.ended(now) is None
