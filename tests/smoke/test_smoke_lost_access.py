""" "I have lost everything", with the clock moved on: only a portal started here lets time pass."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.smoke import acts
from tests.smoke.cast import Cast
from tests.smoke.conftest import Visit
from tests.smoke.customers import APP, EMAIL, Customer
from tests.smoke.eye import Eye
from tests.smoke.pages import Choice, LostAccess, Overview, Screen, SecondStep, SignIn

TWO_DAYS = timedelta(hours=48)


def test_ben_comes_back_by_keyboard_alone(cast: Cast, visit: Visit) -> None:
    """C1, S0.11: link, wait, mailbox, wizard."""
    portal, ben = cast.needs_time(), cast.customer("ben", APP, mails=True, keeps=False)
    page = visit(ben)
    keys = acts.Keyboard(page)
    acts.give_password(page, ben)
    acts.ask_for(page, APP)
    keys.follow("I have lost everything")
    LostAccess(page).here()
    keys.press("Send me the link")
    expect(LostAccess(page).main).to_contain_text("A link is on its way to")
    page.goto(ben.mailed_link("/sign-in/lost-access/begin/"))
    keys.press("Begin the wait")
    expect(Screen(page).main).to_contain_text("It ends on")
    portal.age(TWO_DAYS)
    ben.skip_mails()
    acts.give_password(page, ben)
    expect(page.get_by_role("heading", level=1)).to_have_text("The wait is over")
    keys.write("Confirmation code", ben.mailed_code())
    keys.press("Continue")
    Choice(page).here()
    acts.begin_app(page, ben)
    acts.finish_app(page, ben)
    acts.finish_wizard(page, ben)


def test_ben_stops_it_by_the_link_in_the_notice(cast: Cast, visit: Visit) -> None:
    """C1: in a browser that knows nothing of it; signing in asks for the code as ever."""
    ben = cast.customer("ben", APP, mails=True, keeps=False)
    begin(visit(ben), ben)
    page = visit(ben)
    page.goto(ben.mailed_link("/sign-in/lost-access/stop/"))
    Screen(page).button("Stop the wait").click()
    expect(SignIn(page).here().success).to_contain_text("The wait is stopped")
    acts.sign_in_by_app(page, ben)


@pytest.mark.lookover
def test_the_pages_of_losing_everything(cast: Cast, visit_with_scripts: Visit) -> None:
    portal, ben = cast.needs_time(), cast.customer("ben", APP, EMAIL, mails=True, keeps=False)
    page = visit_with_scripts(ben)
    eye = Eye(page)
    LostAccess(page).open()
    eye.look("lost-access-outside")
    acts.give_password(page, ben)
    acts.ask_for(page, APP)
    SecondStep(page).link("I have lost everything").click()
    LostAccess(page).here()
    eye.look("lost-access")
    Screen(page).button("Send me the link").click()
    eye.look("lost-access-sent")
    page.goto(ben.mailed_link("/sign-in/lost-access/begin/"))
    eye.look("lost-access-begin")
    Screen(page).button("Begin the wait").click()
    eye.look("lost-access-waiting")
    page.goto(ben.mailed_link("/sign-in/lost-access/stop/"))
    eye.look("lost-access-stop")
    page.goto("/sign-in/lost-access/begin/forged")
    eye.look("lost-access-dead-link")
    portal.age(TWO_DAYS)
    acts.give_password(page, ben)
    expect(page.get_by_role("heading", level=1)).to_have_text("The wait is over")
    eye.look("lost-access-over")
    cleo = cast.customer("cleo", APP, EMAIL, mails=True)
    eye.move_to(visit_with_scripts(cleo))
    acts.sign_in_by_app(eye.page, cleo)
    begin(visit_with_scripts(cleo), cleo)
    Overview(eye.page).open()
    eye.look("lost-access-inside")
    eye.nothing_found()


def begin(page: Page, who: Customer) -> None:
    """From the page of the code to the wait."""
    acts.give_password(page, who)
    acts.ask_for(page, APP)
    SecondStep(page).link("I have lost everything").click()
    LostAccess(page).here().button("Send me the link").click()
    expect(LostAccess(page).main).to_contain_text("A link is on its way to")
    page.goto(who.mailed_link("/sign-in/lost-access/begin/"))
    Screen(page).button("Begin the wait").click()
    expect(Screen(page).main).to_contain_text("It ends on")
