"""States on the way through a customer's years: the last recovery code, a new phone."""

from sqlalchemy import update

from portal import clock
from portal.access import confirmations, limits, recovery_codes
from portal.database import write
from portal.models import Factor
from portal.web.cookies import SIGN_IN
from tests.customers import Customer, Visit, enrol
from tests.house.states import State, customer


def codes_used_up() -> State:
    """The last recovery code has just let somebody in."""
    ben, now = customer("totp"), clock.now()
    visit = ben.half_in(now)
    for code in ben.codes:
        visit = Visit(recovery_codes.use(visit.standing, code, now))
    return _at(visit)


def about_to_move() -> State:
    """The app on the old phone is not of today."""
    ben = customer("totp")
    _age_apps(ben)
    return _at(ben.come_in(clock.now()))


def about_to_remove() -> State:
    """The new phone is set up, and the password typed to remove the old one."""
    ben, now = customer("totp"), clock.now()
    visit = ben.come_in(now)
    old = visit.standing.factors[0].id
    enrol(visit, "totp", now)
    with write() as session:
        confirmations.note(session, visit.standing, f"totp.remove {old}", now)
    return State({SIGN_IN: visit.token}, old)


def no_room() -> State:
    """Five apps, none of today."""
    ben = customer("totp")
    visit = ben.come_in(clock.now())
    for _ in range(limits.APPS - 1):
        enrol(visit, "totp", clock.now())
    _age_apps(ben)
    return _at(visit)


def _age_apps(who: Customer) -> None:
    with write() as session:
        mine = update(Factor).where(Factor.user_id == who.user_id)
        session.execute(mine.values(confirmed_at=clock.now() - limits.NEW_PHONE))


def _at(visit: Visit) -> State:
    return State({SIGN_IN: visit.token})
