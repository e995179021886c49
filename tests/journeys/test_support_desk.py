"""The support desk helps somebody who has lost everything, and can't help anybody else in (S0.11)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from portal import clock
from portal.access import staff
from portal.access.addresses import read_address
from portal.extensions import db
from portal.models import Event
from tests.desk import Colleague, colleague
from tests.journeys.lost import HOUR, tell
from tests.people import PASSWORD, People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

CODE = "6-digit verification code"


@pytest.fixture
def lena(people: People) -> Colleague:
    """Looks customers up and opens cases."""
    return colleague(people, "lena", "support")


@pytest.fixture
def omar(people: People) -> Colleague:
    """Agrees to the cases of others."""
    return colleague(people, "omar", "approver")


def stop_link(person: Person, subject: str) -> str:
    found = re.search(r"/sign-in/lost-access/stop/\S+", person.notice(subject).text)
    assert found, "no link in the notice"
    return found[0]


def events_of(person: Person) -> list[Event]:
    with person.portal.app.app_context():
        mine = select(Event).where(Event.user_id == person.user().id).order_by(Event.id)
        return list(db.session.scalars(mine))


def test_an_invitation_leads_to_a_password_and_an_app_in_one_go(people: People) -> None:
    """Staff: the link is mailed, and works once; the app's code lets them in."""
    mia = Colleague(**vars(people.somebody("mia")))
    with people.portal.app.app_context():
        staff.create(read_address(mia.email), "support", clock.now())
    found = re.search(r"/staff/welcome/\S+", mia.mail(template="support desk").text)
    assert found
    mia.browser.open(found[0])
    assert mia.browser.press("Save password", {"Password": PASSWORD}).path == "/staff/set-up"
    mia.browser.press("Confirm password", {"Password": PASSWORD})
    mia.take_key()
    mia.browser.press("Continue")
    assert mia.browser.press("Submit", {CODE: mia.app_code()}).heading == "Customers"
    assert mia.browser.another().open(found[0]).heading == "This link does not work any more"
    mia.browser.press("Sign out")
    assert mia.come_in().path == "/staff"


def test_two_people_and_a_wait_open_the_wizard(ben: Person, lena: Colleague, omar: Colleague, portal: Portal) -> None:
    """S0.11: ben hears of it at every step, and at the end sets up anew with his password and his mailbox."""
    lena.open_case(ben)
    assert "Waits for a second person" in lena.browser.page.text
    stop_link(ben, "was asked to remove")
    omar.browser.open(lena.browser.page.path)
    page = omar.browser.press("Agree and begin the wait")
    assert page.success == "The wait has begun, and a mail tells the customer."
    stop_link(ben, "the wait for new two-factor authentication has begun")
    assert ben.sign_in().path == "/sign-in/verify/totp"
    portal.age(48 * HOUR)
    tell(portal)
    stop_link(ben, "is over")
    assert ben.sign_in().path == "/onboarding/address"
    ben.browser.press("Continue", {"Confirmation code": ben.mailed_code()})
    assert ben.browser.page.path == "/onboarding"
    ben.notice("were removed after the wait")


def test_the_customer_stops_it_by_any_of_the_links(ben: Person, lena: Colleague, omar: Colleague) -> None:
    """T35: the first notice's link is good after the second person has agreed, too."""
    lena.open_case(ben)
    link = stop_link(ben, "was asked to remove")
    omar.browser.open(lena.browser.page.path)
    omar.browser.press("Agree and begin the wait")
    ben.browser.open(link)
    assert "stopped" in ben.browser.press("Stop the wait").success
    assert omar.browser.open("/staff").text.count("Case ") == 0


def test_before_anybody_agrees_the_link_stops_it_as_well(ben: Person, lena: Colleague) -> None:
    lena.open_case(ben)
    ben.browser.open(stop_link(ben, "was asked to remove"))
    ben.browser.press("Stop the wait")
    assert "None is open" in lena.browser.open("/staff").text


@pytest.mark.parametrize("agreed", [False, True])
def test_a_sign_in_with_a_second_factor_stops_it(ben: Person, lena: Colleague, omar: Colleague, agreed: bool) -> None:
    """T35: whoever has a second factor has not lost everything."""
    lena.open_case(ben)
    if agreed:
        omar.browser.open(lena.browser.page.path)
        omar.browser.press("Agree and begin the wait")
    ben.come_in()
    ben.notice("was stopped")
    assert "None is open" in lena.browser.open("/staff").text


