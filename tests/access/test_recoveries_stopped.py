"""What stops the wait of somebody who has lost everything: the owner, the operator, a restored backup (C1, T44)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from portal.access import (
    accounts,
    after_restore,
    by_operator,
    factors,
    mailed_links,
    not_me,
    password_change,
    recoveries,
    recovery_codes,
    second_factor,
    sign_ins,
)
from portal.access.addresses import read_address
from portal.access.problems import CodeWrong, Gone
from portal.access.steps import Step
from portal.database import write
from tests.access.recovery_cases import (
    HOUR,
    TWO_DAYS,
    case_of,
    reset_by_mail,
    told,
)
from tests.customers import (
    HERE,
    Customer,
    Visit,
    ask_recovery,
    begin_recovery,
    enrol,
    mailed,
    wrong,
)

pytestmark = pytest.mark.usefixtures("app")


def sign_in_by_app(who: Customer, now: datetime) -> None:
    visit = who.half_in(now)
    second_factor.prove(visit.standing, "totp", who.app_code(now), now)


def sign_in_by_recovery_code(who: Customer, now: datetime) -> None:
    recovery_codes.use(who.half_in(now).standing, who.codes[0], now)


def have_methods_reset(who: Customer, now: datetime) -> None:
    by_operator.reset_methods(accounts.find(read_address(who.email)), "phone lost", now)


def have_it_stopped(who: Customer, now: datetime) -> None:
    by_operator.stop_recovery(accounts.find(read_address(who.email)), now)


@pytest.mark.parametrize(
    ("act", "because"),
    [
        (sign_in_by_app, "signed_in"),
        (sign_in_by_recovery_code, "signed_in"),
        (reset_by_mail, "password"),
        (have_methods_reset, "operator"),
        (have_it_stopped, "operator"),
    ],
)
@pytest.mark.parametrize("after", [HOUR, TWO_DAYS + HOUR], ids=["during the wait", "after it"])
def test_what_stops_it(
    cleo: Customer, now: datetime, act: Callable[[Customer, datetime], None], because: str, after: timedelta
) -> None:
    """C1, R12: any finished sign-in, a mailed reset, the operator; during the wait and when it is over. The owner is
    told why."""
    begin_recovery(cleo.half_in(now), now)
    act(cleo, now + after)
    assert case_of(cleo).cancelled_because == because
    assert told("recovery_stopped") == 1
    end = now + timedelta(days=4)
    assert cleo.half_in(end).standing.step(end) is not Step.RECOVER


def remove_a_method(visit: Visit, now: datetime) -> None:
    with write() as session:
        factors.remove(session, visit.standing, "email", now)


def add_an_app(visit: Visit, now: datetime) -> None:
    enrol(visit, "totp", now)


def change_password(visit: Visit, now: datetime) -> None:
    with write() as session:
        sign_ins.lock_user(session, visit.standing.user_id)
        password_change.put(session, visit.standing, "hashed", now)


@pytest.mark.parametrize(
    ("act", "because"), [(remove_a_method, "methods"), (add_an_app, "methods"), (change_password, "password")]
)
def test_what_is_changed_by_somebody_who_is_in_stops_it_too(
    cleo: Customer, now: datetime, act: Callable[[Visit, datetime], None], because: str
) -> None:
    """They had come in before it began, and their second factor was fresh enough."""
    inside = cleo.come_in(now)
    begin_recovery(cleo.half_in(now), now)
    act(inside, now)
    assert (case_of(cleo).cancelled_because, told("recovery_stopped")) == (because, 1)


def test_a_sign_in_that_is_finished_before_the_link_is_used_stops_it_silently(ben: Customer, now: datetime) -> None:
    """Nothing had begun, so there is nothing to tell; the link is dead."""
    token = ask_recovery(ben.half_in(now), now)
    sign_in_by_app(ben, now)
    assert recoveries.find(token, now) is None
    assert told("recovery_stopped") == 0


def test_a_wrong_code_stops_nothing(ben: Customer, now: datetime) -> None:
    begin_recovery(ben.half_in(now), now)
    with pytest.raises(CodeWrong):
        second_factor.prove(ben.half_in(now).standing, "totp", wrong(ben.app_code(now)), now)
    assert case_of(ben).cancelled_at is None


def test_the_link_in_a_notice_stops_its_own_case_alone(ben: Customer, cleo: Customer, now: datetime) -> None:
    """Not somebody else's, and not the next one of the same user."""
    old = begin_recovery(ben.half_in(now), now)
    begin_recovery(cleo.half_in(now), now)
    recoveries.stop_by_link(old, HERE, now)
    assert (case_of(ben).cancelled_because, case_of(cleo).cancelled_at) == ("link", None)
    later = now + HOUR
    begin_recovery(ben.half_in(later), later)
    with pytest.raises(Gone):
        recoveries.stop_by_link(old, HERE, later)
    assert case_of(ben).cancelled_at is None


def test_a_restored_backup_ends_every_wait(ben: Customer, cleo: Customer, now: datetime) -> None:
    """T44: it may have been stopped since; its owner is told, and begins anew. Neither link works any more."""
    begin_link, stop = ask_recovery(ben.half_in(now), now), begin_recovery(cleo.half_in(now), now)
    assert after_restore.end_revived(now).counts["lost accesses"] == 2
    assert (recoveries.find(begin_link, now), recoveries.find_to_stop(stop, now)) == (None, None)
    assert (case_of(cleo).cancelled_because, told("recovery_stopped")) == ("restored", 1)
    later = now + TWO_DAYS
    assert cleo.half_in(later).standing.step(later) is Step.CHECK


def test_this_was_not_me_stops_it_too(ben: Customer, now: datetime) -> None:
    """T34: the other link in the notices of a wait; the password opens nothing then."""
    recoveries.begin(ask_recovery(ben.half_in(now), now), HERE, now)
    link = str(mailed(now, notice=True)["not_me"]).rpartition("/")[2]
    not_me.use_link(mailed_links.read(mailed_links.NOT_ME, link) or "", HERE, now)
    assert (case_of(ben).cancelled_because, told("recovery_stopped")) == ("not_me", 1)


def test_a_remembered_device_stops_nothing(ben: Customer, now: datetime) -> None:
    """R3: it proves no second factor. Who has lost the phone but not the laptop would wait for ever; whoever knows
    nothing of the wait is told of it on every page, and stops it there."""
    begin_recovery(ben.half_in(now), now)
    with write() as session:
        sign_ins.raise_sign_in(session, ben.half_in(now).standing, "device", now, proved=False)
    assert case_of(ben).cancelled_at is None
