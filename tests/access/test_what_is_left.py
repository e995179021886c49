""" "Could you still get in?": every combination of methods and recovery codes, and what each loss leaves."""

from itertools import product

import pytest

from portal.access.check_up import Advice, Loss, Outcome, Way, check_up

METHOD, CODES, ELSEWHERE, SUPPORT = Outcome.METHOD, Outcome.CODES, Outcome.ELSEWHERE, Outcome.SUPPORT
WAIT, LONG_WAIT = Outcome.WAIT, Outcome.LONG_WAIT

# apps on, e-mail on, unused recovery codes -> phone gone, mailbox gone, laptop gone; the one thing to do
TABLE = [
    ((0, 1, 0), (METHOD, SUPPORT, LONG_WAIT), Advice.MAKE_CODES),  # R12: the mailbox twice
    ((0, 1, 1), (METHOD, CODES, CODES), Advice.STRONGER),
    ((0, 1, 3), (METHOD, CODES, CODES), Advice.STRONGER),
    ((0, 1, 10), (METHOD, CODES, CODES), Advice.STRONGER),
    ((1, 0, 0), (WAIT, METHOD, METHOD), Advice.MAKE_CODES),
    ((1, 0, 1), (CODES, METHOD, METHOD), Advice.RENEW_CODES),
    ((1, 0, 3), (CODES, METHOD, METHOD), Advice.RENEW_CODES),
    ((1, 0, 10), (CODES, METHOD, METHOD), Advice.ANOTHER),
    ((1, 1, 0), (METHOD, METHOD, METHOD), Advice.MAKE_CODES),
    ((1, 1, 1), (METHOD, METHOD, METHOD), Advice.RENEW_CODES),
    ((1, 1, 3), (METHOD, METHOD, METHOD), Advice.RENEW_CODES),
    ((1, 1, 10), (METHOD, METHOD, METHOD), Advice.NOTHING),
    ((2, 0, 0), (ELSEWHERE, METHOD, METHOD), Advice.MAKE_CODES),  # who knows where the second one is
    ((2, 0, 1), (CODES, METHOD, METHOD), Advice.RENEW_CODES),
    ((2, 0, 3), (CODES, METHOD, METHOD), Advice.RENEW_CODES),
    ((2, 0, 10), (CODES, METHOD, METHOD), Advice.NOTHING),
    ((2, 1, 0), (METHOD, METHOD, METHOD), Advice.MAKE_CODES),
    ((2, 1, 1), (METHOD, METHOD, METHOD), Advice.RENEW_CODES),
    ((2, 1, 3), (METHOD, METHOD, METHOD), Advice.RENEW_CODES),
    ((2, 1, 10), (METHOD, METHOD, METHOD), Advice.NOTHING),
]
LOSSES = (Loss.PHONE, Loss.MAILBOX, Loss.LAPTOP)


def ways(apps: int, email: int, *, app_closed: bool = False, email_closed: bool = False) -> list[Way]:
    """An app may be had five times, e-mail once."""
    app = Way("app", in_mailbox=False, on_phone=True, count=apps, closed=app_closed, room=apps < 5)
    mail = Way("mail", in_mailbox=True, on_phone=False, count=email, closed=email_closed, room=not email)
    return [app, mail]


@pytest.mark.parametrize(("has", "outcomes", "advice"), TABLE)
def test_what_is_left_when_something_is_gone(
    has: tuple[int, int, int], outcomes: tuple[Outcome, ...], advice: Advice
) -> None:
    """C1, R12."""
    apps, email, codes = has
    found = check_up(ways(apps, email), codes)
    told = {answer.loss: answer.outcome for answer in found.answers}
    assert tuple(told[loss] for loss in LOSSES) == outcomes
    assert found.advice is advice


def test_the_table_leaves_no_combination_out() -> None:
    """Nobody here is without a method: they stand in the wizard."""
    assert {has for has, _, _ in TABLE} == {has for has in product((0, 1, 2), (0, 1), (0, 1, 3, 10)) if any(has[:2])}


@pytest.mark.parametrize(("has", "_outcomes", "_advice"), TABLE)
def test_a_known_password_opens_nothing_but_with_the_mailbox(
    has: tuple[int, int, int], _outcomes: tuple[Outcome, ...], _advice: Advice
) -> None:
    """S1.13."""
    apps, email, codes = has
    told = {answer.loss: answer.outcome for answer in check_up(ways(apps, email), codes).answers}
    assert told[Loss.PASSWORD] is (Outcome.SHUT_OUT if apps else Outcome.MAILBOX_ONLY)


def test_each_answer_names_the_methods_that_would_do() -> None:
    kinds = {answer.loss: answer.kinds for answer in check_up(ways(1, 1), 10).answers}
    assert kinds == {
        Loss.PHONE: ("mail",),
        Loss.MAILBOX: ("app",),
        Loss.LAPTOP: ("app",),  # not the mail: the new password came by it
        Loss.PASSWORD: ("app", "mail"),
    }


def test_a_closed_method_is_none_and_is_opened_first() -> None:
    found = check_up(ways(1, 1, app_closed=True), 0)
    told = {answer.loss: answer.outcome for answer in found.answers}
    assert (told[Loss.PHONE], told[Loss.MAILBOX]) == (METHOD, SUPPORT)
    assert (found.advice, found.kind) == (Advice.OPEN, "app")


def test_a_closed_app_shuts_the_delayed_reset_after_a_mailed_one() -> None:
    """R12: with another method than e-mail it can't be begun then."""
    told = {answer.loss: answer.outcome for answer in check_up(ways(1, 0, app_closed=True), 0).answers}
    assert (told[Loss.PHONE], told[Loss.LAPTOP]) == (WAIT, SUPPORT)


def test_an_account_of_mail_alone_waits_longer_though_it_is_closed() -> None:
    told = {answer.loss: answer.outcome for answer in check_up(ways(0, 1, email_closed=True), 0).answers}
    assert told[Loss.PHONE] is LONG_WAIT


def test_a_stronger_method_is_advised_only_if_it_is_on_offer() -> None:
    """PORTAL_METHODS may hold e-mail alone."""
    found = check_up([way for way in ways(0, 1) if way.in_mailbox], 10)
    assert found.advice is Advice.NOTHING


@pytest.mark.parametrize(("has", "kind"), [((0, 1, 10), "app"), ((1, 0, 10), "app"), ((1, 1, 10), None)])
def test_the_advice_names_its_method(has: tuple[int, int, int], kind: str | None) -> None:
    apps, email, codes = has
    assert check_up(ways(apps, email), codes).kind == kind
