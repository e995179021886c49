"""Clocks that are wrong: how far an app's may be off, and what happens when the server's was."""

import time

import pytest
from sqlalchemy import update

from portal.access.limits import STEP
from portal.database import write
from portal.methods.totp import code_at
from portal.models import Factor
from tests.attacks.moments import early_in_a_step
from tests.people import People, Person

APP = "6-digit verification code"
DISTANCES = [(-2, False), (-1, True), (0, True), (1, True), (2, False)]


@pytest.mark.parametrize(("steps", "accepted"), DISTANCES)
def test_an_app_may_be_one_step_off_at_sign_in(ben: Person, steps: int, accepted: bool) -> None:
    """T38, R6."""
    ben.sign_in()
    code = code_at(ben.secret, early_in_a_step() + steps)
    assert (ben.browser.press("Verify code", {APP: code}).path == "/") is accepted


@pytest.mark.parametrize(("steps", "accepted"), DISTANCES)
def test_an_app_may_be_one_step_off_when_it_is_set_up(people: People, steps: int, accepted: bool) -> None:
    """T38, R6: at enrolment exactly as at sign-in."""
    cleo = people.customer("cleo", "email")
    cleo.come_in()
    cleo.browser.open("/security")
    cleo.browser.press("Activate", under="Authentication app")
    cleo.browser.press("Confirm password", {"Password": cleo.password})
    cleo.take_key()
    cleo.browser.press("Continue")
    code = code_at(cleo.secret, early_in_a_step() + steps)
    assert (cleo.browser.press("Verify code", {APP: code}).path == "/security") is accepted


def test_a_server_clock_that_was_set_back_locks_nobody_out(ben: Person) -> None:
    """T38: a last step an hour ahead comes from a clock that jumped; the present code still works, once."""
    with ben.portal.app.app_context(), write() as session:
        ahead = int(time.time()) // STEP + 120
        session.execute(update(Factor).where(Factor.user_id == ben.user().id).values(last_step=ahead))
    early_in_a_step()
    ben.sign_in()
    code = ben.app_code()
    assert ben.browser.press("Verify code", {APP: code}).path == "/"
    ben.browser.press("Sign out")
    ben.sign_in()
    assert ben.browser.press("Verify code", {APP: code}).status == 422


def test_no_time_is_taken_from_the_visitor(ben: Person) -> None:
    """T38: neither a header nor a field moves the clock."""
    ben.sign_in()
    path, data = ben.browser.ready("Verify code", {APP: code_at(ben.secret, early_in_a_step() - 2)})
    past = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 2 * STEP))
    told = {"time": str(int(time.time()) - 2 * STEP), "now": past, "step": str(int(time.time()) // STEP - 2)}
    assert ben.browser.post(path, data | told, Date=past).status_code == 422
