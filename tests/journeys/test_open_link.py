"""A method that wrong codes closed can be opened by the link in the notice – once between two right codes."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.access import limits
from portal.database import write
from portal.models import Factor
from tests.journeys.ways import APP_FIELD
from tests.people import Person
from tests.portal_for_tests import Portal


def close(ben: Person, portal: Portal) -> str:
    """The fiftieth wrong code in a row. The text of the notice."""
    with portal.app.app_context(), write() as session:
        session.execute(update(Factor).where(Factor.user_id == ben.user().id).values(wrong_codes=49))
    ben.sign_in()
    ben.browser.press("Verify code", {APP_FIELD: ben.wrong_code()})
    portal.age(timedelta(days=1))  # the limits of codes by the hour have nothing to do with it
    return str(ben.notice("takes no codes for now").text)


def link_in(text: str) -> str | None:
    found = re.search(r"/sign-in/open/\S+", text)
    return found[0] if found else None


@pytest.fixture
def link(ben: Person, portal: Portal) -> str:
    """What leads to the page that opens ben's app again."""
    found = link_in(close(ben, portal))
    assert found
    return found


def test_the_link_opens_the_method_by_a_button(ben: Person, link: str) -> None:
    page = ben.browser.open(link)
    assert (page.path, page.heading) == ("/sign-in/open", "Open Authentication app again")
    page = ben.browser.press("Open again")
    assert "is open again" in page.success
    ben.notice("Authentication app is open again")
    assert ben.come_in().heading == "Welcome, Ben"


def test_opening_the_link_opens_nothing(ben: Person, link: str) -> None:
    """T20, C12: mail scanners follow links too, with GET and HEAD."""
    for _ in range(5):
        ben.browser.open(link)
        assert ben.browser.http.head(f"{ben.portal.base}/sign-in/open").status_code == 200
    ben.sign_in()
    assert ben.browser.page.heading == "This method takes no codes for now"


def test_the_link_works_once(ben: Person, eve: Person, link: str) -> None:
    eve.browser.open(link)
    ben.browser.open(link)
    ben.browser.press("Open again")
    assert eve.browser.press("Open again").status == 410
    assert ben.browser.open(link).status == 410


def test_the_link_works_for_three_days(ben: Person, portal: Portal, link: str) -> None:
    ben.browser.open(link)
    portal.age(limits.OPEN_LINK_LIFE)
    assert ben.browser.press("Open again").status == 410


@pytest.mark.parametrize("bent", ["x{}", "{}x", "x"])
def test_a_forged_link_opens_nothing(ben: Person, link: str, bent: str) -> None:
    token = link.rpartition("/")[2]
    assert ben.browser.open(f"/sign-in/open/{bent.format(token)}").status == 410


def test_a_second_row_without_a_right_code_between_gets_no_link(ben: Person, portal: Portal, link: str) -> None:
    """A hundred guesses in all: the link is no way to go on for ever."""
    ben.browser.open(link)
    ben.browser.press("Open again")
    assert link_in(close(ben, portal)) is None


def test_a_right_code_between_earns_another_link(ben: Person, portal: Portal, link: str) -> None:
    ben.browser.open(link)
    ben.browser.press("Open again")
    ben.come_in()
    ben.browser.press("Sign out")
    assert link_in(close(ben, portal))


def test_the_link_signs_nobody_in(eve: Person, link: str) -> None:
    eve.browser.open(link)
    eve.browser.press("Open again")
    assert eve.browser.open("/").path == "/sign-in"
