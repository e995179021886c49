"""Customers as the rules know them: rows and secrets in this process, without a browser or a server."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from portal import clock, methods
from portal.access import (
    codes,
    factors,
    mailed_links,
    password_resets,
    recoveries,
    recovery_codes,
    second_factor,
    sign_ins,
)
from portal.access.addresses import read_address
from portal.access.limits import STEP
from portal.access.standing import Standing, read_standing
from portal.access.where import Where
from portal.database import write
from portal.delivery import outbox
from portal.extensions import db, hasher, keys
from portal.methods.totp import code_at
from portal.models import Event, Factor, Message, SignIn, User

PASSWORD = "a quiet green teapot"
NEW_PASSWORD = "seven loud copper kettles"
IP = "192.0.2.1"
AGENT = "Mozilla/5.0"
HERE = Where(IP, AGENT, b"known")


def from_ip(ip: str) -> Where:
    """The same browser at another network address."""
    return Where(ip, AGENT, b"known")


def find(token: str) -> Standing | None:
    """What a token opens, if it opens anything."""
    return read_standing(token, HERE, clock.now())


@dataclass(frozen=True)
class Visit:
    """A browser that holds a token."""

    token: str
    where: Where = HERE

    @property
    def standing(self) -> Standing:
        """What the token opens, read anew as every request does."""
        found = read_standing(self.token, self.where, clock.now())
        assert found, "the token opens nothing"
        return found


@dataclass(frozen=True)
class Customer:
    """Somebody with an account. `secret` is what their app holds, `codes` their recovery codes."""

    user_id: int
    name: str
    email: str
    password: str
    secret: bytes = b""
    codes: tuple[str, ...] = ()

    def half_in(self, now: datetime, *, address_proved: bool = False) -> Visit:
        """A new sign-in whose password was right."""
        with write() as session:
            return Visit(sign_ins.open_sign_in(session, self.user_id, HERE, now, address_proved=address_proved))

    def come_in(self, now: datetime) -> Visit:
        """A new sign-in that is finished."""
        half_in = self.half_in(now).standing
        with write() as session:
            return Visit(sign_ins.raise_sign_in(session, half_in, "totp", now))

    def app_code(self, now: datetime, aside: int = 0) -> str:
        """What the app shows, so many steps aside."""
        return code_at(self.secret, int(now.timestamp()) // STEP + aside)

    def answer(self, kind: str, visit: Visit, now: datetime) -> str:
        """A right answer for a method: from the mail that is sent for it, or from the app."""
        if not methods.method(kind).sends:
            return self.app_code(now)
        codes.issue(codes.by_sign_in(visit.standing, second_factor.SIGN_IN), {}, now)
        return mailed_code(now)


def make(name: str, email: str, *kinds: str, now: datetime) -> Customer:
    """A customer with these methods on, the first one primary, and saved recovery codes if there are any."""
    with write() as session:
        user = User(name=name, email=email, email_key=email, password_hash=hasher().hash(PASSWORD), created_at=now)
        session.add(user)
        session.flush()
        visit = Visit(sign_ins.open_sign_in(session, user.id, HERE, now))
    secrets = [enrol(visit, kind, now) for kind in kinds]
    saved = _save_codes(visit, now) if kinds else ()
    with write() as session:
        session.execute(delete(SignIn).where(SignIn.user_id == user.id))
        session.execute(delete(Message).where(Message.address == email))  # that was long ago: nothing of it is news
        session.execute(delete(Event).where(Event.user_id == user.id))
    return Customer(user.id, name, email, PASSWORD, next((s for s in secrets if s), b""), saved)


def enrolled(user_id: int) -> list[Factor]:
    """Somebody's finished factors, as the database has them."""
    rows = select(Factor).where(Factor.user_id == user_id, Factor.confirmed_at.is_not(None))
    rows = rows.order_by(Factor.kind, Factor.slot).execution_options(populate_existing=True)
    return list(db.session.scalars(rows))


def begin(visit: Visit, kind: str, now: datetime) -> Factor:
    """Begin to set a method up, or go on with it in a second tab."""
    with write() as session:
        factors.begin(session, visit.standing, kind, now)
    row = factors.pending(visit.standing, kind, now)
    assert row
    return row


def enrol(visit: Visit, kind: str, now: datetime) -> bytes | None:
    """Switch a method on. Returns its secret, if it has one."""
    row = begin(visit, kind, now)
    with write() as session:
        factors.finish(session, visit.standing, row, now)
    return factors.secret(row)


def mailed(now: datetime, *, notice: bool = False) -> Mapping[str, Any]:
    """The worker hands over what has waited longest, up to the next message of this sort: a notice of what happened, or
    anything else. What that tells."""
    while True:
        with write() as session:
            claimed = outbox.claim(session, now)
            assert claimed, "no message waits"
            outbox.done(session, claimed, now)
        if (claimed.template == "notice") is notice:
            return claimed.facts(keys())


def mailed_code(now: datetime) -> str:
    """The code of the message that has waited longest."""
    return str(mailed(now)["code"])


def ask_link(email: str, where: Where, now: datetime) -> str:
    """Ask for a link to reset a password, and read the mail: the link's token. Everything waiting before it is handed
    over too."""
    password_resets.ask(read_address(email), where, now)
    while "link" not in (told := mailed(now)) or told.get("email_key") != email:
        pass
    token = mailed_links.read(mailed_links.RESET, str(told["link"]).rpartition("/")[2])
    assert token
    return token


def ask_recovery(visit: Visit, now: datetime) -> str:
    """Say that everything is lost, and read the mail: the token of the link that begins the wait. Everything waiting
    before it is handed over too."""
    recoveries.ask(visit.standing, now)
    while "hours" not in (told := mailed(now)):
        pass
    return token_in(told, mailed_links.BEGIN_RECOVERY)


def begin_recovery(visit: Visit, now: datetime, token: str = "") -> str:
    """Begin the wait, and read the notice: the token of the link that stops it."""
    recoveries.begin(token or ask_recovery(visit, now), HERE, now)
    return stop_link(now)


def stop_link(now: datetime) -> str:
    """The token of the link that stops a wait, in the notice of one that has waited longest."""
    while not str((told := mailed(now, notice=True))["kind"]).startswith("recovery_") or "link" not in told:
        pass
    return token_in(told, mailed_links.STOP_RECOVERY)


def token_in(told: Mapping[str, Any], path: str) -> str:
    """The token of the link in a mail."""
    token = mailed_links.read(path, str(told["link"]).rpartition("/")[2])
    assert token, "the link is good for something else"
    return token


def wrong(code: str) -> str:
    """A well-typed code that isn't this one."""
    return f"{(int(code) + 500_000) % 1_000_000:06d}"


def _save_codes(visit: Visit, now: datetime) -> tuple[str, ...]:
    made = recovery_codes.prepare()
    with write() as session:
        recovery_codes.store(session, visit.standing, made, now)
    recovery_codes.finish(visit.standing, now)
    return made.codes
