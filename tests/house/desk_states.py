"""Everybody of the support desk, at every step of their way in; and the customers whom they have before them."""

from portal import clock
from portal.access import desk, sign_ins, staff, support_cases
from portal.access.addresses import read_address
from portal.database import write
from portal.models import SignIn
from portal.web.cookies import INVITATION, SIGN_IN, STAFF
from tests.customers import HERE, PASSWORD, Customer, Visit, begin
from tests.desk import Member, invitation, member
from tests.house.states import State, address, customer


def _at(visit: Visit, id: int = 0) -> State:
    return State({STAFF: visit.token}, id)


def inside(role: str) -> State:
    return _at(member(role, clock.now()).come_in(clock.now()))


def support() -> State:
    return inside("support")


def approver() -> State:
    return inside("approver")


def admin() -> State:
    return inside("admin")


def invitation_followed() -> State:
    """The operator's link was opened."""
    email = address()
    staff.create(read_address(email), "support", clock.now())
    return State({INVITATION: invitation(email, clock.now())})


def _accepted() -> Visit:
    email, now = address(), clock.now()
    staff.create(read_address(email), "support", now)
    return Visit(staff.accept(invitation(email, now), PASSWORD, HERE, now))


def setting_up() -> State:
    """The password is chosen by the link."""
    return _at(_accepted())


def key_shown() -> State:
    """… and the password confirmed: the app's key is on the page."""
    visit = _accepted()
    begin(visit, "totp", clock.now())
    return _at(visit)


def without_app() -> State:
    """… and the browser was closed before the app was set up: a later sign-in by the password."""
    visit = _accepted()
    with write() as session:
        row = session.get_one(SignIn, visit.standing.sign_in_id)
        row.address_proved_at = None
    return _at(visit)


def at_check() -> State:
    """The password was right."""
    who = member("support", clock.now())
    with write() as session:
        return _at(Visit(sign_ins.open_sign_in(session, who.user_id, HERE, clock.now())))


def looked_up(*kinds: str) -> tuple[Member, Visit, Customer, int]:
    """A member of the desk who has looked a customer up."""
    now, ben = clock.now(), customer(*(kinds or ("totp",)))
    lena = member("support", now)
    visit = lena.come_in(now)
    return lena, visit, ben, desk.look_up(visit.standing, read_address(ben.email), now)


def customer_found() -> State:
    _, visit, _, id = looked_up()
    return _at(visit, id)


def customer_by_mail_found() -> State:
    """Whoever reads their mailbox has both."""
    _, visit, _, id = looked_up("email")
    return _at(visit, id)


def _opened() -> tuple[Visit, Customer, int]:
    _, visit, ben, _ = looked_up()
    who = (ben.user_id, ben.email)
    return visit, ben, support_cases.open_case(visit.standing, who, "phone stolen", clock.now())


def case_opened() -> State:
    """By oneself."""
    visit, _, id = _opened()
    return _at(visit, id)


def case_to_approve() -> State:
    """By somebody else."""
    _, _, id = _opened()
    return _at(member("approver", clock.now()).come_in(clock.now()), id)


def case_begun() -> State:
    """Somebody has agreed."""
    _, _, id = _opened()
    visit = member("approver", clock.now()).come_in(clock.now())
    support_cases.approve(visit.standing, support_cases.find(visit.standing, id), clock.now())
    return _at(visit, id)


def helped_by_support() -> State:
    """A customer at the code, for whom support has opened a case."""
    _, ben, _ = _opened()
    return State({SIGN_IN: ben.half_in(clock.now()).token})
