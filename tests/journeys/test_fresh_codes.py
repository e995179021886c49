"""A change asks the password every time, and a code too when this sign-in's second factor is old (R14)."""

from datetime import timedelta

import pytest

from tests.journeys.ways import (
    APP_FIELD,
    EMAIL_FIELD,
    card,
    choose,
    confirm_password,
    finish_app,
    finish_email,
    messages,
    to_security,
)
from tests.people import People, Person
from tests.portal_for_tests import Portal


@pytest.fixture
def fay(people: People) -> Person:
    """Has Email MFA alone."""
    return people.customer("fay", "email")


def test_within_a_quarter_of_an_hour_the_password_is_enough(cleo: Person, portal: Portal) -> None:
    cleo.come_in()
    portal.age(timedelta(minutes=14))
    cleo.browser.open("/security/email/disable")
    assert confirm_password(cleo).heading == "Deactivate Email"


def test_after_a_quarter_of_an_hour_the_app_is_asked_again(cleo: Person, portal: Portal) -> None:
    """The code leads back to the change."""
    cleo.come_in()
    portal.age(timedelta(minutes=15))
    cleo.browser.open("/security/email/disable")
    page = confirm_password(cleo)
    assert page.path == "/sign-in/verify/totp"
    assert "This change needs a code as well as your password." in page.text
    page = cleo.browser.press("Verify code", {APP_FIELD: cleo.app_code()})
    assert page.heading == "Deactivate Email"
    assert "The method is off." in cleo.browser.press("Deactivate").success


def test_after_a_quarter_of_an_hour_a_mail_is_sent_again(fay: Person, portal: Portal) -> None:
    """The POST of the password sends it; the change goes on to its end."""
    fay.come_in()
    portal.age(timedelta(minutes=15))
    to_security(fay)
    page = choose(fay, "Authentication app")
    assert page.path == "/sign-in/verify/email"
    assert messages(fay) == 2
    page = fay.browser.press("Verify code", {EMAIL_FIELD: fay.mailed_code()})
    assert page.path == "/security/totp/enable"
    assert "On since" in card(finish_app(fay, "Verify code"), "Authentication app")


def test_a_recovery_code_serves_as_well(ben: Person, portal: Portal) -> None:
    ben.come_in()
    portal.age(timedelta(minutes=15))
    to_security(ben)
    choose(ben, "Email")
    ben.browser.open("/sign-in/recovery-code")
    page = ben.browser.press("Verify code", {"Recovery code": ben.codes[0]})
    assert page.path == "/security/email/enable"
    assert "On since" in card(finish_email(ben, "Verify code"), "Email")


def test_without_the_code_the_change_stays_shut(ben: Person, portal: Portal) -> None:
    """Its page leads back to the code; no key and no code by mail."""
    ben.come_in()
    portal.age(timedelta(minutes=15))
    to_security(ben)
    choose(ben, "Email")
    assert ben.browser.open("/security/email/enable").path == "/sign-in/verify/totp"
    ben.browser.post("/security/email/enable/send", {"csrf_token": ben.browser.token()})
    assert messages(ben) == 0


def test_the_code_page_may_be_left(ben: Person, portal: Portal) -> None:
    """ "Cancel": everything else stays open."""
    ben.come_in()
    portal.age(timedelta(minutes=15))
    to_security(ben)
    page = choose(ben, "Email")
    assert ben.browser.open(page.links["Cancel"]).path == "/security"


def test_one_password_serves_one_change(cleo: Person) -> None:
    """R14: the next change asks again."""
    cleo.come_in()
    cleo.browser.open("/security/email/disable")
    confirm_password(cleo)
    cleo.browser.press("Deactivate")
    assert cleo.browser.open("/security/recovery-codes/new").heading == "Confirm password"


def test_a_password_for_one_change_serves_no_other(cleo: Person) -> None:
    """R14: action and target."""
    cleo.come_in()
    cleo.browser.open("/security/email/disable")
    confirm_password(cleo)
    assert cleo.browser.open("/security/totp/disable").heading == "Confirm password"
    assert cleo.browser.open("/security/recovery-codes/new").heading == "Confirm password"


def test_a_password_is_good_for_ten_minutes(cleo: Person, portal: Portal) -> None:
    cleo.come_in()
    cleo.browser.open("/security/email/disable")
    confirm_password(cleo)
    portal.age(timedelta(minutes=9))
    assert cleo.browser.open("/security/email/disable").heading == "Deactivate Email"
    portal.age(timedelta(minutes=1))
    assert cleo.browser.open("/security/email/disable").heading == "Confirm password"


def test_a_password_serves_only_the_sign_in_it_was_typed_in(cleo: Person) -> None:
    cleo.come_in()
    cleo.browser.open("/security/email/disable")
    confirm_password(cleo)
    elsewhere = cleo.browser.another()
    cleo.come_in(elsewhere)
    assert elsewhere.open("/security/email/disable").heading == "Confirm password"


def test_a_change_begun_in_time_goes_on_to_its_end(ben: Person, portal: Portal) -> None:
    """R14: the quarter of an hour is over while the mail is on its way."""
    ben.come_in()
    portal.age(timedelta(minutes=10))
    to_security(ben)
    choose(ben, "Email")
    portal.age(timedelta(minutes=9))
    ben.browser.open("/security/email/enable")
    assert "On since" in card(finish_email(ben, "Verify code"), "Email")


def test_the_primary_is_chosen_without_a_password(cleo: Person, portal: Portal) -> None:
    """It switches nothing on or off."""
    cleo.come_in()
    portal.age(timedelta(minutes=20))
    cleo.browser.open("/security/preferences")
    assert cleo.browser.press("Save", {"Email": "email"}).path == "/security"
