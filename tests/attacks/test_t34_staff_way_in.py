"""The support desk's own way in, attacked with a password, with a mailbox, with links of another kind."""

import re

import pytest

from portal import clock
from portal.access import staff
from portal.access.addresses import read_address
from tests.browser import Browser
from tests.desk import Colleague, colleague
from tests.journeys.lost import HOUR
from tests.people import NEW_PASSWORD, People, Person
from tests.portal_for_tests import Portal


@pytest.fixture
def lena(people: People) -> Colleague:
    return colleague(people, "lena", "support")


def test_the_password_alone_opens_no_desk(lena: Colleague) -> None:
    """T12: nor does an app's code that was used."""
    thief = Browser(lena.portal.base, "198.51.100.68")
    lena.sign_in(thief)
    for path in ("/staff", "/staff/cases/1", "/staff/set-up", "/staff/no-app"):
        assert thief.open(path).path == "/staff/sign-in/verify"
    used = lena.app_code()
    lena.browser.press("Sign out")
    lena.sign_in()
    lena.browser.press("Verify code", {"6-digit verification code": used})
    page = thief.press("Verify code", {"6-digit verification code": used})
    assert page.path == "/staff/sign-in/verify"


def test_a_desk_s_mailbox_opens_nothing(lena: Colleague) -> None:
    """T21: no reset, no registration, no code by mail means an account of the desk; the customers' sign-in neither."""
    thief = Browser(lena.portal.base, "198.51.100.69")
    thief.open("/password/forgot")
    thief.press("Send link", {"Email address": lena.email})
    assert "/password/reset/" not in lena.mail().text
    thief.open("/sign-in")
    page = thief.press("Sign in", {"Email address": lena.email, "Password": lena.password})
    assert page.problems == ["The email address and the password do not belong together. Check both and sign in again."]
    thief.open("/sign-in")
    page = thief.press("Sign in", {"Email address": f"staff {lena.email}", "Password": lena.password})
    assert page.path == "/sign-in"


def test_an_invitation_is_no_reset_and_a_reset_no_invitation(people: People, ben: Person) -> None:
    """T20: whichever cookie holds the token."""
    mia = people.somebody("mia")
    with people.portal.app.app_context():
        staff.create(read_address(mia.email), "admin", clock.now())
    found = re.search(r"/staff/welcome/\S+", mia.mail(template="support desk").text)
    assert found
    mia.browser.open(found[0])
    token = mia.browser.http.cookies["staff-invitation"]
    mia.browser.http.cookies.set("reset", token)
    assert mia.browser.open("/password/reset").status == 410
    ben.browser.open(ben.forget_password())
    ben.browser.http.cookies.set("staff-invitation", ben.browser.http.cookies["reset"])
    assert ben.browser.open("/staff/welcome").status == 410


def test_a_leaked_password_sets_up_no_app(people: People) -> None:
    """R15: the app belongs to the invitation; a sign-in by the password alone finds a closed door."""
    mia = Colleague(**vars(people.somebody("mia")))
    with people.portal.app.app_context():
        staff.create(read_address(mia.email), "admin", clock.now())
    found = re.search(r"/staff/welcome/\S+", mia.mail(template="support desk").text)
    assert found
    mia.browser.open(found[0])
    mia.browser.press("Save password", {"Password": NEW_PASSWORD})
    mia.password = NEW_PASSWORD
    thief = mia.browser.another()
    mia.sign_in(thief)
    for path in ("/staff", "/staff/set-up", "/staff/sign-in/verify"):
        assert thief.open(path).heading == "Your app is missing"


def test_who_is_removed_is_out_at_the_next_click(lena: Colleague, ben: Person) -> None:
    """T15."""
    path = lena.look_up(ben).path
    with lena.portal.app.app_context():
        staff.remove(staff.find(read_address(lena.email)), clock.now())
    assert lena.browser.open(path).path == "/staff/sign-in"
    page = lena.browser.press("Sign in", {"Email address": lena.email, "Password": lena.password})
    assert page.status == 422


def test_a_desk_s_sign_in_ends_after_a_quarter_of_an_hour(lena: Colleague, ben: Person, portal: Portal) -> None:
    """Sessions: staff idle 15 minutes, 8 hours at most."""
    portal.age(HOUR / 4 - HOUR / 60)
    assert lena.browser.open("/staff").heading == "Customers"
    portal.age(HOUR / 4)
    assert lena.browser.open("/staff").path == "/staff/sign-in"
    lena.come_in()
    for _ in range(40):
        portal.age(HOUR / 5)
        lena.browser.open("/staff")
    assert lena.browser.page.path == "/staff/sign-in"
