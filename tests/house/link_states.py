"""The states into which the links in notices bring a browser, and what the log tells of all of them."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from portal import clock
from portal.access import events
from portal.crypto import new_token, token_hash
from portal.database import write
from portal.models import Event, User
from portal.web.cookies import NOT_ME, OPEN_METHOD, SIGN_IN
from tests.customers import Customer, enrol
from tests.house.states import State, close, customer


def open_link_followed() -> State:
    """The link in the notice of a closed method was opened."""
    cleo, token = customer("totp", "email"), new_token()
    close(cleo.user_id)
    with write() as session:
        actor = cleo.half_in(clock.now()).standing.actor
        events.record(session, events.METHOD_CLOSED, actor, clock.now(), link=token, method="totp")
    return State({OPEN_METHOD: token})


def not_me_followed() -> State:
    """The link in the notice of a change was opened."""
    cleo = customer("totp", "email")
    with write() as session:
        events.record(session, events.PASSWORD_CHANGED, cleo.half_in(clock.now()).standing.actor, clock.now())
    return _holding(cleo)


def not_me_about_an_addition() -> State:
    """The link in the notice of a method that was added."""
    ben = customer("totp")
    enrol(ben.come_in(clock.now()), "email", clock.now())
    return _holding(ben)


def inside_with_activity() -> State:
    """Everything that can happen has happened, more than one page of it."""
    visit = customer("totp").come_in(clock.now())
    words: dict[str, Any] = {"method": "totp", "name": "", "reason": "phone lost"}
    with write() as session:
        for days, kind in enumerate(events.KINDS.values()):
            facts = {fact: words.get(fact, 1) for fact in kind.facts}
            events.record(session, kind, visit.standing.actor, clock.now() - timedelta(days=days), **facts)
    return State({SIGN_IN: visit.token})


def _holding(who: Customer) -> State:
    """A browser that has followed the link in the newest notice."""
    token = new_token()
    newest = select(func.max(Event.id)).where(Event.user_id == who.user_id).scalar_subquery()
    with write() as session:
        session.execute(update(Event).where(Event.id == newest).values(not_me_hash=token_hash(token)))
    return State({NOT_ME: token})


def password_shut() -> dict[str, str]:
    """Address and password of somebody who said "This was not me": right, and of no use."""
    ben = customer("totp")
    with write() as session:
        session.execute(update(User).where(User.id == ben.user_id).values(password_shut_at=clock.now()))
    return {"email": ben.email, "password": ben.password}
