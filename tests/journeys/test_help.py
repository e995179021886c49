"""The help pages: open to all, linked from everywhere, and with what every customer asks."""

import re

import pytest

from tests.journeys.ways import register
from tests.people import Person

pytestmark = pytest.mark.any_engine

TITLE = "What is Two Factor Authentication (2FA)?"


def test_a_stranger_finds_it_from_the_sign_in_page(ada: Person) -> None:
    """S0.1, S0.11: by the footer, signed out."""
    page = ada.browser.open(ada.browser.open("/sign-in").links["Help"])
    assert page.heading == "Help"
    page = ada.browser.open(page.links["Two-factor authentication"])
    assert page.heading == TITLE


def test_a_newcomer_finds_it_in_the_wizard_and_goes_on(ada: Person) -> None:
    """S0.1."""
    page = ada.browser.open(register(ada).links["What is two-factor authentication?"])
    assert page.heading == TITLE
    assert ada.browser.open("/").path == "/onboarding"


@pytest.mark.parametrize(
    "told",
    [
        "something you know, a password, and something you have",  # S0.1
        "servers, hosting, websites, databases",  # S0.1
        "Google Authenticator",  # S0.4, S1.3
        "backup codes",  # S1.8, R5
        "Moving to a new phone",  # S2.19
        "Aegis",  # S2.19
        "andOTP",  # S2.19
        "delete it safely",  # S2.19, R4
        "“Time correction for codes”, “Synchronize”",  # S2.14
        "My phone is lost",  # S0.11
        "support@example.com",  # S0.11
    ],
)
def test_it_says(ada: Person, told: str) -> None:
    assert told in ada.browser.open("/help/two-factor").text


def test_it_says_when_it_was_last_updated(ada: Person) -> None:
    """S1.14."""
    text = ada.browser.open("/help/two-factor").text
    assert re.search(r"Last updated: \d{1,2} [A-Z][a-z]+ 20\d\d", text)


def test_it_leads_to_the_way_back_in(ada: Person) -> None:
    """S0.11, C1: from the lost phone."""
    page = ada.browser.open("/help/two-factor")
    assert page.links["I have lost everything"] == "/sign-in/lost-access"
    assert page.links["support@example.com"] == "mailto:support@example.com"


def test_whoever_is_in_reads_it_too(ben: Person) -> None:
    ben.come_in()
    assert ben.browser.open("/help/two-factor").heading == TITLE
    assert ben.browser.open("/help").links["Security and access"] == "/security"
