"""Who plays: it depends on whose portal it is, whether its mails can be read, and who was prepared."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import select, update

from portal import clock
from portal.access import events
from portal.access.events import Actor
from portal.access.limits import CODES_IN_A_ROW
from portal.access.where import NOWHERE
from portal.database import write
from portal.models import Factor, RecoveryCode, RecoverySet, User
from tests.people import People
from tests.portal_for_tests import Portal
from tests.smoke.customers import APP, EMAIL, Customer
from tests.smoke.inboxes import Inbox, inbox

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = {APP: "totp", EMAIL: "email"}


class Cast:
    """The people for the portal at `base`. `own`: a portal that was started here, where nothing is left out."""

    def __init__(self, base: str, own: Portal | None, enrol: Callable[[Customer], None]) -> None:
        self.base, self.own, self.enrol = base, own, enrol
        door = f"{base}/demo/inbox.json" if own else os.environ.get("SMOKE_INBOX", "")
        self.inbox = inbox(door, os.environ.get("SMOKE_MAILBOX", "")) if door else None
        self.known = [] if own else _prepared(os.environ.get("SMOKE_PEOPLE", ""), self.inbox)

    def newcomer(self, name: str) -> Customer:
        """Somebody the portal has never heard of, whose mails can be read."""
        if self.own:
            somebody = People(self.own).somebody(name)
            ip = str(somebody.browser.http.headers["X-Forwarded-For"])
            return Customer(somebody.name, somebody.email, inbox=self.inbox, ip=ip)
        if not self.inbox:
            self.leave_out("registering needs SMOKE_INBOX")
        return Customer(name.title(), self.inbox.address(f"{name}.{secrets.token_hex(4)}"), inbox=self.inbox)

    def customer(self, name: str, *methods: str, mails: bool = False, keeps: bool = True) -> Customer:
        """A customer with these methods. `mails`: the journey reads their mails. `keeps`: it leaves their methods
        and recovery codes as they were, but for one used code."""
        if self.own:
            return self._made(name, APP, EMAIL)
        if mails and not self.inbox:
            self.leave_out("reading mails needs SMOKE_INBOX")
        for somebody in self.known:
            if somebody.methods >= set(methods) and (keeps or not somebody.prepared):
                return somebody
        if not self.inbox:
            self.leave_out(f"nobody in SMOKE_PEOPLE has {' and '.join(methods)} and may be changed, and no SMOKE_INBOX")
        registered = self.newcomer(name)
        self.enrol(registered)
        self.known.append(registered)
        return registered

    def somebody(self, name: str) -> Customer:
        """A customer from before second factors: only the database of a portal started here can hold one."""
        if not self.own:
            self.leave_out("nobody without a method can be made from outside")
        return self._made(name)

    def close_methods(self, who: Customer) -> None:
        """As after fifty wrong codes in a row; also only in a database that is at hand."""
        if not self.own:
            self.leave_out("fifty wrong codes in a row take hours from outside")
        with self.own.app.app_context(), write() as rows:
            user = select(User.id).where(User.email_key == who.email).scalar_subquery()
            rows.execute(update(Factor).where(Factor.user_id == user).values(wrong_codes=CODES_IN_A_ROW))

    def needs_time(self) -> Portal:
        """The portal in which time can be let pass; also only in a database that is at hand."""
        return self.own or self.leave_out("a wait of days takes days from outside")

    def use_up_codes(self, who: Customer) -> None:
        """All recovery codes but the last are used; and the app is of long ago. Also only where the database is."""
        if not self.own:
            self.leave_out("using nine recovery codes up spoils a customer")
        with self.own.app.app_context(), write() as rows:
            user = select(User.id).where(User.email_key == who.email).scalar_subquery()
            mine = select(RecoverySet.id).where(RecoverySet.user_id == user).scalar_subquery()
            used = select(RecoveryCode.id).where(RecoveryCode.set_id == mine).order_by(RecoveryCode.id).limit(9)
            rows.execute(update(RecoveryCode).where(RecoveryCode.id.in_(used)).values(used_at=LONG_AGO))
            rows.execute(update(Factor).where(Factor.user_id == user).values(confirmed_at=LONG_AGO))

    def fill_log(self, who: Customer) -> None:
        """Thirty changes, which by hand would take all day."""
        if not self.own:
            self.leave_out("thirty changes take too long from outside")
        with self.own.app.app_context(), write() as rows:
            user = rows.scalars(select(User).where(User.email_key == who.email)).one()
            actor = Actor(user.id, user.email, NOWHERE)
            for _ in range(30):
                events.record(rows, events.PRIMARY_CHOSEN, actor, clock.now(), method="totp")

    def leave_out(self, why: str) -> NoReturn:
        """The journey can't be made here; the summary says so."""
        assert not self.own, f"nothing may be left out of a portal started here: {why}"
        pytest.skip(why)

    def _made(self, name: str, *methods: str) -> Customer:
        assert self.own
        made = People(self.own).customer(name, *(KINDS[method] for method in methods))
        ip = str(made.browser.http.headers["X-Forwarded-For"])
        secret = base64.b32encode(made.secret).decode()
        return Customer(
            made.name, made.email, made.password, secret, made.codes, frozenset({APP, EMAIL}), self.inbox, ip
        )


def _prepared(path: str, where: Inbox | None) -> list[Customer]:
    """The people of SMOKE_PEOPLE: see README.md."""
    people = json.loads(Path(path).read_text()) if path else []
    return [
        Customer(
            person.get("name", person["email"]),
            person["email"],
            person["password"],
            person.get("totp_secret", "").replace(" ", "").upper(),
            list(person.get("recovery_codes", [])),
            frozenset(
                ({APP} if person.get("totp_secret") else set()) | ({EMAIL} if person.get("email_mfa") else set())
            ),
            where,
            prepared=True,
        )
        for person in people
    ]
