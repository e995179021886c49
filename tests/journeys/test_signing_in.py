"""Signing in: a password, then a second factor, ever after."""

import pytest

from tests.journeys.ways import APP_FIELD, CLOCK, EMAIL_FIELD, messages
from tests.people import People, Person
from tests.portal_for_tests import until


@pytest.fixture
def fay(people: People) -> Person:
    """Has Email MFA alone."""
    return people.customer("fay", "email")


def test_ben_signs_in_with_password_and_app(ben: Person) -> None:
    """S2.1, S2.3, S0.9."""
    assert ben.sign_in().path == "/sign-in/verify/totp"
    page = ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})
    assert page.path == "/"
    assert ben.name in page.heading


def test_fay_signs_in_with_password_and_email(fay: Person) -> None:
    """S2.1, S1.9: the POST of the password has sent the code."""
    assert fay.sign_in().path == "/sign-in/verify/email"
    page = fay.browser.press("Verify code", {EMAIL_FIELD: fay.mailed_code()})
    assert (page.path, page.heading) == ("/", "Welcome, Fay")


def test_cleo_chooses_another_way(cleo: Person) -> None:
    """S3.10: the primary is asked first, the other is one link away."""
    cleo.sign_in()
    cleo.browser.open(cleo.browser.page.links["Try another way"])
    cleo.browser.press("Email")
    assert cleo.browser.page.path == "/sign-in/verify/email"
    page = cleo.browser.press("Verify code", {EMAIL_FIELD: cleo.mailed_code()})
    assert page.path == "/"


def test_a_password_alone_opens_nothing(ben: Person) -> None:
    """S1.13, S0.9."""
    ben.sign_in()
    assert ben.browser.open("/").path == "/sign-in/verify/totp"
    assert ben.browser.open("/security").path == "/sign-in/verify/totp"


def test_a_code_is_asked_every_time(ben: Person) -> None:
    """S0.9, S1.9: also in a browser that has signed in before."""
    ben.come_in()
    ben.browser.press("Sign out")
    assert ben.sign_in().path == "/sign-in/verify/totp"


@pytest.mark.parametrize(
    ("email", "password", "told"),
    [
        (None, "not my password", "The email address and the password do not belong together."),
        ("nobody@example.org", "not my password", "The email address and the password do not belong together."),
        (None, "", "Enter your password."),
        ("", "not my password", "Enter your email address."),
        ("ben", "not my password", "Enter an email address like name@example.com."),
    ],
)
def test_what_is_wrong_with_a_password_is_told_alike(ben: Person, email: str | None, password: str, told: str) -> None:
    """Which of address and password is wrong is never said."""
    ben.browser.open("/sign-in")
    answers: dict[str, str | bool] = {"Email address": ben.email if email is None else email, "Password": password}
    page = ben.browser.press("Sign in", answers)
    assert page.problems
    assert page.problems[0].startswith(told)


@pytest.mark.parametrize("written", ["{0} {1}", "{0}-{1}", " {0}\u2013{1} ", "\u200e{0}\u00a0{1}"])
def test_a_code_may_be_grouped_as_one_likes(ben: Person, written: str) -> None:
    ben.sign_in()
    code = ben.app_code()
    page = ben.browser.press("Verify code", {APP_FIELD: written.format(code[:3], code[3:])})
    assert page.path == "/"


@pytest.mark.parametrize("zero", ["０", "٠", "۰"])
def test_a_code_may_be_typed_in_other_digits(ben: Person, zero: str) -> None:
    ben.sign_in()
    typed = "".join(chr(ord(zero) + int(digit)) for digit in ben.app_code())
    assert ben.browser.press("Verify code", {APP_FIELD: typed}).path == "/"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter the code."),
        ("12 34", "You typed too few digits. The code has 6 digits."),
        ("123 4567", "You typed too many digits. The code has 6 digits."),
        ("O12345", "The code has 6 digits and nothing else. Type only the digits."),
    ],
)
def test_a_badly_typed_code_gets_its_own_words_at_sign_in(ben: Person, typed: str, told: str) -> None:
    ben.sign_in()
    assert ben.browser.press("Verify code", {APP_FIELD: typed}).problems == [told]


def test_a_wrong_code_lets_nobody_in(ben: Person) -> None:
    """S0.9."""
    ben.sign_in()
    page = ben.browser.press("Verify code", {APP_FIELD: ben.wrong_code()})
    assert page.problems == ["This is not the code. Check it and type it again."]
    assert ben.browser.open("/").path == "/sign-in/verify/totp"


def test_a_code_that_was_used_gets_its_own_words(ben: Person) -> None:
    """S1.5: the same code doesn't let a second browser in."""
    ben.sign_in()
    code = ben.app_code()
    ben.browser.press("Verify code", {APP_FIELD: code})
    other = ben.browser.another()
    ben.sign_in(other)
    page = other.press("Verify code", {APP_FIELD: code})
    assert page.problems[0].startswith("This code has been used already.")


def test_opening_the_code_page_sends_nothing(fay: Person) -> None:
    """Only the POST that leads there, and the button."""
    fay.sign_in()
    for path in ("/sign-in/verify/email", "/sign-in/verify", "/sign-in/other", "/"):
        fay.browser.open(path)
    assert messages(fay) == 1


def test_choosing_email_sends_once_however_often_it_is_pressed(cleo: Person) -> None:
    cleo.sign_in()
    assert messages(cleo) == 0
    for _ in range(2):
        cleo.browser.open("/sign-in/other")
        cleo.browser.press("Email")
    assert messages(cleo) == 1


def test_the_page_tells_what_became_of_the_message(fay: Person) -> None:
    """R7: handed to the mail server, with its clock time."""
    fay.sign_in()
    fay.mail()
    told = until(lambda: fay.browser.open("/sign-in/verify/email").soup.select_one(".sent-handed"))
    assert CLOCK.search(told.get_text())


def test_the_page_masks_the_address(fay: Person) -> None:
    """Whoever has only the password doesn't learn where the code went."""
    page = fay.sign_in()
    assert "f***@example.org" in page.text
    assert fay.email not in page.text


def test_the_page_first_asked_for_opens_afterwards(ben: Person) -> None:
    ben.browser.open("/security/recovery-codes")
    ben.browser.press("Sign in", {"Email address": ben.email, "Password": ben.password})
    page = ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})
    assert page.path == "/security/recovery-codes"


def test_support_stands_on_every_code_page(cleo: Person) -> None:
    """S0.11: usable while signed out."""
    cleo.sign_in()
    for path in ("/sign-in/verify/totp", "/sign-in/verify/email", "/sign-in/other", "/sign-in/recovery-code"):
        assert cleo.browser.open(path).soup.select_one("main a[href='mailto:support@example.com']"), path


def test_half_way_in_one_may_always_begin_anew(ben: Person) -> None:
    """`/sign-in` offers a fresh start to whoever is not in."""
    ben.sign_in()
    assert ben.browser.open("/sign-in").heading == "Sign in"
    assert ben.come_in().path == "/"


def test_whoever_is_in_has_no_need_to_sign_in(ben: Person) -> None:
    ben.come_in()
    assert ben.browser.open("/sign-in").path == "/"
    assert ben.browser.open("/sign-in/verify").path == "/"


def test_a_method_one_does_not_have_leads_to_ones_own(ben: Person) -> None:
    ben.sign_in()
    assert ben.browser.open("/sign-in/verify/email").path == "/sign-in/verify/totp"
    assert ben.browser.open("/sign-in/verify/pigeon").path == "/sign-in/verify/totp"
