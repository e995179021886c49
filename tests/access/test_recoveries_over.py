"""What is left when the wait of somebody who has lost everything is over: the wizard, and what shuts it (R12, R15)."""

from datetime import datetime
from functools import partial

import pytest
from flask import Flask

from portal.access import (
    codes,
    password_resets,
    recoveries,
    recovery_codes,
    second_factor,
)
from portal.access.problems import CodeWrong, MailboxSpent
from portal.access.steps import Step
from portal.database import write
from tests.access.recovery_cases import (
    MOMENT,
    THREE_DAYS,
    TWO_DAYS,
    case_of,
    cases,
    prove_mailbox,
    reset_by_mail,
    told,
)
from tests.customers import (
    HERE,
    Customer,
    Visit,
    ask_link,
    begin_recovery,
    enrolled,
    mailed_code,
    make,
    wrong,
)
from tests.together import together

pytestmark = pytest.mark.usefixtures("app")


def test_after_the_wait_password_and_mailbox_lead_to_the_wizard(cleo: Customer, now: datetime) -> None:
    """S0.11, R15: methods, recovery codes and all other sign-ins go in the transaction that proves the mailbox."""
    elsewhere = cleo.come_in(now - MOMENT)
    begin_recovery(cleo.half_in(now), now)
    later = now + TWO_DAYS
    visit = cleo.half_in(later)
    prove_mailbox(visit, later)
    assert visit.standing.step(later) is Step.SET_UP
    assert (enrolled(cleo.user_id), recovery_codes.remaining(cleo.user_id)) == ([], None)
    assert elsewhere.standing.ended_because == "methods_changed"
    assert told("recovery_done") == 1


def test_a_wrong_code_from_the_mailbox_takes_nothing_away(ben: Customer, now: datetime) -> None:
    begin_recovery(ben.half_in(now), now)
    later = now + TWO_DAYS
    visit = ben.half_in(later)
    codes.issue(codes.by_sign_in(visit.standing, second_factor.ADDRESS), {}, later)
    with pytest.raises(CodeWrong):
        second_factor.prove_mailbox(visit.standing, wrong(mailed_code(later)), later)
    assert (len(enrolled(ben.user_id)), visit.standing.step(later)) == (1, Step.RECOVER)


def test_a_second_factor_still_lets_in_when_the_wait_is_over(ben: Customer, now: datetime) -> None:
    """Whoever has found it after all; and an owner who knew nothing of the wait."""
    begin_recovery(ben.half_in(now), now)
    later = now + TWO_DAYS
    visit = ben.half_in(later)
    assert visit.standing.step(later) is Step.RECOVER
    token = second_factor.prove(visit.standing, "totp", ben.app_code(later), later)
    assert Visit(token).standing.step(later) is Step.IN
    assert len(enrolled(ben.user_id)) == 1


def test_with_an_app_a_mailed_password_shuts_this_way(cleo: Customer, now: datetime) -> None:
    """R12, T34: the mailbox would be everything it takes."""
    reset_by_mail(cleo, now)
    with pytest.raises(MailboxSpent):
        recoveries.ask(cleo.half_in(now).standing, now)
    assert cases() == 0


def test_with_email_alone_a_mailed_password_leaves_it_open(dora: Customer, now: datetime) -> None:
    """R12: the last way out, after 72 hours; then she sets up what she likes, and the wizard isn't shut (R15)."""
    reset_by_mail(dora, now)
    begin_recovery(dora.half_in(now), now)
    later = now + THREE_DAYS
    visit = dora.half_in(later)
    prove_mailbox(visit, later)
    assert visit.standing.step(later) is Step.SET_UP


def test_a_mailed_password_after_the_methods_were_taken_shuts_the_wizard(ben: Customer, now: datetime) -> None:
    """R15, T34: never password and factor by one mailbox."""
    begin_recovery(ben.half_in(now), now)
    later = now + TWO_DAYS
    prove_mailbox(ben.half_in(later), later)
    reset_by_mail(ben, later)
    assert ben.half_in(later).standing.step(later) is Step.WAIT


def test_no_link_to_reset_the_password_outlives_it(ben: Customer, now: datetime) -> None:
    """R15: one that was asked for before."""
    begin_recovery(ben.half_in(now), now)
    later = now + TWO_DAYS
    link = ask_link(ben.email, HERE, later)
    prove_mailbox(ben.half_in(later), later)
    assert password_resets.owner(link, later) is None


def finish(visit: Visit, now: datetime) -> None:
    with write() as session:
        recoveries.finish(session, visit.standing, now)


def test_of_four_at_once_at_the_end_one_takes_the_methods(app: Flask, ben: Customer, now: datetime) -> None:
    begin_recovery(ben.half_in(now), now)
    later = now + TWO_DAYS
    outcomes = together(app, *[partial(finish, ben.half_in(later), later) for _ in range(4)])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Gone", "Gone", "Gone", "NoneType"]
    assert told("recovery_done") == 1


def test_stopping_and_finishing_at_once_do_one_of_both(app: Flask, now: datetime) -> None:
    """Nobody's methods are gone after "it was stopped"."""
    for number in range(5):
        ben = make("Ben", f"ben.{number}@example.org", "totp", now=now)
        stop = begin_recovery(ben.half_in(now), now)
        later = now + TWO_DAYS
        acts = (partial(finish, ben.half_in(later), later), partial(recoveries.stop_by_link, stop, HERE, later))
        outcomes = together(app, *acts)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Gone", "NoneType"]
        case = case_of(ben)
        assert (case.done_at is None) != (case.cancelled_at is None)
        assert bool(enrolled(ben.user_id)) is (case.done_at is None)
