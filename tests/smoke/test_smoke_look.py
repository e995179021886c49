"""Looks at every page: light and dark, 320 and 1280 px wide. SCREENSHOTS=folder keeps the pictures."""

import pytest
from playwright.sync_api import expect

from tests.smoke import acts
from tests.smoke.camera import scan
from tests.smoke.cast import Cast
from tests.smoke.conftest import Visit
from tests.smoke.customers import APP, EMAIL, Customer
from tests.smoke.eye import SETTINGS, Eye
from tests.smoke.pages import (
    Account,
    Activity,
    CheckUp,
    Choice,
    Devices,
    NotMe,
    Overview,
    Password,
    RecoveryCodes,
    Registration,
    SaveCodes,
    Screen,
    SecondStep,
    Security,
    ShutOut,
    SignIn,
    SignIns,
)

pytestmark = pytest.mark.lookover


def test_the_pages_of_registration_and_of_the_wizard(ada: Customer, visit_with_scripts: Visit) -> None:
    page = visit_with_scripts(ada)
    eye = Eye(page)
    registration = Registration(page).open()
    eye.look("register")
    registration.ask("nobody")
    eye.look("register-wrong")
    registration.ask(ada.email)
    eye.look("register-confirm")
    registration.confirm(ada.mailed_code())
    the_meter_judges(registration, ada)
    eye.look("register-details")
    registration.finish("", "short")
    eye.look("register-details-wrong")
    registration.finish(ada.name, ada.password)
    eye.look("wizard-choice")
    Choice(page).activate("Email MFA")
    eye.look("wizard-password")
    Password(page).confirm(ada.password)
    eye.look("wizard-email")
    Screen(page).button("Send one-time code via Email").click()
    eye.look("wizard-email-code")
    Choice(page).open()
    app = acts.begin_app(page, ada)
    eye.look("wizard-app")
    app.go_on()
    app.submit("123")
    eye.look("wizard-app-code")
    Screen(page).link("Back to the QR code and the setup key").click()
    acts.finish_app(page, ada)
    eye.look("wizard-codes")
    SaveCodes(page).button("Finish").click()
    eye.look("wizard-codes-wrong")
    acts.save_codes(page, ada)
    eye.look("check-up-welcome")
    CheckUp(page).go_on()
    Overview(page).here()
    eye.look("overview-welcome")
    eye.nothing_found()


def the_meter_judges(registration: Registration, who: Customer) -> None:
    """A new password, while it is typed."""
    for password, words in {
        "teapot": "Too short so far.",
        "aaaaaaaaaaaaaaa": "The same few characters",
        "Example tea for two": "the company’s name",
        who.password: "Good length.",
    }.items():
        registration.field("Password").fill(password)
        expect(registration.page.get_by_role("status")).to_contain_text(words)


def test_the_pages_of_signing_in(cast: Cast, visit_with_scripts: Visit) -> None:
    cleo = cast.customer("cleo", APP, EMAIL, mails=True)
    page = visit_with_scripts(cleo)
    eye = Eye(page)
    SignIn(page).open()
    eye.look("sign-in")
    SignIn(page).button("Sign in").click()
    eye.look("sign-in-wrong")
    acts.give_password(page, cleo)
    acts.ask_for(page, APP)
    eye.look("verify-app")
    SecondStep(page).enter_app_code("12345")
    eye.look("verify-app-wrong")
    other = SecondStep(page).try_another_way()
    eye.look("other")
    other.choose_recovery_code().enter("XXXX")
    eye.look("recovery-code")
    cleo.skip_mails()
    step = other.open().choose(EMAIL)
    eye.look("verify-email")
    step.enter_mailed_code(cleo.mailed_code())
    Overview(page).here()
    Account(page).sign_out()
    eye.look("signed-out")
    page.goto("/demo/inbox")
    eye.look("demo-inbox")
    eye.nothing_found()


def test_the_pages_of_security_and_access(cast: Cast, visit_with_scripts: Visit) -> None:
    cleo = cast.customer("cleo", APP, EMAIL)
    page = visit_with_scripts(cleo)
    eye = Eye(page)
    acts.sign_in_by_app(page, cleo)
    eye.look("overview")
    page.goto("/no-such-page")
    eye.look("not-found")
    security = Security(page).open()
    eye.look("security")
    security.open_menu()
    eye.look("menu")
    security.open().preferences()
    eye.look("preferences")
    security.open().button("Add another app", under=APP).click()
    eye.look("enable-password")
    Password(page).confirm("wrong")
    eye.look("enable-password-wrong")
    Password(page).confirm(cleo.password)
    eye.look("enable-app")
    security.open().method(APP).get_by_role("link", name="Rename").first.click()
    eye.look("rename")
    security.open().button("Deactivate", under=EMAIL).click()
    Password(page).confirm(cleo.password)
    page.get_by_role("heading", name="Deactivate Email").wait_for()
    eye.look("deactivate")
    CheckUp(page).open()
    eye.look("check-up")
    RecoveryCodes(page).open()
    eye.look("recovery-codes")
    RecoveryCodes(page).button("Make new recovery codes").click()
    Password(page).confirm(cleo.password)
    page.get_by_role("heading", name="Make new recovery codes").wait_for()
    eye.look("remake-codes")
    eye.nothing_found()


