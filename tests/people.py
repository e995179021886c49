"""The people of the tests. ada is new, ben has an app, cleo has two methods, dan has an account from before second
factors, eve is outside. Each has an address and a network address of their own, so that nobody uses up another's
limits.
"""

import base64
import itertools
import re
import time
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update

from portal import clock
from portal.access import factors, recovery_codes, sign_ins
from portal.access.limits import SECOND_FACTOR_FRESH, STEP
from portal.access.standing import read_standing
from portal.access.where import NOWHERE
from portal.database import write
from portal.extensions import db, hasher
from portal.methods.totp import code_at
from portal.models import DemoMail, Event, Factor, Message, User
from tests.browser import Browser, Page
from tests.portal_for_tests import Portal, until

PASSWORD = "a quiet green teapot"
NEW_PASSWORD = "seven loud copper kettles"
_NOTICE = DemoMail.text.contains("\nWhen: ")  # what every notice tells, and no other mail
_numbers = itertools.count(1)


@dataclass
class Person:
    """Somebody with a browser. `secret` is what their app holds, `codes` their recovery codes."""

    name: str
    email: str
    browser: Browser
    portal: Portal
    password: str = PASSWORD
    secret: bytes = b""
    codes: list[str] = field(default_factory=list)
    read: int = 0  # the last mail they have read
    noticed: int = 0  # the last notice
    step: int = 0  # the last time step of the app they have used

    def mail(self, *, template: str = "") -> DemoMail:
        """The next mail that arrives, or has arrived unread, beside notices; with a word from its subject, the next of
        that kind."""
        found = self._arrived(DemoMail.id > self.read, DemoMail.subject.contains(template), ~_NOTICE)
        self.read = found.id
        return found

    def notice(self, subject: str) -> DemoMail:
        """The next notice of something that happened to the account, with these words in its subject."""
        found = self._arrived(DemoMail.id > self.noticed, DemoMail.subject.contains(subject), _NOTICE)
        self.noticed = found.id
        return found

    def notices(self) -> list[str]:
        """The subjects of all notices that have arrived."""
        with self.portal.app.app_context():
            mine = select(DemoMail.subject).where(DemoMail.recipient == self.email, _NOTICE)
            return list(db.session.scalars(mine.order_by(DemoMail.id)))

    def mails(self) -> int:
        """How many mails have arrived in all, beside notices."""
        with self.portal.app.app_context():
            return len(db.session.scalars(select(DemoMail.id).where(DemoMail.recipient == self.email, ~_NOTICE)).all())

    def _arrived(self, *which: ColumnElement[bool]) -> DemoMail:
        def found() -> DemoMail | None:
            with self.portal.app.app_context():
                mine = select(DemoMail).where(DemoMail.recipient == self.email, *which)
                return db.session.scalar(mine.order_by(DemoMail.id).limit(1))

        return until(found)

    def mailed_code(self) -> str:
        """The code of the next mail."""
        found = re.match(r"\d{6}\b", self.mail().text)
        assert found, "the mail doesn't begin with a code"
        return found[0]

    def forget_password(self, browser: Browser | None = None) -> str:
        """Ask for a link at "Forgotten your password?". The path of the link in the mail."""
        browser = browser or self.browser
        browser.open("/password/forgot")
        browser.press("Send link", {"Email address": self.email})
        found = re.search(r"/password/reset/\S+", self.mail(template="Choose a new password").text)
        assert found, "no link in the mail"
        return found[0]

    def reset_password(self, browser: Browser | None = None) -> Page:
        """Choose a new password by a mailed link."""
        browser = browser or self.browser
        browser.open(self.forget_password(browser))
        self.password = NEW_PASSWORD
        return browser.press("Save password", {"New password": self.password})

    def app_code(self) -> str:
        """A code of the app that is good and unused: when this half minute's are used up, time passes for the app."""
        present = int(time.time()) // STEP
        if self.step > present:
            self._let_app_rest()
            self.step = 0
        self.step = max(self.step + 1, present)
        return code_at(self.secret, self.step)

    def take_key(self) -> str:
        """Type the setup key that the page shows into the app."""
        shown = self.browser.page.soup.find(id="setup-key")
        assert shown, f"no key on {self.browser.page.path}"
        key = shown.get_text().replace(" ", "")
        self.secret, self.step = base64.b32decode(key), 0
        return key

    def wrong_code(self) -> str:
        """A well-typed code that is none of the app's around now."""
        present = int(time.time()) // STEP
        good = {code_at(self.secret, step) for step in range(present - 20, present + 20)}
        return next(code for code in ("000000", "111111", "222222") if code not in good)

    def sign_in(self, browser: Browser | None = None) -> Page:
        """Type address and password."""
        browser = browser or self.browser
        browser.open("/sign-in")
        return browser.press("Sign in", {"Email address": self.email, "Password": self.password})

    def come_in(self, browser: Browser | None = None) -> Page:
        """Sign in to the end, by the app if there is one, else by e-mail."""
        browser = browser or self.browser
        self.sign_in(browser)
        if self.secret:
            if browser.page.path != "/sign-in/verify/totp":
                browser.open("/sign-in/other")
                browser.press("Authentication app")
            return browser.press("Verify code", {"6-digit verification code": self.app_code()})
        return browser.press("Verify code", {"One-time code": self.mailed_code()})

    def age_second_factor(self) -> None:
        """Let so much time pass that a change asks for a fresh code (R14)."""
        self.portal.age(SECOND_FACTOR_FRESH + timedelta(seconds=1))

    def user(self) -> User:
        """Their row."""
        with self.portal.app.app_context():
            return db.session.scalars(select(User).where(User.email_key == self.email.casefold())).one()

    def _let_app_rest(self) -> None:
        with self.portal.app.app_context(), write() as session:
            session.execute(update(Factor).where(Factor.user_id == self.user().id).values(last_step=0))


