"""Why one was signed out is said at the next click, once."""

from datetime import timedelta

import pytest

from tests.journeys.ways import APP_FIELD, EMAIL, EMAIL_FIELD, SEND, confirm_password, second_tab
from tests.people import Person
from tests.portal_for_tests import Portal

pytestmark = pytest.mark.any_engine


def test_ben_signs_out(ben: Person) -> None:
    ben.come_in()
    page = ben.browser.press("Sign out")
    assert (page.path, page.success) == ("/sign-in", "You are signed out.")
    assert ben.browser.open("/").path == "/sign-in"


def test_a_copy_of_the_cookie_is_no_use_after_signing_out(ben: Person) -> None:
    """The row is ended, not only the cookie forgotten; whoever holds a copy is told nothing but to sign in."""
    ben.come_in()
    copy = ben.browser.tab()
    ben.browser.press("Sign out")
    assert copy.open("/security").path == "/sign-in"


def test_an_hour_of_nothing_signs_ben_out(ben: Person, portal: Portal) -> None:
    ben.come_in()
    portal.age(timedelta(minutes=60))
    page = ben.browser.open("/security")
    assert "You were signed out because nothing happened for a while." in page.text
    assert "You were signed out" not in ben.browser.open("/sign-in").text


def test_a_click_within_the_hour_keeps_ben_in(ben: Person, portal: Portal) -> None:
    ben.come_in()
    for _ in range(2):
        portal.age(timedelta(minutes=40))
        assert ben.browser.open("/").path == "/"


def test_even_a_busy_sign_in_ends_after_twelve_hours(ben: Person, portal: Portal) -> None:
    ben.come_in()
    for _ in range(13):
        portal.age(timedelta(minutes=55))
        ben.browser.open("/")
    portal.age(timedelta(minutes=5))
    assert "You were signed out because every sign-in ends after a set time." in ben.browser.open("/").text


def test_half_an_hour_at_the_code_is_enough(ben: Person, portal: Portal) -> None:
    """Waiting there doesn't lengthen it."""
    ben.sign_in()
    portal.age(timedelta(minutes=20))
    assert ben.browser.open("/").path == "/sign-in/verify/totp"
    portal.age(timedelta(minutes=10))
    assert ben.browser.open("/").path == "/sign-in"


def test_another_browser_is_told_of_a_method_switched_on(ben: Person) -> None:
    """S2.8, R13."""
    elsewhere = ben.browser.another()
    ben.come_in(elsewhere)
    ben.come_in()
    ben.browser.open("/security/email/enable")
    confirm_password(ben)
    ben.browser.press(SEND)
    ben.browser.press("Verify code", {EMAIL_FIELD: ben.mailed_code()})
    page = elsewhere.open("/")
    assert page.path == "/sign-in"
    assert "You were signed out because your two-factor authentication was changed." in page.text
    assert ben.browser.open("/").path == "/"


def test_another_browser_is_told_of_a_method_switched_off(cleo: Person) -> None:
    """S2.8."""
    elsewhere = cleo.browser.another()
    cleo.come_in(elsewhere)
    cleo.come_in()
    cleo.browser.open("/security/email/disable")
    confirm_password(cleo)
    cleo.browser.press("Deactivate")
    page = elsewhere.open("/security")
    assert "You were signed out because your two-factor authentication was changed." in page.text
    assert cleo.browser.open("/").path == "/"


def test_a_half_finished_sign_in_elsewhere_ends_too(cleo: Person) -> None:
    """R13: every other sign-in."""
    elsewhere = cleo.browser.another()
    cleo.sign_in(elsewhere)
    cleo.come_in()
    cleo.browser.open("/security/email/disable")
    confirm_password(cleo)
    cleo.browser.press("Deactivate")
    page = elsewhere.press("Verify code", {APP_FIELD: cleo.app_code()})
    assert page.path == "/sign-in"


def test_the_token_of_before_the_code_opens_nothing(ben: Person) -> None:
    """A token that died at the raise leads to `/sign-in`."""
    ben.sign_in()
    before = ben.browser.tab()
    ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})
    assert before.open("/").path == "/sign-in"
    assert ben.browser.open("/").path == "/"


def test_signing_in_as_somebody_else_ends_what_was_before(ben: Person, dan: Person) -> None:
    ben.sign_in()
    before = ben.browser.tab()
    dan.sign_in(ben.browser)
    page = before.open("/")
    assert page.path == "/sign-in"
    assert "You signed in anew in this browser" in page.text


def test_the_eleventh_sign_in_ends_the_first(ben: Person) -> None:
    first = ben.browser.another()
    ben.come_in(first)
    for _ in range(10):
        ben.come_in(ben.browser.another())
    assert "because you have signed in at many places since" in first.open("/").text


def test_ten_wrong_passwords_before_a_change_end_the_sign_in(ben: Person) -> None:
    """R14: whoever found the browser open and guesses loses it."""
    ben.come_in()
    tab = second_tab(ben.browser)
    tab.open("/security/email/enable")
    for _ in range(11):
        form, data = tab.filled("Confirm password", {"Password": "not my password"}, None)
        tab.post(str(form["action"]), data)
    page = ben.browser.open("/")
    assert "You were signed out because a wrong password was typed too many times." in page.text


def test_the_wizard_too_ends_and_says_why(dan: Person, portal: Portal) -> None:
    dan.sign_in()
    dan.browser.press("Continue", {"Confirmation code": dan.mailed_code()})
    dan.browser.press("Activate", under=EMAIL)
    portal.age(timedelta(minutes=30))
    assert "because nothing happened for a while" in dan.browser.open("/onboarding").text
