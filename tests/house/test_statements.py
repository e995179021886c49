"""What a page costs in statements: one for the sign-in and its user, none for whoever is unknown, and the page's own.
The numbers are what it is now; more needs a reason, and is written down here with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from portal.extensions import db
from tests.house import operator_states, states
from tests.house.conftest import Inside
from tests.house.states import State

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
    (states.inside, "/", 4),  # the sign-in, the methods, the recovery codes, the sign-in before
    (states.inside, "/security", 3),  # the sign-in, the methods, the recovery codes
    (states.inside_with_two_apps, "/security", 3),
    (states.inside_with_two, "/security/preferences", 2),
    (states.inside, "/security/recovery-codes", 2),
    (states.inside, "/nowhere", 1),
    (states.registering, "/register/confirm", 3),  # the registration, its newest code, when the next may go
    (states.choosing, "/onboarding", 1),
    (states.setting_up, "/onboarding/totp", 2),
    (states.enrol_code_sent, "/onboarding/email", 5),  # … its code, when the next may go, what became of it
    (states.at_check, "/sign-in/verify/totp", 2),
    (states.sign_in_code_sent, "/sign-in/verify/email", 5),
    (states.outside, "/password/forgot", 0),
    (states.outside, "/password/forgot/sent", 0),
    (states.outside, "/password/reset/forged", 0),
    (states.forgotten, "/password/reset", 1),
    (operator_states.first_password, "/password/reset", 1),
    (operator_states.wizard_shut, "/onboarding/closed", 1),
    (states.inside, "/security/password", 1),
    (states.mailbox_spent, "/sign-in/other", 2),
    (states.saving_codes, "/onboarding/recovery-codes", 2),
]


@contextmanager
def _counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the database is given."""
    given: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        given.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield given
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("make", "path", "most"), GETS, ids=[f"{m.__name__} {p}" for m, p, _ in GETS])
def test_a_page_costs_no_more_than_this(house: Flask, make: Callable[[], State], path: str, most: int) -> None:
    with house.app_context():
        state = make()
    browser = Inside(house, state)
    with _counted(house) as given:
        browser.open(path)
    assert len(given) <= most, "\n".join(given)


def test_a_page_of_somebody_in_writes_nothing(house: Flask) -> None:
    """`seen_at` at most once a minute."""
    with house.app_context():
        state = states.inside()
    browser = Inside(house, state)
    with _counted(house) as given:
        browser.open("/")
    assert [statement for statement in given if not statement.startswith("SELECT")] == []


def test_five_apps_cost_as_much_as_one(house: Flask) -> None:
    """No statement for each row."""
    with house.app_context():
        one, two = states.inside(), states.inside_with_two_apps()
    counts = []
    for state in (one, two):
        browser = Inside(house, state)
        with _counted(house) as given:
            browser.open("/security")
        counts.append(len(given))
    assert counts[0] == counts[1]
