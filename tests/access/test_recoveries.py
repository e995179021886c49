"""Coming back after losing everything: how long it takes, what begins it, and how often (S0.11, C1)."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.access import (
    limits,
    recoveries,
    sign_ins,
)
from portal.access.problems import Gone, LimitReached
from portal.access.steps import Step
from portal.database import write
from portal.extensions import db
from portal.models import Event, Message, Recovery, User
from tests.access.recovery_cases import (
    HOUR,
    MOMENT,
    THREE_DAYS,
    TWO_DAYS,
    case_of,
    cases,
    told,
)
from tests.customers import (
    HERE,
    Customer,
    ask_recovery,
    begin_recovery,
    enrolled,
)
from tests.together import together

pytestmark = pytest.mark.usefixtures("app")


def test_the_wait_lasts_two_days_to_the_moment(ben: Customer, now: datetime) -> None:
    """Limits: 48 hours, and not a moment less."""
    begin_recovery(ben.half_in(now), now)
    visit = ben.half_in(now + TWO_DAYS).standing
    assert visit.step(now + TWO_DAYS - MOMENT) is Step.CHECK
    assert visit.step(now + TWO_DAYS) is Step.RECOVER


def test_where_the_mailbox_is_everything_it_lasts_three(dora: Customer, now: datetime) -> None:
    """Limits: 72 hours when e-mail is the only method (R12)."""
    begin_recovery(dora.half_in(now), now)
    visit = dora.half_in(now + THREE_DAYS).standing
    assert visit.step(now + THREE_DAYS - MOMENT) is Step.CHECK
    assert visit.step(now + THREE_DAYS) is Step.RECOVER


def test_beside_an_app_email_does_not_lengthen_it(cleo: Customer, now: datetime) -> None:
    begin_recovery(cleo.half_in(now), now)
    assert case_of(cleo).due_at == now + TWO_DAYS


def test_it_can_be_used_for_three_days(ben: Customer, now: datetime) -> None:
    """Limits: then it lapses by itself, whether or not a worker runs."""
    begin_recovery(ben.half_in(now), now)
    end = now + TWO_DAYS + THREE_DAYS
    visit = ben.half_in(end).standing
    assert visit.step(end - MOMENT) is Step.RECOVER
    assert visit.step(end) is Step.CHECK
    with pytest.raises(Gone), write() as session:
        recoveries.finish(session, visit, end)
    assert len(enrolled(ben.user_id)) == 1


def test_nothing_is_taken_away_a_moment_too_early(ben: Customer, now: datetime) -> None:
    begin_recovery(ben.half_in(now), now)
    early = now + TWO_DAYS - MOMENT
    with pytest.raises(Gone), write() as session:
        recoveries.finish(session, ben.half_in(early).standing, early)
    assert len(enrolled(ben.user_id)) == 1


def test_the_link_works_for_half_an_hour(ben: Customer, now: datetime) -> None:
    token = ask_recovery(ben.half_in(now), now)
    assert recoveries.find(token, now + limits.RECOVERY_LINK_LIFE - MOMENT)
    with pytest.raises(Gone):
        recoveries.begin(token, HERE, now + limits.RECOVERY_LINK_LIFE)


def test_asking_alone_begins_nothing(ben: Customer, now: datetime) -> None:
    """T41: without the mailbox a password leads nowhere, however long one waits."""
    ask_recovery(ben.half_in(now), now)
    later = now + THREE_DAYS
    assert ben.half_in(later).standing.step(later) is Step.CHECK
    assert told("recovery_begun") == 0


def test_looking_at_a_link_spends_nothing(ben: Customer, now: datetime) -> None:
    """T20: mail scanners look too."""
    token = ask_recovery(ben.half_in(now), now)
    for _ in range(5):
        assert recoveries.find(token, now)
    stop = begin_recovery(ben.half_in(now), now, token)
    for _ in range(5):
        assert recoveries.find_to_stop(stop, now)
    assert case_of(ben).cancelled_at is None


def test_only_the_newest_link_works(ben: Customer, now: datetime) -> None:
    first = ask_recovery(ben.half_in(now), now)
    second = ask_recovery(ben.half_in(now), now)
    assert recoveries.find(first, now) is None
    recoveries.begin(second, HERE, now)
    assert cases() == 1


def test_a_wait_is_begun_once(ben: Customer, now: datetime) -> None:
    """Asking again during the wait sends nothing; pressing again begins none anew."""
    visit = ben.half_in(now)
    token = ask_recovery(visit, now)
    begin_recovery(visit, now, token)
    with pytest.raises(Gone):
        recoveries.begin(token, HERE, now + HOUR)
    before = db.session.scalars(select(func.count(Message.id))).one()
    recoveries.ask(ben.half_in(now).standing, now + HOUR)
    assert db.session.scalars(select(func.count(Message.id))).one() == before
    assert (cases(), case_of(ben).due_at) == (1, now + TWO_DAYS)


def test_of_four_askings_at_once_one_case_is_made(app: Flask, ben: Customer, now: datetime) -> None:
    """From as many browsers; three links an hour."""
    visits = [ben.half_in(now) for _ in range(4)]
    outcomes = together(app, *[partial(recoveries.ask, visit.standing, now) for visit in visits])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "LimitReached",
        "NoneType",
        "NoneType",
        "NoneType",
    ]
    assert cases() == 1


def test_of_four_presses_at_once_one_begins_the_wait(app: Flask, ben: Customer, now: datetime) -> None:
    token = ask_recovery(ben.half_in(now), now)
    outcomes = together(app, *[lambda: recoveries.begin(token, HERE, now)] * 4)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Gone", "Gone", "Gone", "NoneType"]
    assert told("recovery_begun") == 1


def test_three_links_an_hour_and_five_a_day(ben: Customer, now: datetime) -> None:
    """Limits: N, N+1, and after the window."""
    for _ in range(3):
        recoveries.ask(ben.half_in(now).standing, now)
    with pytest.raises(LimitReached) as reached:
        recoveries.ask(ben.half_in(now).standing, now)
    assert reached.value.until == now + HOUR
    recoveries.ask(ben.half_in(now).standing, now + HOUR)


def test_two_waits_a_year(ben: Customer, now: datetime) -> None:
    """Limits: the third is for support; and for nobody else's account."""
    for _ in range(2):
        stop = begin_recovery(ben.half_in(now), now)
        recoveries.stop_by_link(stop, HERE, now)
    with pytest.raises(LimitReached) as reached:
        recoveries.ask(ben.half_in(now).standing, now + HOUR)
    assert reached.value.until == now + timedelta(days=365)
    year = now + timedelta(days=365)
    begin_recovery(ben.half_in(year), year)


def test_a_sign_in_that_has_ended_asks_for_nothing(ben: Customer, now: datetime) -> None:
    """The password was changed while the button was pressed."""
    standing = ben.half_in(now).standing
    with write() as session:
        sign_ins.end_all(session, ben.user_id, "password_changed", now)
    with pytest.raises(Gone):
        recoveries.ask(standing, now)
    assert cases() == 0


def test_the_link_and_every_notice_go_to_the_confirmed_address(ben: Customer, now: datetime) -> None:
    """T41: the user's own, and no other."""
    begin_recovery(ben.half_in(now), now)
    assert set(db.session.scalars(select(Message.address))) == {ben.email}


def test_the_database_holds_no_token(ben: Customer, now: datetime) -> None:
    visit = ben.half_in(now)
    token = ask_recovery(visit, now)
    stop = begin_recovery(visit, now, token)
    held = repr([tuple(row) for table in (Recovery, Event) for row in db.session.execute(select(table.__table__))])
    assert token not in held
    assert stop not in held
    assert db.session.scalars(select(User.id).where(User.id == ben.user_id)).one()
