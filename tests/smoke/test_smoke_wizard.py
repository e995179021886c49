"""A stranger registers and must choose a second factor. Each journey with JavaScript and without."""

import pytest
from playwright.sync_api import expect

from tests.smoke import acts
from tests.smoke.camera import scan
from tests.smoke.conftest import Visit
from tests.smoke.customers import APP, Customer
from tests.smoke.pages import Account, CheckUp, Overview, Registration, SaveCodes, Security, SetUpApp


@pytest.mark.both_engines
def test_ada_registers_and_scans_the_qr_code(ada: Customer, visit: Visit) -> None:
    """S4.2, S4.3, S0.5–S0.9: the picture carries the key; the code made from it is accepted, ever after."""
    page = visit(ada)
    acts.register(page, ada)
    app = acts.begin_app(page, ada)
    assert scan(app.qr_code.screenshot()).secret == app.key
    acts.finish_app(page, ada)
    acts.save_codes(page, ada)
    check_up = CheckUp(page).here()
    expect(check_up.success).to_contain_text("Your account is ready")
    expect(check_up.verdict("My phone is gone")).to_contain_text("Yes, with a recovery code")
    check_up.go_on()
    Overview(page).here()
    Account(page).sign_out()
    acts.sign_in_by_app(page, ada)


def test_ada_registers_and_chooses_email(ada: Customer, visit: Visit) -> None:
    """S4.4–S4.7."""
    page = visit(ada)
    acts.register(page, ada)
    email = acts.begin_email(page, ada)
    expect(email.button("Resend one-time code via Email")).to_be_visible()
    expect(email.main).to_contain_text("wait 5-10 minutes")
    email.submit(ada.mailed_code())
    acts.finish_wizard(page, ada)
    expect(Overview(page).main).to_contain_text(f"Welcome, {ada.name}")


def test_ada_does_it_all_by_keyboard(ada: Customer, visit: Visit) -> None:
    """Tab, Space and Enter alone lead from "Create an account" to the overview."""
    page = visit(ada)
    keys = acts.Keyboard(page)
    Registration(page).open()
    keys.write("Email address", ada.email)
    keys.press("Continue")
    keys.write("Confirmation code", ada.mailed_code())
    keys.press("Continue")
    keys.write("Your name", ada.name)
    keys.write("Password", ada.password)
    keys.press("Create account")
    keys.press("Activate", under="Google Authenticator")
    keys.write("Password", ada.password)
    keys.press("Confirm password")
    ada.secret = SetUpApp(page).here().key
    keys.press("Continue")
    keys.write("6-digit verification code", ada.app_code())
    keys.press("Submit")
    SaveCodes(page).here()
    keys.tick("I have saved my recovery codes")
    keys.press("Finish")
    keys.press("Continue to the portal")
    Overview(page).here()


def test_a_double_click_on_submit_loses_and_doubles_nothing(ada: Customer, visit: Visit) -> None:
    """Without JavaScript the second click may arrive with a token that died at the raise, and end at "Sign in"."""
    page = visit(ada)
    acts.register(page, ada)
    app = acts.begin_app(page, ada)
    ada.secret = app.key
    app.go_on()
    app.app_code.fill(ada.app_code())
    app.button("Submit").dblclick()
    acts.save_codes_after_all(page, ada)
    card = Security(page).open().method(APP)
    expect(card.get_by_text("On", exact=True)).to_be_visible()
    expect(card.get_by_role("listitem")).to_have_count(1)
