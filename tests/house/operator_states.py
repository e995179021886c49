"""The states into which only the operator brings somebody."""

from sqlalchemy import update

from portal import clock
from portal.access import mailed_links, password_resets
from portal.database import write
from portal.models import User
from portal.web.cookies import RESET, SIGN_IN
from tests.house.states import State, customer


def first_password() -> State:
    """The link for a user whom the operator made was opened."""
    ada = customer()
    with write() as session:
        link = password_resets.issue(session, ada.email, password_resets.FIRST, clock.now())
    return State({RESET: mailed_links.read(mailed_links.RESET, link.rpartition("/")[2]) or ""})


def wizard_shut() -> State:
    """The methods were reset by the operator, and the password by mail (R15)."""
    visit, now = customer().half_in(clock.now()), clock.now()
    with write() as session:
        mine = update(User).where(User.id == visit.standing.user_id)
        session.execute(mine.values(mailed_reset_at=now, methods_reset_at=now))
    return State({SIGN_IN: visit.token})
