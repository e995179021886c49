"""Becoming a customer: the same for a known address, and nothing stands on an address that isn't proved."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from portal.access import limits, registrations, retention
from portal.access.addresses import read_address
from portal.access.problems import CodeUsed, CodeWrong, Gone, LimitReached, PasswordInContext
from portal.access.steps import Step
from portal.database import Base, write
from portal.extensions import db
from portal.models import Code, Counter, Message, Registration, User
from tests.customers import HERE, IP, PASSWORD, Visit, from_ip, mailed_code, make, wrong
from tests.together import together

ADA = "ada@example.org"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("app")


def begin(email: str, now: datetime, ip: str = IP) -> Registration:
    """Type an address, and be sent a code."""
    visit = registrations.begin(read_address(email), from_ip(ip), now)
    registration = registrations.find(visit, now)
    assert registration
    registrations.send_code(registration, from_ip(ip), {}, now)
    return registration


def prove(registration: Registration, code: str, now: datetime) -> None:
    registrations.prove(registration, code, HERE, now)


def finish(registration: Registration, now: datetime, password: str = PASSWORD) -> Visit:
    return Visit(registrations.finish(registration, "Ada", password, HERE, now))


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_ada_becomes_a_customer(now: datetime) -> None:
    """S4.2: and stands before the wizard, her mailbox proved."""
    registration = begin(ADA, now)
    prove(registration, mailed_code(now), now)
    visit = finish(registration, now)
    assert visit.standing.step(now) is Step.SET_UP
    assert (visit.standing.name, visit.standing.email) == ("Ada", ADA)


def test_without_the_code_there_is_no_account(now: datetime) -> None:
    """T50: no password stands on an address that isn't proved."""
    registration = begin(ADA, now)
    with pytest.raises(Gone):
        finish(registration, now)
    assert count(User) == 0


def test_a_wrong_code_proves_nothing(now: datetime) -> None:
    registration = begin(ADA, now)
    with pytest.raises(CodeWrong):
        prove(registration, wrong(mailed_code(now)), now)
    with pytest.raises(Gone):
        finish(registration, now)


def test_a_code_proves_once(now: datetime) -> None:
    registration = begin(ADA, now)
    code = mailed_code(now)
    prove(registration, code, now)
    with pytest.raises(CodeUsed):
        prove(registration, code, now)


def test_a_code_is_good_in_the_browser_that_asked_only(now: datetime) -> None:
    """T50: eve types ada's address, ada reads a code to her: it opens nothing of eve's."""
    mine, eves = begin(ADA, now), begin(ADA, now + MINUTE)
    code = mailed_code(now)
    with pytest.raises(CodeWrong):
        prove(eves, code, now)
    prove(mine, code, now)


def test_whoever_came_first_gets_nothing_of_the_owners(now: datetime) -> None:
    """T50: eve was first, and had ada's code too; ada registers, and eve's registration is gone."""
    later = now + MINUTE
    eves, mine = begin(ADA, now), begin(ADA, later)
    prove(eves, mailed_code(later), later)
    prove(mine, mailed_code(later), later)
    finish(mine, later)
    with pytest.raises(Gone):
        finish(eves, later)
    assert db.session.scalars(select(Registration.id)).all() == [mine.id]


def test_two_browsers_that_proved_one_address_make_one_account(app: Flask, now: datetime) -> None:
    """Both wait for the same row: the database decides."""
    later = now + MINUTE
    first, second = begin(ADA, now), begin(ADA, later)
    prove(first, mailed_code(later), later)
    prove(second, mailed_code(later), later)
    results = together(app, lambda: finish(first, later), lambda: finish(second, later))
    assert sum(isinstance(result, Visit) for result in results) == 1
    assert sum(isinstance(result, Gone) for result in results) == 1
    assert count(User) == 1


def test_a_double_click_makes_one_account(app: Flask, now: datetime) -> None:
    registration = begin(ADA, now)
    prove(registration, mailed_code(now), now)
    results = together(app, lambda: finish(registration, now), lambda: finish(registration, now))
    assert sum(isinstance(result, Visit) for result in results) == 1
    assert count(User) == 1


