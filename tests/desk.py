"""The people of the support desk in tests: lena looks customers up, omar agrees to cases, rosa is an admin."""

import itertools
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from portal import clock
from portal.access import factors, mailed_links, password_resets, sign_ins, staff
from portal.access.addresses import read_address
from portal.access.limits import STAFF_SIGN_IN_LIFE
from portal.access.roles import staff_address
from portal.database import write
from portal.models import Message
from tests.browser import Browser, Page
from tests.customers import HERE, PASSWORD, Visit
from tests.people import People, Person

APP_FIELD = "6-digit verification code"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Member:
    """Somebody of the desk as the rules know them."""

    user_id: int
    email: str
    secret: bytes

    def come_in(self, now: datetime) -> Visit:
        """A new sign-in that is finished."""
        with write() as session:
            half = Visit(sign_ins.open_sign_in(session, self.user_id, HERE, now, lasts=STAFF_SIGN_IN_LIFE))
        with write() as session:
            return Visit(sign_ins.raise_sign_in(session, half.standing, "totp", now))


def member(role: str, now: datetime, email: str = "") -> Member:
    """Somebody of the desk who has used their link: a password and an app."""
    email = email or f"{role}.{next(_numbers)}@desk.example"
    staff.create(read_address(email), role, now)
    visit = Visit(staff.accept(invitation(email, now), PASSWORD, HERE, now))
    with write() as session:
        factors.begin(session, visit.standing, "totp", now)
    row = factors.pending(visit.standing, "totp", now)
    assert row
    secret = factors.secret(row) or b""
    with write() as session:
        factors.finish(session, visit.standing, row, now)
        sign_ins.end(session, visit.standing.sign_in_id, "signed_out", now)
        session.execute(delete(Message).where(Message.address == email))  # that was long ago: nothing of it is news
    return Member(visit.standing.user_id, email, secret)


def invitation(email: str, now: datetime) -> str:
    """The token of a new link, as the mail holds it."""
    with write() as session:
        link = password_resets.issue(session, staff_address(read_address(email)).key, password_resets.STAFF, now)
    token = mailed_links.read(mailed_links.STAFF, link.rpartition("/")[2])
    assert token
    return token


class Colleague(Person):
    """Somebody of the desk with a browser."""

    def come_in(self, browser: Browser | None = None) -> Page:
        browser = browser or self.browser
        self.sign_in(browser)
        return browser.press("Verify code", {APP_FIELD: self.app_code()})

    def sign_in(self, browser: Browser | None = None) -> Page:
        browser = browser or self.browser
        browser.open("/staff/sign-in")
        return browser.press("Sign in", {"Email address": self.email, "Password": self.password})

    def look_up(self, customer: Person) -> Page:
        """The customer's page."""
        self.browser.open("/staff")
        return self.browser.press("Look up", {"Customer’s email address": customer.email})

    def open_case(self, customer: Person, reason: str = "phone stolen, called back") -> Page:
        """Look up and open a case: its page."""
        self.look_up(customer)
        self.browser.press("Open a recovery case")
        return self.browser.press("Open the case", {"Reason": reason})


def colleague(people: People, name: str, role: str) -> Colleague:
    """Somebody of the desk, signed in."""
    stranger = people.somebody(name)
    with people.portal.app.app_context():
        made = member(role, clock.now(), stranger.email)
    person = Colleague(stranger.name, stranger.email, stranger.browser, stranger.portal, secret=made.secret)
    person.come_in()
    return person
