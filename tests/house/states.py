"""Every state a visitor can be in, made from the rules alone: the cookies of a browser that is there."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from portal import clock
from portal.access import (
    codes,
    confirmations,
    counting,
    limits,
    password_resets,
    recovery_codes,
    registrations,
    second_factor,
    tries,
)
from portal.access.addresses import read_address
from portal.database import write
from portal.models import Factor, RecoveryCode, RecoverySet, Registration, SignIn
from portal.web.cookies import RESET, SIGN_IN, VISIT
from tests.customers import HERE, NEW_PASSWORD, Customer, Visit, ask_link, begin, enrol, from_ip, make

IP = "127.0.0.1"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class State:
    """A browser's cookies, and the number of the one app in question, if there is one."""

    cookies: dict[str, str] = field(default_factory=dict)
    id: int = 0


def address() -> str:
    return f"somebody.{next(_numbers)}@example.org"


def customer(*kinds: str) -> Customer:
    return make("Somebody", address(), *kinds, now=clock.now())


def _at(visit: Visit, id: int = 0) -> State:
    return State({SIGN_IN: visit.token}, id)


def outside() -> State:
    return State()


def registering() -> State:
    """The address is typed, the code on its way."""
    now, where = clock.now(), from_ip(f"10.1.0.{next(_numbers) % 250}")
    token = registrations.begin(read_address(address()), where, now)
    found = registrations.find(token, now)
    assert found
    registrations.send_code(found, where, {"ip": IP, "agent": "Firefox"}, now)
    return State({VISIT: token})


def registered() -> State:
    """The address is proved."""
    state = registering()
    with write() as session:
        session.execute(update(Registration).values(proved_at=clock.now()))
    return state


def at_mailbox() -> State:
    return _at(customer().half_in(clock.now()))


def _choosing() -> Visit:
    return customer().half_in(clock.now(), address_proved=True)


def choosing() -> State:
    return _at(_choosing())


def setting_up() -> State:
    visit = _choosing()
    begin(visit, "totp", clock.now())
    begin(visit, "email", clock.now())
    return _at(visit)


def enrol_code_sent() -> State:
    visit = _choosing()
    begin(visit, "email", clock.now())
    codes.issue(codes.by_sign_in(visit.standing, second_factor.ENROL), {}, clock.now())
    return _at(visit)


def at_check() -> State:
    return _at(customer("totp", "email").half_in(clock.now()))


def sign_in_code_sent() -> State:
    visit = customer("email").half_in(clock.now())
    facts = {"ip": IP, "agent": "Firefox"}
    codes.issue(codes.by_sign_in(visit.standing, second_factor.SIGN_IN), facts, clock.now())
    return _at(visit)


def close(user_id: int) -> None:
    """Fifty wrong codes in a row were typed for the app."""
    with write() as session:
        mine = (Factor.user_id == user_id, Factor.kind == "totp")
        session.execute(update(Factor).where(*mine).values(wrong_codes=limits.CODES_IN_A_ROW))


def at_closed_method() -> State:
    cleo = customer("totp", "email")
    close(cleo.user_id)
    return _at(cleo.half_in(clock.now()))


def refused() -> State:
    """No more codes for a quarter of an hour."""
    ben, now = customer("totp"), clock.now()
    for _ in range(10):
        counting.take(tries.code_hits(f"user {ben.user_id} totp", from_ip(f"10.3.0.{next(_numbers) % 250}")), now)
    return _at(ben.half_in(now))


def saving_codes() -> State:
    visit = customer("totp").come_in(clock.now())
    with write() as session:
        recovery_codes.store(session, visit.standing, recovery_codes.prepare(), clock.now())
    return _at(visit)


def codes_unsaved() -> State:
    """Another sign-in made a set and never finished."""
    ben, now = customer("totp"), clock.now()
    with write() as session:
        recovery_codes.store(session, ben.come_in(now).standing, recovery_codes.prepare(), now)
    return _at(ben.come_in(now))


def forgotten() -> State:
    """The mailed link was opened."""
    cleo, now = customer("totp", "email"), clock.now()
    return State({RESET: ask_link(cleo.email, from_ip(f"10.4.0.{next(_numbers) % 250}"), now)})


def mailbox_spent() -> State:
    """The password was reset by mail, and is right again."""
    cleo, now = customer("totp", "email"), clock.now()
    link = ask_link(cleo.email, from_ip(f"10.4.0.{next(_numbers) % 250}"), now)
    password_resets.use(link, NEW_PASSWORD, HERE, now)
    return _at(cleo.half_in(now))


def inside() -> State:
    return _at(customer("totp").come_in(clock.now()))


def inside_by_email() -> State:
    return _at(customer("email").come_in(clock.now()))


def inside_with_two() -> State:
    return _at(customer("totp", "email").come_in(clock.now()))


def inside_with_two_apps() -> State:
    ben, now = customer("totp"), clock.now()
    visit = ben.come_in(now)
    enrol(visit, "totp", now)
    with write() as session:
        newest = session.scalars(select(Factor.id).where(Factor.user_id == ben.user_id).order_by(Factor.id.desc()))
        return _at(visit, newest.first() or 0)


def inside_with_closed() -> State:
    cleo = customer("totp", "email")
    close(cleo.user_id)
    return _at(cleo.come_in(clock.now()))


def inside_with_few_codes() -> State:
    ben = customer("totp")
    with write() as session:
        mine = select(RecoverySet.id).where(RecoverySet.user_id == ben.user_id).scalar_subquery()
        used = select(RecoveryCode.id).where(RecoveryCode.set_id == mine).limit(10 - limits.FEW_RECOVERY_CODES)
        session.execute(update(RecoveryCode).where(RecoveryCode.id.in_(used)).values(used_at=clock.now()))
    return _at(ben.come_in(clock.now()))


def inside_without_codes() -> State:
    ben = customer("totp")
    with write() as session:
        session.execute(delete(RecoverySet).where(RecoverySet.user_id == ben.user_id))
    return _at(ben.come_in(clock.now()))


def switching_on() -> State:
    visit = customer("totp").come_in(clock.now())
    begin(visit, "totp", clock.now())
    begin(visit, "email", clock.now())
    return _at(visit)


def confirmed(action: str) -> Callable[[], State]:
    """The password was typed for this action."""

    def state() -> State:
        made = inside_with_closed() if action.endswith("open") else inside_with_two()
        if "remove" in action:
            made = inside_with_two_apps()
        _confirm(Visit(made.cookies[SIGN_IN]), action.format(id=made.id), clock.now())
        return made

    return state


def last_method() -> State:
    """The password was typed to switch the only method off."""
    visit = customer("totp").come_in(clock.now())
    _confirm(visit, "totp.disable", clock.now())
    return _at(visit)


def proving_again() -> State:
    """In, with a second factor too old for a change."""
    visit = customer("totp", "email").come_in(clock.now())
    with write() as session:
        mine = SignIn.id == visit.standing.sign_in_id
        session.execute(update(SignIn).where(mine).values(second_factor_at=clock.now() - timedelta(minutes=20)))
    return _at(visit)


def _confirm(visit: Visit, action: str, now: datetime) -> None:
    with write() as session:
        confirmations.note(session, visit.standing, action, now)