def test_nobody_agrees_and_it_is_over_after_three_days(ben: Person, lena: Colleague, portal: Portal) -> None:
    lena.open_case(ben)
    portal.age(72 * HOUR)
    tell(portal)
    ben.notice("was stopped")
    assert ben.sign_in().path == "/sign-in/verify/totp"


def test_the_customer_who_asks_is_told_how_far_it_is(ben: Person, lena: Colleague) -> None:
    """C1: "I have lost everything" says that support is at it, and sends no second link."""
    lena.open_case(ben)
    ben.sign_in()
    assert ben.browser.open("/sign-in/lost-access").heading == "Support has opened a case for you"
    before = ben.mails()
    ben.browser.post("/sign-in/lost-access", {"csrf_token": ben.browser.token()})
    assert ben.mails() == before


def test_support_ends_every_sign_in_and_says_why(ben: Person, lena: Colleague) -> None:
    """ASVS 7.4.5."""
    ben.come_in()
    lena.look_up(ben)
    lena.browser.press("End all sign-ins")
    lena.browser.press("End all sign-ins", {"Reason": "says that a stranger is in"})
    assert "says that a stranger is in" in ben.notice("ended all your sign-ins").text
    assert ben.browser.open("/").path == "/sign-in"
    assert "support. An email tells you why" in ben.browser.page.text


def test_everything_the_desk_does_stands_in_the_customer_s_log(ben: Person, lena: Colleague, omar: Colleague) -> None:
    """By a number and a role: a customer reads no name."""
    lena.open_case(ben)
    omar.browser.open(lena.browser.page.path)
    omar.browser.press("Agree and begin the wait")
    omar.browser.press("Stop the case")
    logged = [(event.kind, event.facts.get("role")) for event in events_of(ben)]
    assert logged == [
        ("support_looked_up", "support"),
        ("support_opened", "support"),
        ("support_begun", "approver"),
        ("recovery_stopped", None),
        ("support_stopped", "approver"),
    ]
    rows = [f"{event.facts} {event.ip} {event.agent}" for event in events_of(ben)]
    assert not any(lena.email in row or omar.email in row or "10." in row for row in rows)


def test_an_address_nobody_has_is_not_there(lena: Colleague, ada: Person) -> None:
    """No browsing: not a part of an address either."""
    for address in (ada.email, "ben", "@example.org"):
        lena.browser.open("/staff")
        page = lena.browser.press("Look up", {"Customer’s email address": address})
        assert (page.status, page.path) == (422, "/staff")


def test_a_reason_is_needed(ben: Person, lena: Colleague) -> None:
    assert lena.open_case(ben, " ").problems == ["Enter the reason."]
    page = lena.browser.press("Open the case", {"Reason": "x" * 201})
    assert page.problems == ["Use 200 characters or fewer for the reason."]


def test_one_case_at_a_time(ben: Person, lena: Colleague) -> None:
    lena.open_case(ben)
    lena.look_up(ben)
    assert "Open a recovery case" not in lena.browser.page.buttons
    page = lena.browser.open(f"{lena.browser.page.path}/case")
    assert "is open for this customer already" in lena.browser.press("Open the case", {"Reason": "again"}).text
    assert page.status == 200


@pytest.fixture(scope="module")
def small_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal whose desk is one person."""
    database = fresh_database("smalldesk", tmp_path_factory.mktemp("desk"))
    with running(environment(database, free_port(), PORTAL_DESK_APPROVALS="one"), Path("/dev/null")) as started:
        yield started


def test_with_a_desk_of_one_the_wait_is_longer_and_begins_at_once(small_desk: Portal) -> None:
    """72 hours take the second person's place."""
    people = People(small_desk)
    lena, ben = colleague(people, "lena", "support"), people.customer("ben", "totp")
    page = lena.open_case(ben)
    assert "The wait lasts" in page.text
    stop_link(ben, "has begun")
    small_desk.age(71 * HOUR)
    assert ben.sign_in().path == "/sign-in/verify/totp"
    small_desk.age(HOUR)
    assert ben.sign_in().path == "/onboarding/address"
