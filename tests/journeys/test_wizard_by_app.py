"""The wizard, by authenticator app: the password, the key, a code, the recovery codes."""

import base64
import time
from datetime import timedelta

import pytest

from portal.access.limits import STEP
from portal.methods.totp import code_at
from tests.browser import words
from tests.journeys.ways import APP, APP_FIELD, EMAIL, choose, finish_app, finish_wizard, register, save_codes, scan
from tests.people import Person
from tests.portal_for_tests import Portal

pytestmark = pytest.mark.any_engine


def test_the_wizard_offers_two_methods(ada: Person) -> None:
    """S4.2, S4.4: a heading each, with "Activate"."""
    page = register(ada)
    assert [words(heading) for heading in page.soup.find_all("h2")] == [APP, EMAIL]
    assert [words(page.button("Activate", under=name)) for name in (APP, EMAIL)] == ["Activate", "Activate"]


def test_the_password_comes_before_the_key(ada: Person) -> None:
    """S3.3, R14: a wrong one goes no further."""
    register(ada)
    page = ada.browser.press("Activate", under=APP)
    assert page.heading == "Confirm password"
    page = ada.browser.press("Confirm password", {"Password": "not my password"})
    assert page.problems == ["This is not your password. Type the password you sign in with."]
    assert not page.soup.find(id="setup-key")


def test_the_picture_and_the_key_as_text_are_the_same(ada: Person) -> None:
    """S0.5, S1.6, S2.12, S3.4, S4.3: one page shows both, and the link to tap on a phone."""
    register(ada)
    page = choose(ada, APP)
    seen = scan(page)
    assert seen["secret"] == ada.take_key()
    assert page.links["Open in authenticator app"] == seen["uri"]
    assert seen["issuer"] == "Example Company"


def test_every_app_understands_the_picture(ada: Person) -> None:
    """S1.5: RFC 6238 with SHA-1, six digits and 30 seconds, which an app takes for granted."""
    register(ada)
    seen = scan(choose(ada, APP))
    standard = {"algorithm": "SHA1", "digits": "6", "period": "30"}
    assert {name: seen.get(name, value) for name, value in standard.items()} == standard
    assert len(ada.take_key()) == 32


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("S0.4 Android", "Google Authenticator on Google Play"),
        ("S0.4 iPhone", "Google Authenticator on the App Store"),
        ("S0.4 Huawei", "Authenticator app for Huawei phones"),
        ("S1.3, S1.4, S3.4", "We recommend Google Authenticator or Microsoft Authenticator."),
        ("S1.4", "tapping the + icon"),
        ("S1.5", "Every app for time-based one-time passwords (TOTP) will do."),
        ("S1.11", "The code is valid for 30 seconds. Then, the code refreshes."),
        ("S1.12 by R4", "Keep the entry in your app"),
        ("S1.12 by R4", "Without the entry you need a recovery code to get in."),
        ("S2.14", "The time on your phone must match ours"),
        ("S2.14", "“Time correction for codes”, “Synchronize”"),
        ("S2.15", "Use a device that only you control."),
        ("S0.11", "support@example.com"),
    ],
)
def test_the_page_with_the_key_says_what_to_know(ada: Person, number: str, told: str) -> None:
    register(ada)
    assert told in choose(ada, APP).text, number


def test_ada_finishes_with_a_code_of_her_app(ada: Person) -> None:
    """S0.6, S0.7, S1.7, S4.3: "Continue", then "6-digit verification code", "Submit", and a word of success."""
    register(ada)
    choose(ada, APP)
    page = finish_app(ada)
    assert page.heading == "Your recovery codes"
    assert page.success.startswith("Success:")


def test_the_overview_greets_in_the_end(ada: Person) -> None:
    """S0.8: "Finish", and what is on."""
    register(ada)
    choose(ada, APP)
    finish_app(ada)
    assert save_codes(ada).success.startswith("Your account is ready.")
    page = ada.browser.press("Continue to the portal")
    assert (page.path, page.heading) == ("/", "Welcome, Ada")
    assert "Authentication app on since" in page.text


def test_a_code_of_the_next_half_minute_is_good(ada: Person) -> None:
    """R6: one step each way, as at sign-in."""
    register(ada)
    choose(ada, APP)
    ada.take_key()
    ada.browser.press("Continue")
    page = ada.browser.press("Submit", {APP_FIELD: code_at(ada.secret, int(time.time()) // STEP + 1)})
    assert page.path == "/onboarding/recovery-codes"


def test_a_code_that_is_hours_off_is_refused(ada: Person) -> None:
    """R6."""
    register(ada)
    choose(ada, APP)
    ada.take_key()
    ada.browser.press("Continue")
    page = ada.browser.press("Submit", {APP_FIELD: code_at(ada.secret, int(time.time()) // STEP - 400)})
    assert page.problems
    assert page.path == "/onboarding/totp"


def test_nothing_is_on_before_a_right_code(ada: Person) -> None:
    """S0.7."""
    register(ada)
    choose(ada, APP)
    ada.take_key()
    ada.browser.press("Continue")
    page = ada.browser.press("Submit", {APP_FIELD: ada.wrong_code()})
    assert page.problems == ["This is not the code. Check it and type it again."]
    assert ada.user().primary_method is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter the code."),
        ("123", "You typed too few digits. The code has 6 digits."),
        ("12345678", "You typed too many digits. The code has 6 digits."),
        ("abcdef", "The code has 6 digits and nothing else. Type only the digits."),
    ],
)
def test_a_badly_typed_code_gets_its_own_words_in_the_wizard(ada: Person, typed: str, told: str) -> None:
    register(ada)
    choose(ada, APP)
    ada.browser.press("Continue")
    assert ada.browser.press("Submit", {APP_FIELD: typed}).problems == [told]


def test_the_key_is_never_shown_again(ada: Person) -> None:
    """R4: the address of its page leads on, and no page holds it."""
    register(ada)
    choose(ada, APP)
    finish_app(ada)
    save_codes(ada)
    assert ada.browser.open("/onboarding/totp").path == "/"
    assert not ada.browser.open("/security").soup.find(id="setup-key")


def test_the_key_expires_after_half_an_hour(ada: Person, portal: Portal) -> None:
    """A new try asks for the password again and has a new key."""
    register(ada)
    choose(ada, APP)
    first = ada.take_key()
    for _ in range(2):  # in use, so the sign-in lasts
        portal.age(timedelta(minutes=15))
        page = ada.browser.open("/onboarding/totp")
    assert page.heading == "Confirm password"
    ada.browser.press("Confirm password", {"Password": ada.password})
    assert ada.take_key() != first


def test_two_phones_may_scan_the_same_picture(ada: Person) -> None:
    """S2.18, R9: the codes of the phone that scanned let her in as those of the one that was typed into."""
    register(ada)
    scanned = base64.b32decode(scan(choose(ada, APP))["secret"])
    finish_app(ada)
    finish_wizard(ada)
    ada.browser.press("Sign out")
    ada.secret = scanned
    assert ada.come_in().path == "/"
