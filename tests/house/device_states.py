"""States of somebody who is signed in at several places, or on a remembered device."""

from portal import clock
from portal.web.cookies import REMEMBERED, SIGN_IN
from tests.devices import come_in_on, remember, remembered
from tests.house.states import State, customer


def inside_on_device() -> State:
    """In without a code; another device is remembered too. The number is this one's."""
    cleo, now = customer("totp", "email"), clock.now()
    remember(cleo, now)
    visit, cookie = come_in_on(cleo, remember(cleo, now), now)
    return State({SIGN_IN: visit.token, REMEMBERED: cookie}, remembered(cleo)[-1].id)


def inside_twice() -> State:
    """In, and in elsewhere: the number is of the other sign-in."""
    ben, now = customer("totp"), clock.now()
    other = ben.come_in(now).standing.sign_in_id
    return State({SIGN_IN: ben.come_in(now).token}, other)
