"""Up to five authenticator apps, each with a name and a key of its own (R9)."""

import pytest

from tests.browser import Page, words
from tests.journeys.ways import APP_FIELD, confirm_password, finish_app, to_security
from tests.people import Person


def _add_app(person: Person) -> Page:
    """Set up one more app, on another phone: from now on the person holds that one."""
    to_security(person)
    person.browser.press("Add another app", under="Authentication app")
    confirm_password(person)
    return finish_app(person, "Verify code")


def _apps(page: Page) -> list[str]:
    return [words(name) for name in page.soup.select(".apps [id^=app-]")]


@pytest.fixture
def two_apps(ben: Person) -> Person:
    """ben, signed in, with a second app beside the first; he holds the second."""
    ben.come_in()
    _add_app(ben)
    return ben


def test_a_second_app_gets_a_name(two_apps: Person) -> None:
    page = two_apps.browser.page
    assert page.success.startswith("Success: the new app is set up.")
    assert _apps(page) == ["App 1", "App 2"]


def test_both_apps_let_ben_in(ben: Person) -> None:
    ben.come_in()
    first = ben.secret
    _add_app(ben)
    second = ben.secret
    for secret in (first, second):
        ben.browser.press("Sign out")
        ben.secret, ben.step = secret, 0
        ben._let_app_rest()
        assert ben.come_in().path == "/"


def test_ben_names_an_app(two_apps: Person) -> None:
    two_apps.browser.open(two_apps.browser.page.links["Rename App 2"])
    page = two_apps.browser.press("Save", {"Name of the app": " The grey phone "})
    assert page.success == "The app has its new name."
    assert _apps(page) == ["App 1", "The grey phone"]


def test_an_app_needs_a_name(two_apps: Person) -> None:
    two_apps.browser.open(two_apps.browser.page.links["Rename App 2"])
    assert two_apps.browser.press("Save", {"Name of the app": " "}).problems == ["Enter your name."]


def test_ben_removes_an_app(two_apps: Person) -> None:
    """R14: the password first. The other stays, and the removed one's codes are refused."""
    two_apps.browser.open(two_apps.browser.page.links["Remove App 2"])
    page = confirm_password(two_apps)
    assert page.heading == "Remove App 2"
    page = two_apps.browser.press("Remove")
    assert page.success.startswith("The app is removed.")
    two_apps.browser.press("Sign out")
    two_apps.sign_in()
    assert two_apps.browser.press("Verify code", {APP_FIELD: two_apps.app_code()}).problems


def test_the_last_app_has_no_remove(ben: Person) -> None:
    """R2."""
    ben.come_in()
    page = to_security(ben)
    assert _apps(page) == ["App 1"]
    assert not [link for link in page.links if link.startswith("Remove")]


def test_there_is_no_sixth(two_apps: Person) -> None:
    for _ in range(3):
        _add_app(two_apps)
    page = two_apps.browser.page
    assert len(_apps(page)) == 5
    assert "Add another app" not in page.buttons
    assert two_apps.browser.open("/security/totp/enable").path == "/security"


def test_somebody_elses_app_is_not_there(two_apps: Person, cleo: Person) -> None:
    """S3.12: neither to name nor to remove."""
    path = two_apps.browser.page.links["Rename App 2"]
    cleo.come_in()
    assert cleo.browser.open(path).status == 404
    assert cleo.browser.open(path.replace("rename", "remove")).status == 404