def test_the_pages_of_sign_ins_and_devices(cast: Cast, visit_with_scripts: Visit) -> None:
    """Two browsers; in one of them, ben is remembered."""
    ben = cast.customer("ben", APP)
    acts.sign_in_remembered(visit_with_scripts(ben), ben)
    page = visit_with_scripts(ben)
    eye = Eye(page)
    acts.give_password(page, ben)
    acts.ask_for(page, APP).remember().enter_app_code("12345")
    eye.look("verify-remembering")
    SecondStep(page).enter_app_code(ben.app_code())
    Overview(page).here()
    SignIns(page).open()
    eye.look("sign-ins")
    devices = Devices(page).open()
    eye.look("devices")
    devices.rename("")
    eye.look("rename-device-wrong")
    devices.field("Name of the device").fill("The laptop in the kitchen, beside the window")
    devices.button("Save").click()
    eye.look("device-renamed")
    devices.open_menu()
    eye.look("menu-on-device")
    devices.open().button("Forget all devices").click()
    eye.look("no-devices")
    eye.nothing_found()


def test_the_pages_that_few_people_see(cast: Cast, visit_with_scripts: Visit) -> None:
    """R15's page, too many tries, a method that refuses, a set of codes that was never finished, a removed app."""
    dan, ben = cast.somebody("dan"), cast.customer("ben", APP)
    eye = Eye(visit_with_scripts(dan))
    acts.give_password(eye.page, dan)
    eye.look("address")
    for _ in range(6):
        SignIn(eye.page).open().sign_in(dan.email, "a wrong password")
    eye.look("too-many-tries")
    eve = cast.customer("eve", APP)
    cast.close_methods(eve)
    eye.move_to(visit_with_scripts(eve))
    acts.give_password(eye.page, eve)
    eye.look("closed")
    page = visit_with_scripts(ben)
    eye.move_to(page)
    acts.sign_in_by_app(page, ben)
    RecoveryCodes(page).open().remake(ben.password)
    SaveCodes(page).here()
    Account(page).sign_out()
    acts.give_password(page, ben)
    acts.ask_for(page, APP).enter_app_code(ben.app_code())
    eye.look("codes-again")
    Screen(page).button("Make new recovery codes").click()
    acts.save_codes(page, ben)
    acts.add_app(page, ben)
    Security(page).here().method(APP).get_by_role("link", name="Remove").first.click()
    Password(page).confirm(ben.password)
    page.get_by_role("heading", name="Remove ").wait_for()
    eye.look("remove")
    eye.nothing_found()


def test_the_activity_and_the_answer_to_a_mail(cast: Cast, visit_with_scripts: Visit) -> None:
    ben = cast.customer("ben", APP, mails=True, keeps=False)
    cast.fill_log(ben)
    page = visit_with_scripts(ben)
    eye = Eye(page)
    acts.sign_in_by_app(page, ben)
    activity = Activity(page).open()
    eye.look("activity")
    activity.show("Warnings")
    eye.look("activity-warnings")
    page.goto(ben.mailed_link("/not-me/", after="New sign-in"))
    NotMe(page).here()
    eye.look("not-me")
    NotMe(page).shut_everybody_out()
    ShutOut(page).here()
    eye.look("not-me-done")
    acts.give_password(page, ben)
    page.get_by_role("heading", name="Choose a new password").wait_for()
    eye.look("password-shut")
    page.goto("/not-me")
    eye.look("not-me-dead")
    eye.nothing_found()


def test_a_phone_reads_the_qr_code(cast: Cast, visit_with_scripts: Visit) -> None:
    """S0.5: in light and dark, on the narrowest screen and on a wide one; the code made from it is accepted."""
    cleo = cast.customer("cleo", APP)
    page = visit_with_scripts(cleo)
    acts.sign_in_by_app(page, cleo)
    app = acts.begin_another_app(page, cleo)
    seen = [scan(picture).secret for picture in Eye(page).pictures(app.qr_code)]
    assert seen == [app.key] * len(SETTINGS)
    cleo.secret, cleo.step = seen[0], 0
    app.go_on()
    app.submit(cleo.app_code(), "Verify code")
    expect(Security(page).here().success).to_contain_text("new app is set up")