def test_a_registration_makes_one_account_ever(now: datetime) -> None:
    """Not a second one either when the first is gone."""
    registration = begin(ADA, now)
    prove(registration, mailed_code(now), now)
    finish(registration, now)
    with write() as session:
        session.execute(delete(User))
    with pytest.raises(Gone):
        finish(registration, now)


def rows(email: str, now: datetime) -> dict[str, int]:
    """How many rows the beginning of a registration adds, by table."""
    models: tuple[type[Base], ...] = (User, Registration, Code, Message, Counter)
    before = [count(model) for model in models]
    begin(email, now, ip=f"198.51.100.{len(email)}")
    return {model.__name__: count(model) - had for model, had in zip(models, before, strict=True)}


def test_a_known_address_writes_the_same_rows(now: datetime) -> None:
    """T10: only the worker knows the difference, when it writes the mail."""
    make("Ben", "ben@example.org", "totp", now=now)
    assert rows("ben@example.org", now) == rows("nobody@example.org", now)
    columns = select(Message.template, Code.purpose, Code.number, Code.expires_at).join(Code)
    known, unknown = db.session.execute(columns.order_by(Message.id)).all()
    assert tuple(known) == tuple(unknown)


def test_the_owner_of_an_account_gets_no_second_one(now: datetime) -> None:
    make("Ben", "ben@example.org", "totp", now=now)
    registration = begin("Ben@Example.org", now)
    prove(registration, mailed_code(now), now)
    with pytest.raises(Gone):
        finish(registration, now)
    assert count(User) == 1


def test_a_password_made_of_her_own_words_is_refused(now: datetime) -> None:
    registration = begin(ADA, now)
    prove(registration, mailed_code(now), now)
    with pytest.raises(PasswordInContext):
        finish(registration, now, password="ada@example.org")
    assert finish(registration, now).standing.email == ADA


def test_another_browser_sees_nothing_of_it(now: datetime) -> None:
    begin(ADA, now)
    assert registrations.find("another browser's visit", now) is None


def test_a_registration_is_over_after_half_an_hour(now: datetime) -> None:
    visit = registrations.begin(read_address(ADA), HERE, now)
    assert registrations.find(visit, now + 30 * MINUTE - timedelta(microseconds=1))
    assert registrations.find(visit, now + 30 * MINUTE) is None


def test_the_code_gives_half_an_hour_more(now: datetime) -> None:
    visit = registrations.begin(read_address(ADA), HERE, now)
    registration = registrations.find(visit, now)
    assert registration
    later = now + 20 * MINUTE
    registrations.send_code(registration, HERE, {}, later)
    prove(registration, mailed_code(later), later)
    assert registrations.find(visit, now + 49 * MINUTE)


def test_nothing_is_left_of_it_after_a_day(now: datetime) -> None:
    """limits: unverified addresses are kept 24 hours."""
    begin(ADA, now)
    retention.purge(now + 24 * HOUR - timedelta(seconds=1))
    assert count(Registration) == 1
    retention.purge(now + 24 * HOUR)
    assert count(Registration) == 0


def test_three_mails_an_hour_to_one_address(now: datetime) -> None:
    """T: eve can't fill ada's mailbox, from wherever she asks."""
    for n in range(3):
        begin(ADA, now + n * 5 * MINUTE, ip=f"198.51.100.{n}")
    with pytest.raises(LimitReached) as refused:
        begin(ADA, now + 30 * MINUTE, ip="198.51.100.99")
    assert refused.value.until == now + HOUR


def test_ten_registrations_an_hour_from_one_network(now: datetime) -> None:
    for n in range(10):
        registrations.begin(read_address(f"ada.{n}@example.org"), HERE, now)
    with pytest.raises(LimitReached):
        registrations.begin(read_address(ADA), HERE, now)


def test_ten_wrong_codes_in_one_browser(now: datetime) -> None:
    registration = begin(ADA, now)
    code = mailed_code(now)
    for _ in range(limits.CODES.windows[0].allowed):
        with pytest.raises(CodeWrong):
            prove(registration, wrong(code), now)
    with pytest.raises(LimitReached):
        prove(registration, code, now)
