"""Fifty wrong codes in a row close a method: it stays enrolled, and refuses until its owner opens it again."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.access import limits
from portal.database import write
from portal.models import Factor
from tests.browser import Page
from tests.journeys.ways import APP_FIELD, card, confirm_password, to_security
from tests.people import Person
from tests.portal_for_tests import Portal


def _guess(person: Person, portal: Portal, codes: int) -> None:
    """Somebody with the password guesses, ten codes an hour, in sign-ins of their own; then a day passes, so that the
    limits of a day don't speak any more, only the count in a row.
    """
    for first in range(0, codes, 10):
        person.sign_in()
        for _ in range(min(10, codes - first)):
            person.browser.press("Verify code", {APP_FIELD: person.wrong_code()})
        portal.age(timedelta(minutes=61))
    portal.age(timedelta(days=1))


@pytest.fixture
def closed(cleo: Person) -> Person:
    """cleo, whose app is closed."""
    with cleo.portal.app.app_context(), write() as session:
        mine = (Factor.user_id == cleo.user().id, Factor.kind == "totp")
        session.execute(update(Factor).where(*mine).values(wrong_codes=limits.CODES_IN_A_ROW))
    return cleo


def _open_again(cleo: Person) -> Page:
    """From the overview: the card, the password, the button."""
    to_security(cleo)
    cleo.browser.press("Open again", under="Authentication app")
    confirm_password(cleo)
    return cleo.browser.press("Open again")


def _by_recovery_code(cleo: Person) -> Page:
    cleo.sign_in()
    cleo.browser.open("/sign-in/recovery-code")
    return cleo.browser.press("Verify code", {"Recovery code": cleo.codes[0]})


def test_fifty_wrong_codes_in_a_row_close_a_method(cleo: Person, portal: Portal) -> None:
    """However slowly they are typed."""
    _guess(cleo, portal, 50)
    page = cleo.sign_in()
    assert (page.status, page.heading) == (403, "This method takes no codes for now")


def test_forty_nine_and_a_right_one_begin_the_count_anew(ben: Person, portal: Portal) -> None:
    _guess(ben, portal, 49)
    assert ben.come_in().path == "/"
    ben.browser.press("Sign out")
    _guess(ben, portal, 1)
    assert ben.sign_in().path == "/sign-in/verify/totp"
    assert ben.browser.page.status == 200


def test_the_page_names_the_ways_that_work(closed: Person) -> None:
    page = closed.sign_in()
    assert page.links["Try another way"] == "/sign-in/other"
    assert page.links["Recovery code"] == "/sign-in/recovery-code"


def test_cleo_opens_it_again_by_a_recovery_code(closed: Person) -> None:
    """And it is as good as before: her next sign-in is by app."""
    assert _by_recovery_code(closed).path == "/"
    page = _open_again(closed)
    assert page.success == "The method is open again. You can use it the next time you sign in."
    closed.browser.press("Sign out")
    assert closed.come_in().path == "/"


def test_cleo_opens_it_again_by_her_other_method(closed: Person) -> None:
    closed.sign_in()
    closed.browser.open("/sign-in/other")
    closed.browser.press("Email")
    closed.browser.press("Verify code", {"One-time code": closed.mailed_code()})
    assert "is open again" in _open_again(closed).success


def test_a_closed_method_is_still_on(closed: Person) -> None:
    """R2: it counts as enrolled, so no wizard stands between; its card says what happened."""
    _by_recovery_code(closed)
    page = to_security(closed)
    words = card(page, "Authentication app")
    assert "Closed" in words
    assert "On since" in words
    assert "50 wrong codes in a row were typed" in words


def test_opening_again_asks_for_the_password(closed: Person) -> None:
    """R14."""
    _by_recovery_code(closed)
    to_security(closed)
    closed.browser.press("Open again", under="Authentication app")
    page = closed.browser.press("Confirm password", {"Password": "not my password"})
    assert page.problems == ["This is not your password. Type the password you sign in with."]
    assert closed.browser.open("/security/totp/open").heading == "Confirm password"
