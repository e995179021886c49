"""dan has been a customer since before second factors: he meets the same wizard, behind his mailbox (S4.8, R15)."""

from datetime import timedelta

from tests.browser import Page
from tests.journeys.ways import (
    APP,
    CLOCK,
    EMAIL,
    EMAIL_FIELD,
    SEND,
    choose,
    finish_app,
    finish_email,
    finish_wizard,
    messages,
    prove_mailbox,
)
from tests.people import Person
from tests.portal_for_tests import Portal


def test_dan_proves_his_mailbox_before_the_choice(dan: Person) -> None:
    """R15, S4.8: "Confirmation code", "Continue"; signing in has sent it."""
    assert dan.sign_in().path == "/onboarding/address"
    page = prove_mailbox(dan)
    assert (page.path, page.heading) == ("/onboarding", "Multi-factor authentication")


def test_a_password_alone_begins_no_set_up(dan: Person) -> None:
    """R15: every page of the wizard leads back to the mailbox."""
    dan.sign_in()
    for path in ("/onboarding", "/onboarding/totp", "/onboarding/email", "/onboarding/recovery-codes", "/"):
        assert dan.browser.open(path).path == "/onboarding/address"


def test_dan_goes_through_the_wizard_by_app(dan: Person) -> None:
    """S4.8."""
    dan.sign_in()
    prove_mailbox(dan)
    choose(dan, APP)
    finish_app(dan)
    assert finish_wizard(dan).heading == "Welcome, Dan"


def test_dan_goes_through_the_wizard_by_email(dan: Person) -> None:
    """S4.8: a first code for another purpose never waits."""
    dan.sign_in()
    prove_mailbox(dan)
    choose(dan, EMAIL)
    finish_email(dan)
    assert finish_wizard(dan).heading == "Welcome, Dan"


def test_the_mailbox_is_proved_for_one_sign_in_only(dan: Person) -> None:
    """R15: in this same sign-in."""
    dan.sign_in()
    prove_mailbox(dan)
    assert dan.sign_in(dan.browser.another()).path == "/onboarding/address"


def test_a_code_for_the_mailbox_finishes_no_method(dan: Person) -> None:
    """A code works for one purpose."""
    dan.sign_in()
    code = dan.mailed_code()
    dan.browser.press("Continue", {"Confirmation code": code})
    choose(dan, EMAIL)
    dan.browser.press(SEND)
    page = dan.browser.press("Submit", {EMAIL_FIELD: code})
    assert page.problems == ["This is not the code. Check it and type it again."]


def _type(dan: Person, code: str) -> Page:
    return dan.browser.press("Continue", {"Confirmation code": code})


def test_wrong_old_and_mistyped_codes_get_their_own_words(dan: Person, portal: Portal) -> None:
    dan.sign_in()
    code = dan.mailed_code()
    assert _type(dan, code[:5]).problems == ["You typed too few digits. The code has 6 digits."]
    assert _type(dan, f"{(int(code) + 1) % 1_000_000:06d}").problems[0].startswith("This is not the code.")
    portal.age(timedelta(minutes=10))
    assert _type(dan, code).problems == ["This code is too old. Ask for a new one and type that."]


def test_dan_may_ask_for_another_after_a_minute(dan: Person, portal: Portal) -> None:
    """R7."""
    dan.sign_in()
    assert CLOCK.search(dan.browser.press("Send a new code").text)
    assert messages(dan) == 1
    portal.age(timedelta(seconds=61))
    dan.browser.press("Send a new code")
    assert messages(dan) == 2


def test_reloading_the_page_sends_nothing(dan: Person, portal: Portal) -> None:
    """Also when another code might be sent."""
    dan.sign_in()
    portal.age(timedelta(seconds=61))
    dan.browser.open("/onboarding/address")
    assert messages(dan) == 1


def test_dan_is_brought_where_he_wanted_to_go(dan: Person) -> None:
    """The page first asked for is kept through the whole wizard."""
    dan.browser.open("/security/recovery-codes")
    dan.browser.press("Sign in", {"Email address": dan.email, "Password": dan.password})
    prove_mailbox(dan)
    choose(dan, APP)
    finish_app(dan)
    assert finish_wizard(dan).path == "/security/recovery-codes"
