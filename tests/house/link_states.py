"""The state into which the link in a notice brings a browser."""

from portal import clock
from portal.access import events
from portal.crypto import new_token
from portal.database import write
from portal.web.cookies import OPEN_METHOD
from tests.house.states import State, close, customer


def open_link_followed() -> State:
    """The link in the notice of a closed method was opened."""
    cleo, token = customer("totp", "email"), new_token()
    close(cleo.user_id)
    with write() as session:
        actor = cleo.half_in(clock.now()).standing.actor
        events.record(session, events.METHOD_CLOSED, actor, clock.now(), link=token, method="totp")
    return State({OPEN_METHOD: token})
