"""One whole case at the support desk, from the look-up to the wizard: only where the database makes staff and time."""

import base64
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal import clock
from tests.desk import member
from tests.portal_for_tests import Portal
from tests.smoke import acts
from tests.smoke.cast import Cast
from tests.smoke.conftest import Visit
from tests.smoke.customers import APP, EMAIL, Customer
from tests.smoke.eye import Eye
from tests.smoke.pages import Screen, SecondStep

TWO_DAYS = timedelta(hours=48)
REASON = "phone stolen, called back"


class Desk(Screen):
    path = "/staff"
    heading = "Customers"

    def look_up(self, who: Customer) -> Screen:
        self.field("Customer’s email address").fill(who.email)
        self.button("Look up").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Customer")
        return Screen(self.page)


def somebody_of_the_desk(cast: Cast, portal: Portal, name: str, role: str) -> Customer:
    """With a password and an app, as after their invitation."""
    who = cast.newcomer(name)
    with portal.app.app_context():
        who.secret = base64.b32encode(member(role, clock.now(), who.email).secret).decode()
    return who


def come_in(page: Page, who: Customer) -> Desk:
    page.goto("/staff/sign-in")
    page.get_by_label("Email address", exact=True).fill(who.email)
    page.get_by_label("Password", exact=True).fill(who.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    SecondStep(page).here().enter_app_code(who.app_code())
    desk = Desk(page)
    desk.here()
    return desk


def open_case(page: Page, who: Customer) -> None:
    Desk(page).open().look_up(who).button("Open a recovery case").click()
    Screen(page).field("Reason").fill(REASON)
    Screen(page).button("Open the case").click()
    expect(Screen(page).success).to_contain_text("The case is open")


def test_a_case_from_the_look_up_to_the_wizard(cast: Cast, visit: Visit) -> None:
    """S0.11: two people, a wait, the owner's own password and mailbox."""
    portal, ben = cast.needs_time(), cast.customer("ben", APP, mails=True, keeps=False)
    lena, omar = (somebody_of_the_desk(cast, portal, *who) for who in (("lena", "support"), ("omar", "approver")))
    page, second = visit(lena), visit(omar)
    come_in(page, lena)
    open_case(page, ben)
    come_in(second, omar)
    second.get_by_role("link", name="Case").first.click()
    expect(Screen(second).main).to_contain_text(REASON)
    Screen(second).button("Agree and begin the wait").click()
    expect(Screen(second).success).to_contain_text("The wait has begun")
    portal.age(TWO_DAYS)
    own = visit(ben)
    ben.skip_mails()
    acts.give_password(own, ben)
    expect(own.get_by_role("heading", level=1)).to_have_text("The wait is over")
    Screen(own).field("Confirmation code").fill(ben.mailed_code())
    Screen(own).button("Continue").click()
    acts.begin_app(own, ben)
    acts.finish_app(own, ben)


@pytest.mark.lookover
def test_the_pages_of_the_desk(cast: Cast, visit_with_scripts: Visit) -> None:
    portal, ben = cast.needs_time(), cast.customer("ben", APP, EMAIL, mails=True, keeps=False)
    lena, rosa = (somebody_of_the_desk(cast, portal, *who) for who in (("lena", "support"), ("rosa", "admin")))
    page, second = visit_with_scripts(lena), visit_with_scripts(rosa)
    eye = Eye(page)
    page.goto("/staff/sign-in")
    eye.look("desk-sign-in")
    desk = come_in(page, lena)
    eye.look("desk")
    desk.look_up(ben)
    eye.look("desk-customer")
    Screen(page).button("End all sign-ins").click()
    eye.look("desk-sign-out")
    open_case(page, ben)
    eye.look("desk-case-own")
    come_in(second, rosa)
    eye.move_to(second)
    second.get_by_role("link", name="Case").first.click()
    eye.look("desk-case")
    second.goto("/staff/plots")
    for details in second.get_by_text("The numbers").all():
        details.click()
    eye.look("desk-plots")
    eye.nothing_found()
