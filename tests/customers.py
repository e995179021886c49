"""Customers as the rules know them: rows and secrets in this process, without a browser or a server."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal import methods
from portal.access import codes, factors, password_resets, recovery_codes, second_factor, sign_ins
from portal.access.addresses import read_address
from portal.access.limits import STEP
from portal.access.standing import Standing
from portal.database import write
from portal.delivery import outbox
from portal.extensions import hasher, keys
from portal.methods.totp import code_at
from portal.models import Factor, User

PASSWORD = "a quiet green teapot"
NEW_PASSWORD = "seven loud copper kettles"
IP = "192.0.2.1"
AGENT = "Mozilla/5.0"


@dataclass(frozen=True)
class Visit:
    """A browser that holds a token."""

    token: str

    @property
    def standing(self) -> Standing:
        """What the token opens, read anew as every request does."""
        found = sign_ins.find(self.token)
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
            return Visit(
                sign_ins.open_sign_in(session, self.user_id, ip=IP, agent=AGENT, now=now, address_proved=address_proved)
            )

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
        visit = Visit(sign_ins.open_sign_in(session, user.id, ip=IP, agent=AGENT, now=now))
    secrets = [enrol(visit, kind, now) for kind in kinds]
    saved = _save_codes(visit, now) if kinds else ()
    with write() as session:
        sign_ins.end(session, visit.standing.sign_in_id, "signed_out", now)
    return Customer(user.id, name, email, PASSWORD, next((s for s in secrets if s), b""), saved)


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


def mailed(now: datetime) -> Mapping[str, Any]:
    """The worker hands over the message that has waited longest. What it tells."""
    with write() as session:
        claimed = outbox.claim(session, now)
        assert claimed, "no message waits"
        outbox.done(session, claimed, now)
    return claimed.facts(keys())


def mailed_code(now: datetime) -> str:
    """The code of the message that has waited longest."""
    return str(mailed(now)["code"])


def ask_link(email: str, ip: str, now: datetime) -> str:
    """Ask for a link to reset a password, and read the mail: the link's token. Everything waiting before it is handed
    over too."""
    password_resets.ask(read_address(email), ip, AGENT, now)
    while "link" not in (told := mailed(now)) or told["email_key"] != email:
        pass
    token = password_resets.read_link(str(told["link"]).rpartition("/")[2])
    assert token
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
