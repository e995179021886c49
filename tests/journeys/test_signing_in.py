"""Signing in: a password, then a second factor, ever after."""

from tests.people import Person


def test_ben_signs_in_with_password_and_app(ben: Person) -> None:
    """S2.1, S2.3, S0.9."""
    assert ben.sign_in().path == "/sign-in/verify/totp"
    page = ben.browser.press("Verify code", {"6-digit verification code": ben.app_code()})
    assert page.path == "/"
    assert ben.name in page.heading


def test_cleo_chooses_another_way(cleo: Person) -> None:
    """S3.10: the primary is asked first, the other is one link away."""
    cleo.sign_in()
    cleo.browser.open(cleo.browser.page.links["Try another way"])
    cleo.browser.press("Email")
    assert cleo.browser.page.path == "/sign-in/verify/email"
    page = cleo.browser.press("Verify code", {"One-time code": cleo.mailed_code()})
    assert page.path == "/"
