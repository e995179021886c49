"""The wizard, by e-mail: the password, a code that is sent on request, the recovery codes."""

from datetime import timedelta

import pytest

from tests.journeys.ways import (
    CLOCK,
    EMAIL,
    EMAIL_FIELD,
    RESEND,
    SEND,
    choose,
    finish_email,
    finish_wizard,
    messages,
    register,
)
from tests.people import Person
from tests.portal_for_tests import Portal


@pytest.fixture
def ready_to_send(ada: Person) -> Person:
    """ada, on the page that sends."""
    register(ada)
    choose(ada, EMAIL)
    return ada


def test_ada_finishes_with_a_code_from_her_mail(ready_to_send: Person) -> None:
    """S4.4, S4.7: a word of success, then the recovery codes, then the overview greets."""
    assert finish_email(ready_to_send).success.startswith("Success:")
    page = finish_wizard(ready_to_send)
    assert (page.path, page.heading) == ("/", "Welcome, Ada")
    assert "Email on since" in page.text


def test_the_password_comes_before_the_mail(ada: Person) -> None:
    """S3.6, R14: a wrong one sends nothing and goes no further."""
    register(ada)
    ada.browser.press("Activate", under=EMAIL)
    page = ada.browser.press("Confirm password", {"Password": "not my password"})
    assert page.problems == ["This is not your password. Type the password you sign in with."]
    assert SEND not in page.buttons


def test_the_button_sends_and_then_resends(ready_to_send: Person) -> None:
    """S4.5: what it is called says whether a code was sent."""
    assert SEND in ready_to_send.browser.page.buttons
    page = ready_to_send.browser.press(SEND)
    assert RESEND in page.buttons
    assert SEND not in page.buttons


def test_opening_the_page_sends_nothing(ready_to_send: Person) -> None:
    before = messages(ready_to_send)
    ready_to_send.browser.open("/onboarding/email")
    assert messages(ready_to_send) == before


def test_the_page_advises_to_wait_before_asking_again(ready_to_send: Person) -> None:
    """S4.6: before and after sending."""
    for page in (ready_to_send.browser.page, ready_to_send.browser.press(SEND)):
        assert "spam" in page.text
        assert "wait 5-10 minutes and only then ask for the code again" in page.text


def test_asking_again_at_once_sends_nothing_and_says_when(ready_to_send: Person) -> None:
    """R7: told in text, with a clock time."""
    ready_to_send.browser.press(SEND)
    sent = messages(ready_to_send)
    page = ready_to_send.browser.press(RESEND)
    assert messages(ready_to_send) == sent
    assert CLOCK.search(page.text.split("You can ask for another code at")[1])


def test_a_code_of_before_still_finishes(ready_to_send: Person, portal: Portal) -> None:
    """R7: asking again never kills a code that is alive."""
    ready_to_send.browser.press(SEND)
    first = ready_to_send.mailed_code()
    portal.age(timedelta(seconds=61))
    ready_to_send.browser.press(RESEND)
    assert ready_to_send.browser.press("Submit", {EMAIL_FIELD: first}).path == "/onboarding/recovery-codes"


def test_a_wrong_code_switches_nothing_on(ready_to_send: Person) -> None:
    """S0.7."""
    ready_to_send.browser.press(SEND)
    wrong = f"{(int(ready_to_send.mailed_code()) + 1) % 1_000_000:06d}"
    page = ready_to_send.browser.press("Submit", {EMAIL_FIELD: wrong})
    assert page.problems == ["This is not the code. Check it and type it again."]
    assert ready_to_send.user().primary_method is None


def test_a_code_that_is_too_old_is_told_in_the_wizard(ready_to_send: Person, portal: Portal) -> None:
    ready_to_send.browser.press(SEND)
    code = ready_to_send.mailed_code()
    portal.age(timedelta(minutes=10))
    page = ready_to_send.browser.press("Submit", {EMAIL_FIELD: code})
    assert page.problems == ["This code is too old. Ask for a new one and type that."]


def test_a_registration_code_is_good_for_nothing_else(ada: Person) -> None:
    """A code works for the one purpose it was sent for."""
    register(ada)
    choose(ada, EMAIL)
    ada.browser.press(SEND)
    ada.read = 0
    page = ada.browser.press("Submit", {EMAIL_FIELD: ada.mailed_code()})
    assert page.problems == ["This is not the code. Check it and type it again."]
