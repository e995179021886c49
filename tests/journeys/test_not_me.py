""" "This was not me": from the mail to a page that explains, and by a button everybody is shut out."""

import re
from datetime import timedelta

import pytest

from portal.access.limits import NOT_ME_LIFE
from tests.browser import Browser, Page
from tests.journeys.ways import APP_FIELD, choose, confirm_password, finish_app, second_tab, to_security
from tests.people import Person
from tests.portal_for_tests import Portal

BUTTON = "This was not me"
ASKS, DONE, DEAD = "Was it not you?", "Everybody is shut out", "This link does not work any more"


def link_in(person: Person, subject: str) -> str:
    """The link in the next notice with these words in its subject."""
    found = re.search(r"/not-me/\S+", person.notice(subject).text)
    assert found
    return found[0]


def press(browser: Browser, link: str) -> Page:
    browser.open(link)
    return browser.press(BUTTON)


def deactivate_app(person: Person) -> None:
    to_security(person)
    person.browser.press("Deactivate", under="Authentication app")
    confirm_password(person)
    person.browser.press("Deactivate")


@pytest.fixture
def link(ben: Person) -> str:
    """In the notice of ben's sign-in."""
    ben.come_in()
    return link_in(ben, "New sign-in")


def test_the_page_says_what_the_button_does(ben: Person, eve: Person, link: str) -> None:
    page = eve.browser.open(link)
    assert (page.path, page.heading) == ("/not-me", ASKS)
    for words in ("Every sign-in of yours ends", "The password stops working", " UTC", "72 hours"):
        assert words in page.text
    assert ben.email not in page.text


def test_the_button_ends_every_sign_in_and_leads_to_a_new_password(ben: Person, eve: Person, link: str) -> None:
    """From any browser, signed in to nothing."""
    page = press(eve.browser, link)
    assert (page.path, page.heading) == ("/not-me/done", DONE)
    page = ben.browser.open("/security")
    assert (page.path, "“This was not me” was chosen" in page.text) == ("/sign-in", True)
    page = ben.sign_in()
    assert (page.status, page.heading) == (403, "Choose a new password")
    assert page.links.keys() & {"Forgotten your password?"} == set()
    assert ben.browser.press("Choose a new password").path == "/password/forgot"
    ben.reset_password()
    assert ben.come_in().heading == "Welcome, Ben"


def test_it_works_in_the_browser_that_is_signed_in(ben: Person, link: str) -> None:
    assert press(ben.browser, link).heading == DONE
    assert ben.browser.open("/").path == "/sign-in"


def test_whoever_else_is_signed_in_there_stays_so(ben: Person, cleo: Person, link: str) -> None:
    cleo.come_in()
    press(cleo.browser, link)
    assert cleo.browser.open("/").heading == "Welcome, Cleo"
    assert "not-me" not in cleo.browser.http.cookies


def test_the_owner_is_told(ben: Person, link: str) -> None:
    press(ben.browser, link)
    text = ben.notice("Everybody is shut out").text
    assert "your password no longer works" in text
    assert "somebody reads your mail" in text
    assert "/not-me/" not in text


def test_pressed_twice_it_acts_once(ben: Person, link: str) -> None:
    ben.browser.open(link)
    tab = second_tab(ben.browser)
    tab.page = ben.browser.page
    ben.browser.press(BUTTON)
    assert tab.press(BUTTON).status == 410
    ben.reset_password()
    page = ben.browser.open(link)
    assert (page.status, page.heading) == (410, DEAD)
    assert ben.come_in().heading == "Welcome, Ben"


def test_after_three_days_the_page_says_what_to_do_instead(ben: Person, portal: Portal, link: str) -> None:
    ben.browser.open(link)
    portal.age(NOT_ME_LIFE)
    page = ben.browser.press(BUTTON)
    assert (page.status, page.heading) == (410, DEAD)
    assert page.links["Choose a new password"] == "/password/forgot"
    assert ben.come_in().heading == "Welcome, Ben"


def test_a_removed_app_is_on_again(cleo: Person, link: str) -> None:
    """T25: taken away in a browser left open; the app signs in as before."""
    cleo.come_in()
    deactivate_app(cleo)
    press(cleo.browser, link_in(cleo, "was deactivated"))
    assert "On again: 1 method removed lately." in cleo.notice("Everybody is shut out").text
    cleo.reset_password()
    cleo.sign_in()
    cleo.browser.open("/sign-in/verify/totp")
    assert cleo.browser.press("Verify code", {APP_FIELD: cleo.app_code()}).heading == "Welcome, Cleo"


def test_an_app_that_a_stranger_added_is_gone(ben: Person, eve: Person) -> None:
    """In ben's browser, which was left open; his own app stays."""
    mine = ben.secret
    ben.come_in()
    to_security(ben)
    ben.browser.press("Add another app")
    confirm_password(ben)
    finish_app(ben, "Verify code")
    page = eve.browser.open(link_in(ben, "Authentication app was activated"))
    assert "The method that was activated then is taken away" in page.text
    eve.browser.press(BUTTON)
    ben.reset_password()
    ben.sign_in()
    page = ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})
    assert page.problems == ["This is not the code. Check it and type it again."]
    ben.secret, ben.step = mine, 0
    ben.portal.age(timedelta(hours=1))
    assert ben.come_in().heading == "Welcome, Ben"


def test_a_mail_read_late_says_what_to_do(ben: Person) -> None:
    """In words that stay true when the link's time is over."""
    ben.come_in()
    text = ben.notice("New sign-in").text
    assert "below within 72 hours" in text
    assert "Later, choose a new password with “Forgotten your password?” on the sign-in page." in text


def test_an_app_that_comes_back_has_a_name_of_its_own(cleo: Person) -> None:
    """Removed and set up anew, which took its name, then brought back: both are there."""
    cleo.come_in()
    deactivate_app(cleo)
    link = link_in(cleo, "was deactivated")
    choose(cleo, "Authentication app")
    finish_app(cleo, "Verify code")
    press(cleo.browser, link)
    cleo.reset_password()
    assert cleo.come_in().heading == "Welcome, Cleo"
    page = to_security(cleo)
    assert [app for app in ("App 1", "App 2") if app in page.text] == ["App 1", "App 2"]
