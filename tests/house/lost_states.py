"""The states of somebody who has lost everything, from the link to the end of the wait."""

from datetime import timedelta

from sqlalchemy import update

from portal import clock
from portal.access import limits
from portal.database import write
from portal.models import Recovery, User
from portal.web.cookies import BEGIN_RECOVERY, SIGN_IN, STOP_RECOVERY
from tests.customers import Customer, ask_recovery, begin_recovery
from tests.house.states import State, customer


def _waiting() -> tuple[Customer, str]:
    """Whose wait has begun, and the link by which it is stopped."""
    ben = customer("totp")
    return ben, begin_recovery(ben.half_in(clock.now()), clock.now())


def _over() -> Customer:
    ben, _ = _waiting()
    with write() as session:
        mine = update(Recovery).where(Recovery.user_id == ben.user_id)
        session.execute(mine.values(due_at=clock.now() - timedelta(minutes=1)))
    return ben


def lost_link_sent() -> State:
    """The link was asked for."""
    visit = customer("totp", "email").half_in(clock.now())
    ask_recovery(visit, clock.now())
    return State({SIGN_IN: visit.token})


def begin_link_followed() -> State:
    """The mailed link was opened."""
    return State({BEGIN_RECOVERY: ask_recovery(customer("totp").half_in(clock.now()), clock.now())})


def begun_link_followed() -> State:
    """… and opened once more when its button had been pressed."""
    visit = customer("totp").half_in(clock.now())
    token = ask_recovery(visit, clock.now())
    begin_recovery(visit, clock.now(), token)
    return State({BEGIN_RECOVERY: token})


def stop_link_followed() -> State:
    """The link in a notice was opened."""
    return State({STOP_RECOVERY: _waiting()[1]})


def waiting() -> State:
    """At the code, while the wait lasts."""
    return State({SIGN_IN: _waiting()[0].half_in(clock.now()).token})


def waiting_inside() -> State:
    """In, while somebody waits."""
    ben = customer("totp")
    visit = ben.come_in(clock.now())
    begin_recovery(ben.half_in(clock.now()), clock.now())
    return State({SIGN_IN: visit.token})


def wait_over() -> State:
    """The password was typed after the wait."""
    return State({SIGN_IN: _over().half_in(clock.now()).token})


def wait_over_link_followed() -> State:
    """The mailed link was opened after the wait."""
    state = begun_link_followed()
    with write() as session:
        session.execute(update(Recovery).values(due_at=clock.now() - limits.RECOVERY_LAST_REMINDER))
    return state


def only_support() -> State:
    """The password was reset by mail, and there is an app (R12)."""
    ben = customer("totp")
    with write() as session:
        session.execute(update(User).where(User.id == ben.user_id).values(mailed_reset_at=clock.now()))
    return State({SIGN_IN: ben.half_in(clock.now()).token})
