"""Who of the support desk may open what: the written table, walked over every address with everybody."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal.access.roles import REMOVED, ROLES
from portal.web.gate import declared, roles
from portal.web.visitor import DESK
from tests.house import desk_states, states
from tests.house.conftest import Inside
from tests.house.states import State

TABLE = """
/staff                          support approver admin
/staff/cases/<int:id>           support approver admin
/staff/cases/<int:id>/approve   approver admin
/staff/cases/<int:id>/stop      support approver admin
/staff/look-ups/<int:id>        support approver admin
/staff/look-ups/<int:id>/case   support approver admin
/staff/look-ups/<int:id>/sign-out  support approver admin
/staff/plots                    admin
"""
# On the way in, or for everybody: their steps stand in test_routes.py.
WAY_IN = {"/staff/" + path for path in ("sign-in", "sign-in/verify", "sign-out", "no-app", "set-up", "welcome")}
WAY_IN |= {"/staff/welcome/<token>"}
STRANGERS = [
    states.outside,
    states.at_check,
    states.inside,
    states.saving_codes,
    desk_states.invitation_followed,
    desk_states.at_check,
    desk_states.without_app,
    desk_states.setting_up,
]


def written() -> dict[str, set[str]]:
    return {path: set(names) for path, *names in (line.split() for line in TABLE.strip().splitlines())}


def addresses(app: Flask) -> dict[str, str]:
    """Every address of the desk that is behind its way in, with its endpoint."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule == DESK or rule.rule.startswith(f"{DESK}/")]
    return {rule.rule: rule.endpoint for rule in rules if rule.rule not in WAY_IN}


def test_every_address_of_the_desk_says_whose_it_is(house: Flask) -> None:
    """ASVS 8.1.1, T34."""
    with house.app_context():
        assert {path: set(roles(endpoint)) for path, endpoint in addresses(house).items()} == written()


def test_whatever_declares_no_role_is_nobody_s(house: Flask) -> None:
    """Deny by default."""
    with house.app_context():
        assert roles("no such endpoint") == frozenset()
        assert REMOVED not in ROLES


def _asked(app: Flask, make: Callable[[], State], path: str) -> set[int]:
    """What an address answers somebody, to GET and to a form, for a number of theirs or of nobody's."""
    with app.app_context():
        state = make()
    browser = Inside(app, state)
    found = path.replace("<int:id>", "1")
    token = browser.form("/staff/sign-in" if make in STRANGERS else "/staff")
    return {browser.open(found).status_code, browser.send_filled(found, {**token, "reason": "x"}).status_code}


@pytest.mark.parametrize("make", STRANGERS)
def test_nobody_gets_to_the_desk_half_in_or_as_a_customer(house: Flask, make: Callable[[], State]) -> None:
    """T12, T34: every address leads back to the step that is due at the desk, for a customer to its sign-in."""
    for path, endpoint in addresses(house).items():
        with house.app_context():
            assert len(declared(endpoint)) == 1
        assert _asked(house, make, path) <= {303, 405}, path


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_own_addresses_and_no_other(house: Flask, role: str) -> None:
    """T34: somebody else's is 403, whatever number it names; 404 is a number that is not theirs."""
    for path, names in written().items():
        answers = _asked(house, lambda: desk_states.inside(role), path)
        assert (403 in answers) is (role not in names), path
        assert answers <= {200, 303, 403, 404, 405, 422}, path


@pytest.mark.parametrize("make", [desk_states.support, desk_states.admin])
def test_the_desk_s_cookie_opens_no_customer_s_page(house: Flask, make: Callable[[], State]) -> None:
    """T34: nor does it under the customers' name."""
    with house.app_context():
        token = next(iter(make().cookies.values()))
    for cookies in ({"staff-sign-in": token}, {"sign-in": token}):
        browser = Inside(house, State(cookies))
        for path in ("/", "/security", "/onboarding", "/onboarding/recovery-codes", "/sign-in/verify/totp"):
            assert browser.open(path).headers["Location"].startswith("/sign-in"), path


def test_a_customer_s_cookie_opens_no_page_of_the_desk(house: Flask) -> None:
    """T34: under either name."""
    with house.app_context():
        token = states.inside().cookies["sign-in"]
    for cookies in ({"staff-sign-in": token}, {"sign-in": token}):
        answer = Inside(house, State(cookies)).open("/staff")
        assert answer.headers["Location"] == "/staff/sign-in"
