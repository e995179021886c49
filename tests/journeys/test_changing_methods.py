"""Switching methods on and off under "Security and access": the password first, then a code or "Deactivate"."""

import pytest

from tests.journeys.ways import (
    APP_FIELD,
    EMAIL_FIELD,
    RESEND,
    SEND,
    card,
    choose,
    codes_on,
    confirm_password,
    finish_app,
    finish_email,
    messages,
    save_codes,
    to_security,
)
from tests.people import People, Person

WRONG = ["This is not your password. Type the password you sign in with."]


@pytest.fixture
def fay(people: People) -> Person:
    """Has Email MFA alone."""
    return people.customer("fay", "email")


def test_ben_switches_email_on(ben: Person) -> None:
    """S3.3, S3.6: password, "Confirm password", the code from the mail, "Verify code"."""
    ben.come_in()
    to_security(ben)
    choose(ben, "Email")
    page = finish_email(ben, "Verify code")
    assert page.path == "/security"
    assert page.success.startswith("Success:")
    assert "On since" in card(page, "Email")


def test_fay_switches_an_app_on(fay: Person) -> None:
    """S3.3–S3.5: the key by picture or text, "6-digit verification code", "Verify code"."""
    fay.come_in()
    to_security(fay)
    page = choose(fay, "Authentication app")
    assert page.soup.select_one("svg.qr")
    page = finish_app(fay, "Verify code")
    assert page.path == "/security"
    assert "On since" in card(page, "Authentication app")


def test_what_was_there_stays_primary(ben: Person) -> None:
    """S3.10: until "Preferences" say otherwise."""
    ben.come_in()
    to_security(ben)
    choose(ben, "Email")
    page = finish_email(ben, "Verify code")
    assert "Primary" in card(page, "Authentication app")


@pytest.mark.parametrize(
    "path",
    ["/security/email/enable", "/security/totp/enable", "/security/email/disable", "/security/recovery-codes/new"],
)
def test_a_wrong_password_goes_no_further(cleo: Person, path: str) -> None:
    """S3.3, S3.8, R14: for switching on, off and remaking codes."""
    if path == "/security/email/enable":
        _switch_off(cleo, "email")
    else:
        cleo.come_in()
    page = cleo.browser.open(path)
    assert page.heading == "Confirm password"
    assert cleo.browser.press("Confirm password", {"Password": "not my password"}).problems == WRONG
    assert cleo.browser.open(path).heading == "Confirm password"


def _switch_off(person: Person, method: str) -> None:
    person.come_in()
    person.browser.open(f"/security/{method}/disable")
    confirm_password(person)
    person.browser.press("Deactivate")


def test_the_page_warns_before_other_sign_ins_end(ben: Person) -> None:
    """S2.8: before enabling."""
    ben.come_in()
    to_security(ben)
    assert "ends every other sign-in of yours" in choose(ben, "Email").text


def test_asking_again_is_named_so(ben: Person) -> None:
    """S4.5, in the account too."""
    ben.come_in()
    to_security(ben)
    page = choose(ben, "Email")
    assert SEND in page.buttons
    assert RESEND in ben.browser.press(SEND).buttons
    assert messages(ben) == 1


def test_a_wrong_code_switches_nothing_on_here_either(ben: Person) -> None:
    ben.come_in()
    to_security(ben)
    choose(ben, "Email")
    ben.browser.press(SEND)
    wrong = f"{(int(ben.mailed_code()) + 1) % 1_000_000:06d}"
    assert ben.browser.press("Verify code", {EMAIL_FIELD: wrong}).problems
    assert "Off" in card(to_security(ben), "Email").split()


def test_leaving_off_takes_the_key_back(fay: Person) -> None:
    """ "Cancel": another try asks for the password again and has a new key."""
    fay.come_in()
    to_security(fay)
    choose(fay, "Authentication app")
    first = fay.take_key()
    assert fay.browser.press("Cancel").path == "/security"
    choose(fay, "Authentication app")
    assert fay.take_key() != first


def test_cleo_switches_a_method_off(cleo: Person) -> None:
    """S3.8, S2.13: password, then "Deactivate"."""
    cleo.come_in()
    to_security(cleo)
    cleo.browser.press("Deactivate", under="Email")
    page = confirm_password(cleo)
    assert page.heading == "Deactivate Email"
    page = cleo.browser.press("Deactivate")
    assert page.success == "The method is off. Signing in no longer asks for it."
    assert "Off" in card(page, "Email").split()


def test_when_the_primary_goes_the_other_takes_its_place(cleo: Person) -> None:
    """S3.11."""
    _switch_off(cleo, "totp")
    assert "Primary" in card(cleo.browser.page, "Email")
    cleo.browser.press("Sign out")
    assert cleo.sign_in().path == "/sign-in/verify/email"


def test_an_app_switched_on_again_has_a_new_key(cleo: Person) -> None:
    """S2.18: the old one's codes are dead."""
    old = cleo.secret
    _switch_off(cleo, "totp")
    choose(cleo, "Authentication app")
    finish_app(cleo, "Verify code")
    assert cleo.secret != old
    cleo.browser.press("Sign out")
    cleo.secret, new = old, cleo.secret
    cleo.sign_in()
    cleo.browser.open("/sign-in/verify/totp")
    assert cleo.browser.press("Verify code", {APP_FIELD: cleo.app_code()}).problems
    cleo.secret = new
    assert cleo.browser.press("Verify code", {APP_FIELD: cleo.app_code()}).path == "/"


def test_ben_makes_new_recovery_codes(ben: Person) -> None:
    """R5: password, POST; the same last page as in the wizard, then back."""
    ben.come_in()
    ben.browser.open("/security/recovery-codes")
    ben.browser.press("Make new recovery codes")
    confirm_password(ben)
    old = ben.codes
    page = ben.browser.press("Make new recovery codes")
    assert len(codes_on(page)) == 10
    page = save_codes(ben)
    assert (page.path, page.success) == (
        "/security",
        "Your new recovery codes are in force. The old ones no longer work.",
    )
    assert not set(ben.codes) & set(old)


def test_the_old_set_dies_when_the_new_one_is_made(ben: Person) -> None:
    """R5: not only at "Finish"."""
    ben.come_in()
    ben.browser.open("/security/recovery-codes/new")
    confirm_password(ben)
    ben.browser.press("Make new recovery codes")
    elsewhere = ben.browser.another()
    ben.sign_in(elsewhere)
    elsewhere.open("/sign-in/recovery-code")
    page = elsewhere.press("Verify code", {"Recovery code": ben.codes[0]})
    assert page.problems[0].startswith("This is not one of your recovery codes.")
