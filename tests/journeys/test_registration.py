"""Registering: an address, the code from its mailbox, then the wizard. Nobody learns who is a customer."""

from datetime import timedelta

import pytest

from tests.journeys.ways import CLOCK, ask_to_register, messages, prove_mailbox, register, second_tab
from tests.people import Person
from tests.portal_for_tests import Portal


def test_ada_registers_and_stands_before_the_choice(ada: Person) -> None:
    """S4.2: once the account is created, the window to configure the second factor opens."""
    page = register(ada)
    assert page.path == "/onboarding"
    assert page.heading == "Multi-factor authentication"


def test_a_wrong_address_can_be_changed(ada: Person) -> None:
    ask_to_register(ada)
    ada.email = f"right.{ada.email}"
    ada.browser.open(ada.browser.page.links["Wrong address? Change it"])
    assert ada.email in ada.browser.press("Continue", {"Email address": ada.email}).text
    assert prove_mailbox(ada).path == "/register/details"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter your email address."),
        ("ada", "Enter an email address like name@example.com."),
        ("ada@", "Enter an email address like name@example.com."),
    ],
)
def test_what_is_no_address_is_asked_for_again(ada: Person, typed: str, told: str) -> None:
    ada.browser.open("/register")
    page = ada.browser.press("Continue", {"Email address": typed})
    assert page.problems == [told]


def test_a_new_code_comes_after_a_minute_and_numbers_itself(ada: Person, portal: Portal) -> None:
    """R7: too early only shows the page again, which says when; the mail says which code it carries."""
    ask_to_register(ada)
    page = ada.browser.press("Send a new code")
    assert messages(ada) == 1
    assert CLOCK.search(page.text)
    portal.age(timedelta(seconds=61))
    ada.browser.press("Send a new code")
    assert "This is code 1," in ada.mail().text
    assert "This is code 2," in ada.mail().text


def test_the_first_code_still_lets_ada_on_after_a_second_was_sent(ada: Person, portal: Portal) -> None:
    """R7."""
    ask_to_register(ada)
    first = ada.mailed_code()
    portal.age(timedelta(seconds=61))
    ada.browser.press("Send a new code")
    ada.mailed_code()
    assert ada.browser.press("Continue", {"Confirmation code": first}).path == "/register/details"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter the code."),
        ("12345", "You typed too few digits. The code has 6 digits."),
        ("1234567", "You typed too many digits. The code has 6 digits."),
        ("12a456", "The code has 6 digits and nothing else. Type only the digits."),
    ],
)
def test_a_badly_typed_code_gets_its_own_words(ada: Person, typed: str, told: str) -> None:
    ask_to_register(ada)
    page = ada.browser.press("Continue", {"Confirmation code": typed})
    assert page.problems == [told]


def test_a_wrong_code_is_told(ada: Person) -> None:
    ask_to_register(ada)
    wrong = f"{(int(ada.mailed_code()) + 1) % 1_000_000:06d}"
    page = ada.browser.press("Continue", {"Confirmation code": wrong})
    assert page.problems == ["This is not the code. Check it and type it again."]


def test_a_code_that_is_too_old_is_told(ada: Person, portal: Portal) -> None:
    """R7: ten minutes from its sending."""
    ask_to_register(ada)
    code = ada.mailed_code()
    portal.age(timedelta(minutes=10))
    page = ada.browser.press("Continue", {"Confirmation code": code})
    assert page.problems == ["This code is too old. Ask for a new one and type that."]


def test_the_same_code_in_a_second_tab_leads_on(ada: Person) -> None:
    """A step already behind leads on, never to an error."""
    ask_to_register(ada)
    tab = second_tab(ada.browser)
    tab.open("/register/confirm")
    code = ada.mailed_code()
    ada.browser.press("Continue", {"Confirmation code": code})
    assert tab.press("Continue", {"Confirmation code": code}).path == "/register/details"


def test_the_code_works_only_in_the_browser_that_asked(ada: Person, eve: Person) -> None:
    """Whoever has the code but not the browser is asked for an address."""
    ask_to_register(ada)
    ada.mailed_code()
    assert eve.browser.open("/register/confirm").path == "/register"


def test_after_half_an_hour_ada_begins_anew(ada: Person, portal: Portal) -> None:
    ask_to_register(ada)
    portal.age(timedelta(minutes=30))
    assert ada.browser.open("/register/confirm").path == "/register"


def test_the_details_wait_for_the_code(ada: Person) -> None:
    """No name and no password stands on an address that isn't proved."""
    ask_to_register(ada)
    assert ada.browser.open("/register/details").path == "/register/confirm"


def test_an_address_that_is_known_looks_the_same(ada: Person, ben: Person) -> None:
    """The same page, word for word, but for the address."""
    unknown = ask_to_register(ada).text.replace(ada.email, "…")
    known = ask_to_register(ben).text.replace(ben.email, "…")
    assert CLOCK.sub("", unknown) == CLOCK.sub("", known)


def test_the_owner_of_a_known_address_is_told_by_mail(ben: Person) -> None:
    ask_to_register(ben)
    mail = ben.mail()
    assert mail.text.startswith("You already have an account at Example Company.")


def test_whoever_is_in_registers_nobody(ben: Person) -> None:
    ben.come_in()
    assert ben.browser.open("/register").path == "/"
