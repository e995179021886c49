"""Too many tries: the page says when it goes on, by the clock, and what still works meanwhile."""

import re
from datetime import timedelta

import pytest

from tests.browser import Page
from tests.journeys.ways import APP_FIELD, ask_to_register
from tests.people import Person
from tests.portal_for_tests import Portal

GOES_ON = re.compile(r"It goes on at \d+ \w+ \d{4}, \d\d:\d\d UTC")


def _wrong_codes(person: Person, times: int) -> Page:
    page = person.browser.page
    for _ in range(times):
        page = person.browser.press("Verify code", {APP_FIELD: person.wrong_code()})
    return page


def _wrong_passwords(person: Person, times: int) -> Page:
    for _ in range(times):
        person.browser.open("/sign-in")
        page = person.browser.press("Sign in", {"Email address": person.email, "Password": "not my password"})
    return page


@pytest.fixture
def refused(ben: Person) -> Person:
    """ben, after ten wrong codes and one more."""
    ben.sign_in()
    _wrong_codes(ben, 10)
    ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})
    return ben


def test_the_eleventh_code_is_refused_with_the_time_it_goes_on(refused: Person) -> None:
    """10 per 15 minutes; even a right one is not looked at."""
    page = refused.browser.page
    assert (page.status, page.heading) == (429, "Too many tries")
    assert GOES_ON.search(page.text)
    assert 800 < int(page.answer.headers["Retry-After"]) <= 900


def test_the_page_says_what_still_works_and_it_does(refused: Person) -> None:
    """Another method, or a recovery code."""
    assert "another method, or a recovery code" in refused.browser.page.text
    refused.browser.open(refused.browser.page.links["Try another way"])
    refused.browser.open(refused.browser.page.links["Recovery code"])
    assert refused.browser.press("Verify code", {"Recovery code": refused.codes[0]}).path == "/"


def test_it_goes_on_when_the_page_said(refused: Person, portal: Portal) -> None:
    portal.age(timedelta(seconds=int(refused.browser.page.answer.headers["Retry-After"])))
    refused.browser.open("/sign-in/verify/totp")
    assert refused.browser.press("Verify code", {APP_FIELD: refused.app_code()}).path == "/"


def test_another_method_has_its_own_tries(cleo: Person) -> None:
    cleo.sign_in()
    _wrong_codes(cleo, 10)
    cleo.browser.open("/sign-in/other")
    cleo.browser.press("Email")
    assert cleo.browser.press("Verify code", {"One-time code": cleo.mailed_code()}).path == "/"


def test_badly_typed_codes_are_no_tries(ben: Person) -> None:
    ben.sign_in()
    for _ in range(12):
        ben.browser.press("Verify code", {APP_FIELD: "12345"})
    assert ben.browser.press("Verify code", {APP_FIELD: ben.app_code()}).path == "/"


def test_the_sixth_password_waits_half_a_minute(ben: Person, portal: Portal) -> None:
    """5 free, then 30 seconds; then the right one is good at once."""
    page = _wrong_passwords(ben, 6)
    assert (page.status, page.heading) == (429, "Too many tries")
    assert GOES_ON.search(page.text)
    assert 20 < int(page.answer.headers["Retry-After"]) <= 30
    portal.age(timedelta(seconds=30))
    assert ben.sign_in().path == "/sign-in/verify/totp"


def test_a_sign_in_that_is_open_goes_on_while_passwords_are_refused(ben: Person, portal: Portal) -> None:
    """As the page says: guessing locks nobody out who is in."""
    ben.come_in()
    guessing = Person("Eve", ben.email, ben.browser.another(), portal)
    assert "a sign-in you have open in another browser" in _wrong_passwords(guessing, 6).text
    assert ben.browser.open("/security").path == "/security"


def test_an_eleventh_registration_from_one_network_waits(eve: Person) -> None:
    """10 per hour and network address; signing in still works, says the page."""
    name = eve.email
    for number in range(11):
        eve.email = f"{number}.{name}"
        page = ask_to_register(eve)
    assert page.status == 429
    assert "Too many accounts were begun from your network." in page.text
    assert "signing in to an account you have" in page.text


def test_five_wrong_recovery_codes_are_enough_for_one_sign_in(ben: Person) -> None:
    ben.sign_in()
    ben.browser.open("/sign-in/recovery-code")
    for _ in range(6):
        page = ben.browser.press("Verify code", {"Recovery code": "AAAA-AAAA-AAAA-AAAA"})
        if page.status == 429:
            break
    assert page.status == 429
    ben.browser.open("/sign-in/verify/totp")
    assert ben.browser.press("Verify code", {APP_FIELD: ben.app_code()}).path == "/"