class People:
    """Makes people, in the states the diary begins with."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def somebody(self, name: str) -> Person:
        """Somebody the portal doesn't know."""
        number = next(_numbers)
        ip = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return Person(name.title(), f"{name}.{number}@example.org", Browser(self.portal.base, ip), self.portal)

    def customer(self, name: str, *kinds: str) -> Person:
        """A customer with these methods on, the first one primary, and saved recovery codes if there are any."""
        person = self.somebody(name)
        with self.portal.app.app_context():
            now = clock.now()
            with write() as session:
                user = User(
                    email=person.email,
                    email_key=person.email,
                    name=person.name,
                    password_hash=hasher().hash(person.password),
                    created_at=now,
                )
                session.add(user)
                session.flush()
                token = sign_ins.open_sign_in(session, user.id, NOWHERE, now)
            if kinds:
                self._enrol(person, token, kinds)
            with write() as session:
                standing = read_standing(token, NOWHERE, clock.now())
                assert standing
                sign_ins.end(session, standing.sign_in_id, "signed_out", now)
        return person

    def _enrol(self, person: Person, token: str, kinds: tuple[str, ...]) -> None:
        now, made = clock.now(), recovery_codes.prepare()
        standing = read_standing(token, NOWHERE, clock.now())
        assert standing
        for kind in kinds:
            with write() as session:
                factors.begin(session, standing, kind, now)
            row = factors.pending(standing, kind, now)
            assert row
            person.secret = factors.secret(row) or person.secret
            with write() as session:
                factors.finish(session, standing, row, now)
        with write() as session:
            recovery_codes.store(session, standing, made, now)
        recovery_codes.finish(standing, now)
        with write() as session:  # that was long ago: nothing of it is news
            session.execute(delete(Message).where(Message.address == person.email))
            session.execute(delete(Event).where(Event.user_id == standing.user_id))
        person.codes = list(made.codes)
