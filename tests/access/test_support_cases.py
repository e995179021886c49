"""A recovery that support opens: who may, when, how long it waits, and every way it ends."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from portal.access import desk, recoveries, recovery_notices, support_cases
from portal.access.limits import APPROVAL_LIFE, RECOVERY_WAIT, RECOVERY_WAIT_BY_MAILBOX
from portal.access.problems import CaseOpen, CasesUsedUp, Gone, Problem, WrongRole
from tests.access.recovery_cases import MOMENT, case_of, cases, prove_mailbox, reset_by_mail, told
from tests.customers import HERE, Customer, Visit, ask_recovery, begin_recovery, mailed, make, token_in
from tests.desk import member

STOP = "/sign-in/lost-access/stop"
DAY = timedelta(days=1)


@pytest.fixture
def ben(app: Flask, now: datetime) -> Customer:
    return make("Ben", "ben@example.org", "totp", now=now)


@pytest.fixture
def lena(app: Flask, now: datetime) -> Visit:
    return member("support", now).come_in(now)


@pytest.fixture
def omar(app: Flask, now: datetime) -> Visit:
    return member("approver", now).come_in(now)


@pytest.fixture
def rosa(app: Flask, now: datetime) -> Visit:
    return member("admin", now).come_in(now)


def open_for(who: Customer, staff: Visit, now: datetime) -> int:
    return support_cases.open_case(staff.standing, (who.user_id, who.email), "phone stolen", now)


def agree(staff: Visit, id: int, now: datetime) -> None:
    support_cases.approve(staff.standing, support_cases.find(staff.standing, id), now)


def test_a_case_waits_for_a_second_person(ben: Customer, lena: Visit, now: datetime) -> None:
    """Support case: nothing is under way before they agree."""
    open_for(ben, lena, now)
    case = case_of(ben)
    assert (case.kind, case.confirmed_at, case.due_at) == ("support", None, None)
    assert told("support_opened") == 1


@pytest.mark.parametrize(
    ("kinds", "wait"),
    [(("totp",), RECOVERY_WAIT), (("totp", "email"), RECOVERY_WAIT), (("email",), RECOVERY_WAIT_BY_MAILBOX)],
)
def test_the_wait_begins_when_they_agree(
    lena: Visit, omar: Visit, now: datetime, kinds: tuple[str, ...], wait: timedelta
) -> None:
    """48 hours, 72 if e-mail is the only method; from the agreeing, not from the opening."""
    cleo = make("Cleo", "cleo@example.org", *kinds, now=now)
    agree(omar, open_for(cleo, lena, now), now + DAY)
    assert case_of(cleo).due_at == now + DAY + wait
    assert told("support_begun") == 1


def test_after_a_mailed_reset_the_wait_is_the_longer_one(
    ben: Customer, lena: Visit, omar: Visit, now: datetime
) -> None:
    """R12: the mailbox is all that has proved who they are. Who agrees is shown that."""
    reset_by_mail(ben, now)
    agree(omar, open_for(ben, lena, now), now)
    assert case_of(ben).due_at == now + RECOVERY_WAIT_BY_MAILBOX
    assert desk.shown(ben.user_id, now).mailbox_spent


def test_nobody_agrees_twice_or_to_their_own(ben: Customer, omar: Visit, rosa: Visit, now: datetime) -> None:
    """T34: an approver's own case is for another."""
    id = open_for(ben, omar, now)
    with pytest.raises(WrongRole):
        agree(omar, id, now)
    found = support_cases.find(rosa.standing, id)
    agree(rosa, id, now)
    with pytest.raises(Gone):
        support_cases.approve(rosa.standing, found, now + DAY)
    assert case_of(ben).due_at == now + RECOVERY_WAIT


def test_the_statement_itself_knows_who_opened_it(ben: Customer, omar: Visit, now: datetime) -> None:
    """T34: even if what was read before says another."""
    found = support_cases.find(omar.standing, open_for(ben, omar, now))
    with pytest.raises(Gone):
        support_cases.approve(omar.standing, replace(found, opened_by=0), now)


def test_support_agrees_to_none(ben: Customer, lena: Visit, omar: Visit, now: datetime) -> None:
    """T34."""
    found = support_cases.find(omar.standing, open_for(ben, omar, now))
    with pytest.raises(WrongRole):
        support_cases.approve(lena.standing, found, now)
    assert support_cases.open_cases(lena.standing) == []


@pytest.mark.parametrize(("after", "agreed"), [(APPROVAL_LIFE - MOMENT, True), (APPROVAL_LIFE, False)])
def test_a_case_can_be_agreed_to_for_three_days(
    ben: Customer, lena: Visit, omar: Visit, now: datetime, after: timedelta, agreed: bool
) -> None:
    id = open_for(ben, lena, now)
    found = support_cases.find(omar.standing, id)
    if agreed:
        support_cases.approve(omar.standing, found, now + after)
    else:
        with pytest.raises(Gone):
            support_cases.approve(omar.standing, found, now + after)
    assert (case_of(ben).confirmed_at is not None) is agreed


