"""The portal, two people and their browsers, side by side with the model; what all acts have in common."""

import json
import re
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import event
from requests import Response
from sqlalchemy import func, select, update

from portal.access.limits import STEP
from portal.database import Base, writing
from portal.delivery import outbox
from portal.extensions import db, keys
from portal.methods.totp import code_at
from portal.models import DemoMail, Factor, Message
from portal.models import User as Row
from tests.machine.model import HALF_IN, IDLE, PAGE, App, Link, Mailed, Registration, User, Visit
from tests.machine.tab import Tab, told, where
from tests.portal_for_tests import Portal, until

# Refusals are legal only after so many failed tries in one story; `portal limits` leaves no fewer free.
FREE = {"password": 5, "code": 10, "recovery": 5}
SENT_FREELY = 3  # mails to one person in one story that must go out, when five minutes lie between two of a kind
COOLDOWN = 5 * 60
TEMPLATES = ("registration_code", "address_code", "sign_in_code", "enrol_code", "password_reset")

ASKED_FOR = re.compile(r"^\d{6}\b|/password/reset/")  # what a mail holds that is no notice


class Tally(Counter[tuple[str, str]]):
    """How often, over all stories of a run, each kind of act ended how."""


class World:
    """What the machine knows."""

    portal: Portal
    tally: Tally

    def begin(self) -> None:
        """An empty portal: every story is told alone. The worker has nothing of the story before in hand."""
        self.until_quiet()
        with self.portal.app.app_context(), writing(db.engine).begin() as rows:
            for table in reversed(Base.metadata.sorted_tables):
                rows.execute(table.delete())
            self.read = rows.execute(select(func.coalesce(func.max(Message.id), 0))).scalar_one()
        self.aged = 0.0
        self.events = 0
        self.users: list[User] = []
        self.owners: list[User] = []  # of the browsers
        self.used_app_codes: list[tuple[App, str]] = []  # that must not work again
        self.visits: list[Visit] = []
        self.waiting = False  # whether a mail may still be on its way
        self.registrations: list[Registration] = []
        self.old_tokens: list[str] = []
        self.tabs = [Tab(self.portal.base) for _ in range(2)]

    def do(self, tab: Tab, name: str, *args: Any) -> str:
        """One act of one browser: `act_…` of a name. How it ended is counted."""
        tab.sent = [*tab.sent[-9:], (name, args)]
        ended: str = getattr(self, f"act_{name}")(tab, *args)
        self.count(name, ended)
        return ended

    def count(self, name: str, ended: str) -> None:
        self.tally[name, ended] += 1
        event(f"{name}: {ended}")

    @property
    def now(self) -> float:
        return time.time() + self.aged

    def event_number(self) -> int:
        self.events += 1
        return self.events

    def due(self, tab: Tab) -> str:
        return tab.visit.due(self.now) if tab.visit else "SIGN_IN"

    def visit(self, tab: Tab) -> Visit:
        """The sign-in of a browser that has one."""
        assert tab.visit
        return tab.visit

    def led(self, answer: Response, *paths: str) -> str:
        """The answer leads there, and nowhere else."""
        assert answer.status_code == 303, told(answer)
        assert where(answer) in paths, f"{told(answer)}, expected {paths}"
        return "led on"

    def led_on(self, tab: Tab, answer: Response) -> str:
        """The answer leads to the step that is due."""
        return self.led(answer, PAGE[self.due(tab)])

    def status(self, answer: Response, *statuses: int) -> str:
        assert answer.status_code in statuses, f"{told(answer)}, expected {statuses}"
        return str(answer.status_code)

    def refused(self, answer: Response, user: User, what: str) -> bool:
        """Whether a limit refused the try; only after as many failed ones as it leaves free."""
        if answer.status_code == 429:
            assert user.tries[what] >= FREE[what], f"{told(answer)} after {user.tries[what]} failed tries"
            user.tries[what] += 1
        return answer.status_code == 429

    def fail(self, answer: Response, user: User, what: str) -> str:
        user.tries[what] += 1
        self.status(answer, 422)
        return "wrong"

    def open_visit(self, tab: Tab, user: User, *, proved: bool = False) -> None:
        """A sign-in begins in this browser; the one before ends."""
        if tab.visit:
            self.end(tab.visit)
        tab.visit = Visit(user, self.now, self.now + HALF_IN, self.now, proved=proved)
        self.visits.append(tab.visit)

    def raised(self, tab: Tab, cookie: str | None, *, by_recovery: bool = False) -> None:
        """A second factor was proved: the sign-in goes on under another token."""
        assert tab.cookie, "no token after the second factor"
        assert tab.cookie != cookie, "the token of before the second factor still holds"
        visit, now = self.visit(tab), self.now
        visit.raised = self.event_number() if visit.raised is None else visit.raised
        visit.second_factor, visit.idle_ends = now, now + IDLE
        visit.proved_last, visit.by_recovery = self.event_number(), by_recovery
        visit.user.mailbox_spent = False

    def end(self, visit: Visit) -> None:
        visit.over = True
        visit.pending.clear()

    def end_all(self, user: User, but: Visit | None = None) -> None:
        """Every sign-in of a user ends, but this one."""
        for visit in self.visits:
            if visit.user is user and visit is not but:
                self.end(visit)

    def collect(self, user: User, purpose: str, into: list[Mailed]) -> None:
        """A code may have been asked for. One goes out at most, and does unless there were many lately."""
        mail = self.mail(user, purpose)
        if mail is None:
            return
        found = mail if isinstance(mail, str) else str(mail["code"])
        if purpose != "registration" or not user.known:  # else the mail says that there is an account
            into.append(Mailed(found[:6], self.now))

    def collect_link(self, user: User) -> None:
        mail = self.mail(user, "password")
        if mail is None:
            return
        user.links_sent += 1
        found = re.search(r"/password/reset/[^\s\"]+", mail if isinstance(mail, str) else str(mail["link"]))
        if user.known:  # else the mail says that there is none
            assert found
            user.links.append(Link(user, found[0], user.links_sent, self.now))

    def mail(self, user: User, purpose: str) -> str | dict[str, object] | None:
        """What the one new mail is made of, or its text if it has arrived already."""
        recent = [at for what, at in user.sent if what == purpose and at > self.now - COOLDOWN]
        new = self.new_mails()
        assert len(new) <= 1, f"{len(new)} mails at once"
        assert new or recent or len(user.sent) >= SENT_FREELY, f"nothing sent to {user.name} for {purpose}"
        if not new:
            return None
        assert new[0].address == user.email, f"a mail for {user.email} went to {new[0].address}"
        assert new[0].template.startswith(purpose), f"{new[0].template} for {purpose}"
        user.sent.append((purpose, self.now))
        self.waiting = True
        return self._facts(new[0])

    def new_mails(self) -> list[Message]:
        """The codes and links put into the outbox since this was asked last."""
        with self.portal.app.app_context():
            mine = select(Message).where(Message.id > self.read).order_by(Message.id)
            found = db.session.scalars(mine.execution_options(populate_existing=True)).all()
        self.read = found[-1].id if found else self.read
        return [message for message in found if message.template in TEMPLATES]

    def _facts(self, message: Message) -> str | dict[str, object]:
        with self.portal.app.app_context():
            if message.sealed:
                plain = keys().decrypt(message.sealed, outbox.row_name(message.id, message.address))
                return dict(json.loads(plain))
            mine = select(DemoMail.text).where(DemoMail.recipient == message.address).order_by(DemoMail.id.desc())
            return until(lambda: next(filter(ASKED_FOR.search, db.session.scalars(mine)), None))

    def until_quiet(self) -> None:
        """Wait for the worker: a code lives from the moment it is handed over."""
        waiting = select(func.count(Message.id)).where(Message.done_at.is_(None))
        with self.portal.app.app_context():
            until(lambda: None if db.session.scalar(waiting) else True)
        self.waiting = False

    def new_app(self, user: User) -> int:
        """The number of the app that somebody has set up just now."""
        with self.portal.app.app_context():
            mine = select(Factor.id).join(Row, Row.id == Factor.user_id).where(Row.email_key == user.email)
            known = [app.id for app in user.apps]
            apps = (Factor.kind == "totp", Factor.confirmed_at.is_not(None), Factor.id.not_in(known))
            return db.session.scalars(mine.where(*apps)).one()

    def app_code(self, app: App) -> str:
        """A code of the app that is good and unused. When this minute's are used up, time passes for the app alone."""
        present = int(time.time()) // STEP
        if app.last > present:
            self._rest(app)
        return code_at(app.secret, max(app.last + 1, present))

    def _rest(self, app: App) -> None:
        app.last -= 20
        with self.portal.app.app_context(), writing(db.engine).begin() as rows:
            rows.execute(update(Factor).where(Factor.id == app.id).values(last_step=Factor.last_step - 20))
        self._forget_app_codes()

    def age(self, span: timedelta) -> None:
        if self.waiting:
            self.until_quiet()
        self.portal.age(span)
        self.aged += span.total_seconds()
        self._forget_app_codes()
        for user in self.users:
            for app in user.apps:
                app.last = max(0, app.last - int(span.total_seconds()) // STEP)

    def _forget_app_codes(self) -> None:
        """Rows are older than they were, but apps show the same codes: one that was used would be good again."""
        self.used_app_codes.clear()
        for tab in self.tabs:
            tab.sent = [act for act in tab.sent if act[0] not in ("verify", "finish") or "totp" not in act[1]]
