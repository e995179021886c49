"""Enrolled methods: setting up, finishing, naming, removing, which is primary. Never fewer than one."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal.access import factors, sign_ins
from portal.access.problems import Gone
from portal.crypto import Unreadable
from portal.database import write
from portal.extensions import db
from portal.models import Factor, User
from tests.customers import Customer, Visit, begin, enrol, enrolled, make
from tests.together import together

MINUTE = timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)


def remove(visit: Visit, kind: str, now: datetime, factor_id: int | None = None) -> bool:
    with write() as session:
        factors.remove(session, visit.standing, kind, now, factor_id=factor_id)
    return True


def finish(visit: Visit, row: Factor, now: datetime) -> bool:
    with write() as session:
        factors.finish(session, visit.standing, row, now)
    return True


def kinds(who: Customer) -> list[str]:
    return [row.kind for row in enrolled(who.user_id)]


def primary(who: Customer) -> str | None:
    return db.session.scalar(select(User.primary_method).where(User.id == who.user_id))


def test_a_method_is_off_until_it_is_finished(dan: Customer, now: datetime) -> None:
    """S0.7."""
    visit = dan.half_in(now)
    row = begin(visit, "totp", now)
    assert kinds(dan) == []
    assert not visit.standing.factors
    finish(visit, row, now)
    assert kinds(dan) == ["totp"]
    assert [factor.kind for factor in visit.standing.factors] == ["totp"]


def test_a_second_tab_shows_the_same_key(dan: Customer, now: datetime) -> None:
    visit = dan.half_in(now)
    first = factors.secret(begin(visit, "totp", now))
    assert factors.secret(begin(visit, "totp", now + MINUTE)) == first


def test_twenty_tabs_at_once_show_one_key(app: Flask, dan: Customer, now: datetime) -> None:
    """A double click never fails and never changes the key."""
    visit = dan.half_in(now)
    results = together(app, *[lambda: factors.secret(begin(visit, "totp", now))] * 20)
    assert len(set(results)) == 1
    assert isinstance(results[0], bytes)


def test_each_key_is_new(dan: Customer, now: datetime) -> None:
    """S2.18: showing it again needs a new enrolment, whose secret is new."""
    visit = dan.half_in(now)
    first = factors.secret(begin(visit, "totp", now))
    factors.cancel(visit.standing, "totp")
    second = factors.secret(begin(visit, "totp", now))
    assert first != second
    assert first is not None
    assert len(first) == 20


def test_a_set_up_expires_after_half_an_hour(dan: Customer, now: datetime) -> None:
    visit = dan.half_in(now)
    row = begin(visit, "totp", now)
    end = now + 30 * MINUTE
    assert factors.pending(visit.standing, "totp", end - MOMENT)
    assert factors.pending(visit.standing, "totp", end) is None
    with pytest.raises(Gone):
        finish(visit, row, end)


def test_after_it_expired_a_new_one_has_a_new_key(dan: Customer, now: datetime) -> None:
    visit = dan.half_in(now)
    first = factors.secret(begin(visit, "totp", now))
    assert factors.secret(begin(visit, "totp", now + 30 * MINUTE)) != first


def test_cancelling_forgets_the_key_and_leaves_what_is_on(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    row = begin(visit, "totp", now)
    factors.cancel(visit.standing, "totp")
    assert factors.pending(visit.standing, "totp", now) is None
    with pytest.raises(Gone):
        finish(visit, row, now)
    assert kinds(ben) == ["totp"]


def test_another_sign_in_never_sees_a_key_being_set_up(dan: Customer, now: datetime) -> None:
    """Whoever else has the password is shown a key of their own."""
    mine, other = dan.half_in(now), dan.half_in(now)
    key = factors.secret(begin(mine, "totp", now))
    assert factors.pending(other.standing, "totp", now) is None
    assert factors.secret(begin(other, "totp", now)) != key


def test_the_end_of_a_sign_in_takes_its_set_up_along(dan: Customer, now: datetime) -> None:
    visit = dan.half_in(now)
    begin(visit, "totp", now)
    with write() as session:
        sign_ins.end(session, visit.standing.sign_in_id, "signed_out", now)
    assert db.session.scalars(select(Factor)).all() == []


def test_finishing_ends_every_other_sign_in_and_its_set_up(ben: Customer, now: datetime) -> None:
    """R13, S2.8: two browsers; the other one is out, this one is not."""
    mine, other = ben.come_in(now), ben.come_in(now)
    begin(other, "totp", now)
    enrol(mine, "email", now)
    assert mine.standing.ended(now) is None
    assert other.standing.ended(now) == "methods_changed"
    assert factors.pending(other.standing, "totp", now) is None


def test_finishing_ends_nobody_elses_sign_in(ben: Customer, cleo: Customer, now: datetime) -> None:
    """S3.12: each person by themselves."""
    hers = cleo.come_in(now)
    enrol(ben.come_in(now), "email", now)
    assert hers.standing.ended(now) is None
    assert kinds(cleo) == ["email", "totp"]


def test_a_set_up_is_finished_once(dan: Customer, now: datetime) -> None:
    visit = dan.half_in(now)
    row = begin(visit, "totp", now)
    finish(visit, row, now)
    with pytest.raises(Gone):
        finish(visit, row, now)
    assert kinds(dan) == ["totp"]


def test_the_first_method_is_primary_and_stays_so(dan: Customer, now: datetime) -> None:
    visit = dan.half_in(now)
    enrol(visit, "email", now)
    enrol(visit, "totp", now)
    assert primary(dan) == "email"


def test_five_apps_and_no_sixth(ben: Customer, now: datetime) -> None:
    """R9: each with a name and a secret of its own."""
    visit = ben.come_in(now)
    for _ in range(4):
        enrol(visit, "totp", now)
    rows = enrolled(ben.user_id)
    assert [row.name for row in rows] == [f"App {n}" for n in range(1, 6)]
    assert len({factors.secret(row) for row in rows}) == 5
    with pytest.raises(Gone):
        begin(visit, "totp", now)


def test_a_removed_apps_place_is_taken_again(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    enrol(visit, "totp", now)
    remove(visit, "totp", now, enrolled(ben.user_id)[0].id)
    enrol(visit, "totp", now)
    assert sorted(row.slot or 0 for row in enrolled(ben.user_id)) == [1, 2]


def test_there_is_one_email_method(cleo: Customer, now: datetime) -> None:
    with pytest.raises(Gone):
        begin(cleo.come_in(now), "email", now)


def test_the_database_itself_allows_no_second_email_method(cleo: Customer, now: datetime) -> None:
    again = Factor(user_id=cleo.user_id, kind="email", name="", slot=1, created_at=now, confirmed_at=now)
    with pytest.raises(IntegrityError), write() as session:
        session.add(again)


def test_a_secret_is_stored_encrypted(ben: Customer) -> None:
    stored = db.session.scalars(select(Factor.secret)).one()
    assert stored is not None
    assert ben.secret not in stored


def test_a_secret_can_t_be_read_in_another_users_row(ben: Customer, now: datetime) -> None:
    """Whoever can write to the database can't give ben the app of eve."""
    eve = make("Eve", "eve@example.net", "totp", now=now)
    stolen = db.session.scalar(select(Factor.secret).where(Factor.user_id == eve.user_id))
    with write() as session:
        session.execute(update(Factor).where(Factor.user_id == ben.user_id).values(secret=stolen))
    with pytest.raises(Unreadable):
        factors.secret(enrolled(ben.user_id)[0])


def test_an_app_is_renamed_by_its_owner(ben: Customer, now: datetime) -> None:
    """R9."""
    app_id = enrolled(ben.user_id)[0].id
    factors.rename(ben.user_id, app_id, "My phone")
    assert enrolled(ben.user_id)[0].name == "My phone"


def test_an_app_is_renamed_and_removed_by_nobody_else(ben: Customer, cleo: Customer, now: datetime) -> None:
    """T: another's number in the address finds nothing."""
    app_id = enrolled(ben.user_id)[0].id
    with pytest.raises(Gone):
        factors.rename(cleo.user_id, app_id, "Mine now")
    with pytest.raises(Gone):
        remove(cleo.come_in(now), "totp", now, app_id)
    assert enrolled(ben.user_id)[0].name == "App 1"
