"""Registering, the last page: a name, and a password that nobody else would try."""

import os
from pathlib import Path

import pytest

from config import Settings
from portal import create_app
from tests.journeys.ways import ask_to_register, prove_mailbox, second_tab
from tests.people import Person
from tests.portal_for_tests import environment

pytestmark = pytest.mark.any_engine


@pytest.fixture
def at_details(ada: Person) -> Person:
    """ada, whose address is proved."""
    ask_to_register(ada)
    prove_mailbox(ada)
    return ada


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("", "Enter your password."),
        ("short teapo", "The password is too short. Use 12 characters or more."),
        ("x" * 257, "The password is too long. Use 256 characters or fewer."),
        ("1234567890qwertyuiop", "Many people use this password, so it is guessed first."),
        ("ababababababab", "Many people use this password, so it is guessed first."),
        ("Example Company 1", "The password contains your name, your email address or the name of this company."),
        ("adalovelace1!", "The password contains your name, your email address or the name of this company."),
    ],
)
def test_a_password_others_would_try_is_refused(at_details: Person, password: str, told: str) -> None:
    page = at_details.browser.press("Create account", {"Your name": "Ada Adalovelace", "Password": password})
    assert page.problems
    assert page.problems[0].startswith(told)


def test_a_refused_password_is_not_sent_back_but_the_name_is(at_details: Person) -> None:
    page = at_details.browser.press("Create account", {"Your name": "Ada", "Password": "geheimnis"})
    assert "geheimnis" not in page.answer.text
    assert page.soup.find("input", attrs={"name": "name", "value": "Ada"})


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (" ", "Enter your name."),
        ("a" * 61, "Use 60 characters or fewer for the name."),
        ("Ada\u202e", "This holds a character that cannot be stored. Type the text again instead of pasting it."),
    ],
)
def test_a_name_must_fit_one_line(at_details: Person, name: str, told: str) -> None:
    page = at_details.browser.press("Create account", {"Your name": name, "Password": at_details.password})
    assert page.problems == [told]


def test_a_double_press_makes_one_account(at_details: Person) -> None:
    """The second press finds the account made, and leads to the wizard as well."""
    tab = second_tab(at_details.browser)
    tab.open("/register/details")
    for browser in (at_details.browser, tab):
        page = browser.press("Create account", {"Your name": "Ada", "Password": at_details.password})
        assert page.path == "/onboarding"
    assert at_details.user().name == "Ada"


def test_a_portal_closed_to_new_customers_says_so(tmp_path: Path) -> None:
    """The setting `registration`."""
    database = os.environ.get("PORTAL_TEST_DATABASE_URL") or f"sqlite:///{tmp_path / 'closed'}.db"
    settings = Settings.load(environment(database, 8000, PORTAL_REGISTRATION="closed"))
    visitor = create_app(settings).test_client()
    answer = visitor.get("/register", base_url=settings.base_url)
    assert answer.status_code == 403
    assert "New accounts are not open" in answer.text
    assert "Create an account" not in visitor.get("/sign-in", base_url=settings.base_url).text
