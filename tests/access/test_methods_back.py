""" "This wasn't me": the methods that come back, and those that go."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from portal.access import (
    after_restore,
    by_operator,
    events,
    factors,
    limits,
    not_me,
    retention,
    second_factor,
)
from portal.access.accounts import find as account
from portal.access.addresses import read_address
from portal.access.problems import Gone
from portal.access.steps import Step
from portal.database import write
from portal.extensions import db
from portal.models import Event, Factor, RemovedFactor
from tests.access.test_factors import kinds, primary, remove
from tests.access.test_shutting_out import choose_password, link, logged, notice, press, sign_in
from tests.customers import NEW_PASSWORD, Customer, enrol, enrolled

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.mark.parametrize("hours", [0, 71])
def test_a_method_removed_lately_comes_back(cleo: Customer, now: datetime, hours: int) -> None:
    """T25: with its key, its time steps and its name; the primary stays what is on."""
    before = {row.kind: (row.secret, row.last_step, row.confirmed_at) for row in enrolled(cleo.user_id)}
    remove(cleo.come_in(now), "totp", now)
    assert (kinds(cleo), primary(cleo)) == (["email"], "email")
    press(link(now, events.METHOD_REMOVED), now + hours * HOUR)
    assert {row.kind: (row.secret, row.last_step, row.confirmed_at) for row in enrolled(cleo.user_id)} == before
    assert logged(cleo)[-2:] == ["method_back", "not_me"]


def test_after_three_days_nothing_comes_back(cleo: Customer, now: datetime) -> None:
    remove(cleo.come_in(now), "totp", now)
    late = now + limits.NOT_ME_LIFE
    press(notice(cleo, late), late)
    assert kinds(cleo) == ["email"]
    retention.purge(late - SECOND)
    assert len(db.session.scalars(select(RemovedFactor.id)).all()) == 1
    retention.purge(late)
    assert db.session.scalars(select(RemovedFactor.id)).all() == []


def test_a_removed_method_proves_nothing(cleo: Customer, now: datetime) -> None:
    """Neither a sign-in nor a change; it takes no room, and doesn't count as another one (R2)."""
    remove(cleo.come_in(now), "totp", now)
    visit = cleo.half_in(now)
    assert [row.kind for row in visit.standing.factors] == ["email"]
    with pytest.raises(Gone):
        second_factor.prove(visit.standing, "totp", cleo.app_code(now), now)


def test_what_is_no_removal_notice_brings_a_method_back_too(cleo: Customer, now: datetime) -> None:
    """The newest mail is the one that is seen first."""
    remove(cleo.come_in(now), "totp", now)
    link(now, events.METHOD_REMOVED)
    press(notice(cleo, now + HOUR), now + HOUR)
    assert kinds(cleo) == ["email", "totp"]


def test_a_method_s_wrong_codes_come_back_with_it(cleo: Customer, now: datetime) -> None:
    """Removing and bringing back is no way to guess on."""
    with write() as session:
        mine = (Factor.user_id == cleo.user_id, Factor.kind == "totp")
        session.execute(update(Factor).where(*mine).values(wrong_codes=limits.CODES_IN_A_ROW))
    visit = cleo.come_in(now)
    remove(visit, "totp", now)
    token = link(now, events.METHOD_REMOVED)
    enrol(visit, "totp", now)
    press(token, now)
    assert [row.wrong_codes for row in enrolled(cleo.user_id) if row.kind == "totp"] == [limits.CODES_IN_A_ROW] * 2


def test_where_there_is_no_room_a_method_waits(cleo: Customer, now: datetime) -> None:
    """S2.16: never more than five; and comes back when the stranger's have gone."""
    visit = cleo.come_in(now)
    remove(visit, "totp", now)
    token = link(now, events.METHOD_REMOVED)
    for _ in range(limits.APPS):
        enrol(visit, "totp", now + HOUR)
    added = link(now + HOUR, events.METHOD_ADDED)
    press(token, now + HOUR)
    assert kinds(cleo).count("totp") == limits.APPS
    press(added, now + HOUR)
    app = next(row for row in enrolled(cleo.user_id) if row.kind == "totp")
    assert (kinds(cleo), factors.secret(app)) == (["email", "totp"], cleo.secret)


def test_the_mail_about_a_method_takes_it_away(ben: Customer, now: datetime) -> None:
    """And what was added after it; for good."""
    visit = ben.come_in(now)
    enrol(visit, "email", now + SECOND)
    enrol(visit, "totp", now + HOUR)
    press(link(now + HOUR, events.METHOD_ADDED), now + HOUR)
    assert kinds(ben) == ["totp"]
    assert db.session.scalars(select(RemovedFactor.id)).all() == []
    assert logged(ben)[-3:] == ["method_gone", "method_gone", "not_me"]


def test_the_mail_about_a_later_method_leaves_the_earlier_one(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    enrol(visit, "email", now + SECOND)
    link(now + SECOND, events.METHOD_ADDED)
    enrol(visit, "totp", now + HOUR)
    press(link(now + HOUR, events.METHOD_ADDED), now + HOUR)
    assert kinds(ben) == ["email", "totp"]


def test_an_app_put_in_the_place_of_mine_is_undone(ben: Customer, now: datetime) -> None:
    """A thief in an open browser adds an app of theirs and removes ben's; the first mail puts it right."""
    thief = ben.come_in(now)
    enrol(thief, "totp", now + SECOND)
    token = link(now + SECOND, events.METHOD_ADDED)
    remove(thief, "totp", now + SECOND, enrolled(ben.user_id)[0].id)
    press(token, now + HOUR)
    assert [factors.secret(row) for row in enrolled(ben.user_id)] == [ben.secret]


def test_what_a_stranger_added_and_removed_stays_away(ben: Customer, now: datetime) -> None:
    thief = ben.come_in(now)
    enrol(thief, "totp", now + SECOND)
    token = link(now + SECOND, events.METHOD_ADDED)
    remove(thief, "totp", now + SECOND, enrolled(ben.user_id)[1].id)
    press(token, now + HOUR)
    assert [factors.secret(row) for row in enrolled(ben.user_id)] == [ben.secret]


def test_the_only_method_stays(dan: Customer, now: datetime) -> None:
    """R2, R15: else whoever reads a newcomer's mailbox could begin the wizard anew."""
    enrol(dan.half_in(now, address_proved=True), "totp", now)
    press(link(now, events.METHOD_ADDED), now)
    assert kinds(dan) == ["totp"]
    told = db.session.scalars(select(Event.facts).where(Event.kind == "not_me")).one()
    assert told == {"back": 0, "gone": 0, "stays": 1}


def test_what_the_operator_took_away_stays_away(cleo: Customer, now: datetime) -> None:
    """R15: whoever lost everything proves anew who they are."""
    remove(cleo.come_in(now), "totp", now)
    token = link(now, events.METHOD_REMOVED)
    by_operator.reset_methods(account(read_address(cleo.email)), "phone lost", now)
    press(token, now)
    assert kinds(cleo) == []
    choose_password(cleo, now)
    assert sign_in(cleo, NEW_PASSWORD, now).standing.step(now) is Step.WAIT


def test_from_a_restored_backup_nothing_comes_back(cleo: Customer, now: datetime) -> None:
    """T44: its link may have been used since, or the method brought back and removed for good."""
    remove(cleo.come_in(now), "email", now)
    token = link(now, events.METHOD_REMOVED)
    assert not_me.find_link(token, now)
    after_restore.end_revived(now)
    assert not_me.find_link(token, now) is None
    assert db.session.scalars(select(RemovedFactor.id)).all() == []
