"""A remembered device, and the places where one is signed in. Each journey with JavaScript and without."""

from playwright.sync_api import expect

from tests.smoke import acts
from tests.smoke.cast import Cast
from tests.smoke.conftest import Visit
from tests.smoke.customers import APP
from tests.smoke.pages import Account, Devices, Overview, SecondStep, Security, SignIn, SignIns


def test_ben_is_not_asked_again_until_he_signs_out_completely(cast: Cast, visit: Visit) -> None:
    """S1.10, R3."""
    ben = cast.customer("ben", APP)
    page = visit(ben)
    acts.sign_in_remembered(page, ben)
    Account(page).sign_out()
    SignIn(page).here()
    acts.give_password(page, ben)
    Overview(page).here()
    Account(page).sign_out_completely()
    expect(SignIn(page).here().main).to_contain_text("You are signed out.")
    acts.give_password(page, ben)
    SecondStep(page).here()


def test_ben_names_his_device_and_forgets_it(cast: Cast, visit: Visit) -> None:
    """From the list; in another window a code is asked for all the same."""
    ben = cast.customer("ben", APP)
    page = visit(ben)
    acts.sign_in_remembered(page, ben)
    other = visit(ben)
    acts.give_password(other, ben)
    SecondStep(other).here()
    Account(page).go_to_security()
    Security(page).here().link("Remembered devices").click()
    devices = Devices(page).here()
    devices.rename("The kitchen's")
    this = devices.here().entries.filter(has_text="This device")
    expect(this).to_contain_text("The kitchen's")
    this.get_by_role("button", name="Forget").click()
    expect(devices.here().success).to_contain_text("The device is forgotten.")
    Account(page).sign_out()
    acts.give_password(page, ben)
    SecondStep(page).here()


def test_ben_ends_a_sign_in_elsewhere(cast: Cast, visit: Visit) -> None:
    """And it says why, at its next click."""
    ben = cast.customer("ben", APP)
    here, there = visit(ben), visit(ben)
    acts.sign_in_by_app(there, ben)
    acts.sign_in_by_app(here, ben)
    sign_ins = SignIns(here).open()
    sign_ins.others.first.get_by_role("button", name="End").click()
    expect(sign_ins.here().success).to_contain_text("That sign-in is ended.")
    if sign_ins.button("End all others").is_visible():
        sign_ins.button("End all others").click()
    expect(sign_ins.here().others).to_have_count(0)
    there.reload()
    expect(there.locator("body")).to_contain_text("This sign-in was ended from another one of yours.")
    SignIn(there).here()