def test_one_that_nobody_agreed_to_is_told_of_and_gives_way(ben: Customer, lena: Visit, now: datetime) -> None:
    """The worker says so; whether it ran or not, another can be opened."""
    open_for(ben, lena, now)
    assert recovery_notices.tell(now + APPROVAL_LIFE - MOMENT) == 0
    assert recovery_notices.tell(now + APPROVAL_LIFE) == 1
    assert (case_of(ben).cancelled_because, told("recovery_stopped")) == ("lapsed", 1)
    open_for(ben, lena, now + APPROVAL_LIFE)
    assert cases() == 2


def test_at_the_end_password_and_mailbox_lead_to_the_wizard(
    ben: Customer, lena: Visit, omar: Visit, now: datetime
) -> None:
    """S0.11, R15."""
    agree(omar, open_for(ben, lena, now), now)
    for moment, taken in ((now + RECOVERY_WAIT - MOMENT, False), (now + RECOVERY_WAIT, True)):
        visit = ben.half_in(moment)
        recovery = visit.standing.recovery
        assert recovery
        assert recovery.over(moment) is taken
    prove_mailbox(visit, now + RECOVERY_WAIT)
    assert visit.standing.factors == ()
    assert told("recovery_done") == 1


def stop_link(now: datetime, kind: str) -> str:
    while (facts := mailed(now, notice=True))["kind"] != kind:
        pass
    return token_in(facts, STOP)


@pytest.mark.parametrize("agreed", [False, True])
def test_the_first_notice_s_link_stops_it_to_the_end(
    ben: Customer, lena: Visit, omar: Visit, now: datetime, agreed: bool
) -> None:
    """T35: the owner hears of the opening, and that link is good afterwards too."""
    id = open_for(ben, lena, now)
    link = stop_link(now, "support_opened")
    if agreed:
        agree(omar, id, now)
    recoveries.stop_by_link(link, HERE, now + DAY)
    assert case_of(ben).cancelled_because == "link"
    with pytest.raises(Gone):
        recoveries.stop_by_link(link, HERE, now + DAY)


def test_a_second_factor_stops_it_before_anybody_agrees(ben: Customer, lena: Visit, now: datetime) -> None:
    open_for(ben, lena, now)
    ben.come_in(now)
    assert (case_of(ben).cancelled_because, told("recovery_stopped")) == ("signed_in", 1)


def test_a_mailed_reset_stops_it(ben: Customer, lena: Visit, omar: Visit, now: datetime) -> None:
    """R15: never password and factor by one mailbox."""
    agree(omar, open_for(ben, lena, now), now)
    reset_by_mail(ben, now + DAY)
    assert case_of(ben).cancelled_because == "password"


def test_the_customer_s_own_wait_goes_before(ben: Customer, lena: Visit, now: datetime) -> None:
    """One case at a time; a link that was only asked for gives way."""
    ask_recovery(ben.half_in(now), now)
    open_for(ben, lena, now)
    assert case_of(ben).kind == "support"
    support_cases.stop(lena.standing, support_cases.open_cases(lena.standing)[0], now)
    begin_recovery(ben.half_in(now), now)
    with pytest.raises(CaseOpen):
        open_for(ben, lena, now)


def test_support_s_case_is_not_begun_by_a_customer_s_link(ben: Customer, lena: Visit, now: datetime) -> None:
    """T34: asking for the customer's own way while support's waits mails nothing, and begins nothing."""
    open_for(ben, lena, now)
    recoveries.ask(ben.half_in(now).standing, now)
    assert told("recovery_asked") == 0
    assert case_of(ben).confirmed_at is None


def test_a_third_case_of_a_year_takes_an_admin(ben: Customer, lena: Visit, rosa: Visit, now: datetime) -> None:
    """Cases: 2 a year."""
    for _ in range(2):
        open_for(ben, lena, now)
        support_cases.stop(lena.standing, support_cases.open_cases(lena.standing)[0], now)
    with pytest.raises(CasesUsedUp):
        open_for(ben, lena, now)
    assert cases() == 2
    open_for(ben, rosa, now)
    support_cases.stop(rosa.standing, support_cases.open_cases(rosa.standing)[0], now)
    open_for(ben, lena, now + timedelta(days=365))


def test_somebody_without_a_method_needs_no_case(lena: Visit, now: datetime) -> None:
    dan = make("Dan", "dan@example.org", now=now)
    with pytest.raises(Gone):
        open_for(dan, lena, now)
    assert cases() == 0


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\u202eb"])
def test_a_reason_is_one_line(ben: Customer, lena: Visit, now: datetime, reason: str) -> None:
    for act in (support_cases.open_case, support_cases.sign_out):
        with pytest.raises(Problem):
            act(lena.standing, (ben.user_id, ben.email), reason, now)
    assert cases() == 0
    assert not any(told(kind) for kind in ("support_opened", "support_signed_out"))


def test_a_case_that_is_open_and_its_kind_are_read_with_the_sign_in(ben: Customer, lena: Visit, now: datetime) -> None:
    open_for(ben, lena, now)
    found = ben.half_in(now).standing.recovery
    assert found
    assert (found.by_support, found.asked(now), found.begun(now)) == (True, True, False)
