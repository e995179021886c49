"""Every person completes it separately: what one does changes nothing for another (S3.12)."""

from tests.journeys.ways import APP, card, choose, confirm_password, finish_app, register, save_codes, to_security
from tests.people import Person


def test_ada_enrolling_leaves_ben_as_he_was(ada: Person, ben: Person) -> None:
    """His sign-in goes on, his methods and codes are his."""
    ben.come_in()
    before = to_security(ben).text
    register(ada)
    choose(ada, APP)
    finish_app(ada)
    save_codes(ada)
    assert ben.browser.open("/security").text == before
    assert not set(ada.codes) & set(ben.codes)
    assert ada.secret != ben.secret


def test_ada_changing_hers_ends_nobody_elses_sign_in(cleo: Person, ben: Person) -> None:
    """R13 means one's own."""
    ben.come_in()
    cleo.come_in()
    cleo.browser.open("/security/email/disable")
    confirm_password(cleo)
    cleo.browser.press("Deactivate")
    assert ben.browser.open("/security").path == "/security"


def test_dan_still_meets_the_wizard_when_everybody_else_is_through(ben: Person, dan: Person) -> None:
    """S4.8."""
    ben.come_in()
    assert dan.sign_in().path == "/onboarding/address"


def test_one_browser_after_the_other_person_shows_the_other_person(ben: Person, cleo: Person) -> None:
    """A browser at a counter: ben signs out, cleo signs in."""
    ben.come_in()
    ben.browser.press("Sign out")
    cleo.browser = ben.browser
    page = cleo.come_in()
    assert page.heading == "Welcome, Cleo"
    assert "Ben" not in page.text
    assert "On since" in card(to_security(cleo), "Email")
