"""What a page costs in statements: one for the sign-in and its user, none for whoever is unknown, and the page's own.
The numbers are what it is now; more needs a reason, and is written down here with it."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal import clock
from tests.customers import Customer
from tests.house import device_states, link_states, lost_states, operator_states, states
from tests.house.conftest import Inside
from tests.house.states import State
from tests.statements import statements_of

GETS: list[tuple[Callable[[], State], str, int]] = [
    (states.outside, "/sign-in", 0),
    (states.outside, "/register", 0),
    (states.outside, "/", 0),
    (states.outside, "/security", 0),
    (states.outside, "/healthz", 0),
    (states.outside, "/readyz", 1),
    (states.outside, "/static/css/portal.css", 0),
    (states.inside, "/static/css/portal.css", 0),
    (states.inside, "/brand.css", 0),
    (states.inside, "/", 2),  # the sign-in with the methods; recovery codes and the sign-in before
    (states.inside, "/security", 2),  # the sign-in with the methods, the recovery codes
    (states.inside_with_two_apps, "/security", 2),
    (states.inside_with_two, "/security/preferences", 1),
    (states.inside, "/security/check-up", 1),
    (states.inside_with_two_apps, "/security/new-phone", 1),
    (states.outside, "/help/two-factor", 0),
    (states.inside, "/security/recovery-codes", 2),
    (device_states.inside_twice, "/security/sign-ins", 2),
    (device_states.inside_on_device, "/security/devices", 2),
    (device_states.inside_on_device, "/security/devices/{id}/rename", 2),
    (states.inside, "/nowhere", 1),
    (states.registering, "/register/confirm", 3),  # the registration, its newest code, when the next may go
    (states.choosing, "/onboarding", 1),
    (states.setting_up, "/onboarding/totp", 2),
    (states.enrol_code_sent, "/onboarding/email", 5),  # … its code, when the next may go, what became of it
    (states.at_check, "/sign-in/verify/totp", 1),
    (states.sign_in_code_sent, "/sign-in/verify/email", 4),
    (states.outside, "/password/forgot", 0),
    (states.outside, "/password/forgot/sent", 0),
    (states.outside, "/password/reset/forged", 0),
    (states.forgotten, "/password/reset", 1),
    (states.outside, "/sign-in/open/forged", 0),
    (link_states.open_link_followed, "/sign-in/open", 1),
    (states.outside, "/sign-in/lost-access", 0),
    (states.at_check, "/sign-in/lost-access", 1),
    (lost_states.waiting, "/sign-in/lost-access", 1),
    (states.outside, "/sign-in/lost-access/begin/forged", 0),
    (lost_states.begin_link_followed, "/sign-in/lost-access/begin", 2),  # the case, the methods that say how long
    (lost_states.stop_link_followed, "/sign-in/lost-access/stop", 2),
    (lost_states.waiting, "/sign-in/verify/totp", 1),
    (lost_states.waiting_inside, "/", 2),
    (states.outside, "/not-me/forged", 0),
    (link_states.not_me_followed, "/not-me", 1),
    (states.outside, "/not-me/done", 0),
    (link_states.inside_with_activity, "/security/activity", 3),  # the sign-in; the log; the sign-ins of before
    (link_states.inside_with_activity, "/security/activity?show=changes", 2),
    (operator_states.first_password, "/password/reset", 1),
    (operator_states.wizard_shut, "/onboarding/closed", 1),
    (states.inside, "/security/password", 1),
    (states.mailbox_spent, "/sign-in/other", 1),
    (states.saving_codes, "/onboarding/recovery-codes", 2),
]


@pytest.mark.parametrize(("make", "path", "most"), GETS, ids=[f"{m.__name__} {p}" for m, p, _ in GETS])
def test_a_page_costs_no_more_than_this(house: Flask, make: Callable[[], State], path: str, most: int) -> None:
    with house.app_context():
        state = make()
    browser = Inside(house, state)
    with statements_of(house) as given:
        browser.open(path.format(id=state.id))
    assert len(given) <= most, "\n".join(given)


def test_a_page_of_somebody_in_writes_nothing(house: Flask) -> None:
    """`seen_at` at most once a minute."""
    with house.app_context():
        state = states.inside()
    browser = Inside(house, state)
    with statements_of(house) as given:
        browser.open("/")
    assert [statement for statement in given if not statement.startswith("SELECT")] == []


def test_five_apps_cost_as_much_as_one(house: Flask) -> None:
    """No statement for each row."""
    with house.app_context():
        one, two = states.inside(), states.inside_with_two_apps()
    counts = []
    for state in (one, two):
        browser = Inside(house, state)
        with statements_of(house) as given:
            browser.open("/security")
        counts.append(len(given))
    assert counts[0] == counts[1]


def test_a_whole_sign_in_costs_ten(house: Flask) -> None:
    """In a browser that is known. Password: read the user, and whether the network address must wait (T01), count the
    try, open the sign-in, give the try back. Code: read the sign-in, count the try here and in a row, raise the
    sign-in, settle the counts, spend the code."""
    with house.app_context():
        ben = states.customer("totp")
        codes = [ben.app_code(clock.now(), aside) for aside in (-1, 0)]
    browser = Inside(house)
    _sign_in(house, browser, ben, codes[0])
    browser.send("/sign-out", {})
    password, code = _sign_in(house, browser, ben, codes[1])
    assert (len(password), len(code)) == (4, 6), "\n".join((*password, *code))


def _sign_in(house: Flask, browser: Inside, ben: Customer, code: str) -> tuple[list[str], list[str]]:
    """The statements of the two forms of a sign-in."""
    answers = {"/sign-in": {"email": ben.email, "password": ben.password}, "/sign-in/verify/totp": {"code": code}}
    found = []
    for path, answer in answers.items():
        form = browser.form(path)
        with statements_of(house) as given:
            assert browser.send_filled(path, {**form, **answer}).status_code == 303
        found.append(given)
    return found[0], found[1]
