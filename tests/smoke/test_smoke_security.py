""" "Security and access": switched on and off, chosen, remade. Each journey with JavaScript and without."""

from playwright.sync_api import expect

from tests.smoke import acts
from tests.smoke.cast import Cast
from tests.smoke.conftest import Visit
from tests.smoke.customers import APP, EMAIL
from tests.smoke.pages import Account, Overview, RecoveryCodes, SecondStep, Security, SetUpEmail


def test_cleo_switches_email_off_and_on_again(cast: Cast, visit: Visit) -> None:
    """S3.2–S3.8, R2: the last one has no "Deactivate", and the page says why."""
    cleo = cast.customer("cleo", APP, EMAIL, mails=True)
    page = visit(cleo)
    acts.sign_in_by_app(page, cleo)
    Account(page).go_to_security()
    security = Security(page).here()
    security.deactivate(EMAIL, cleo.password)
    expect(security.here().success).to_contain_text("off")
    expect(security.method(APP)).to_contain_text("This is your only method. Activate the other one first.")
    expect(security.button("Deactivate", under=APP)).to_have_count(0)
    acts.activate_email(page, cleo)
    expect(security.success).to_contain_text("on")
    expect(security.button("Deactivate", under=APP)).to_be_visible()


def test_cleo_chooses_which_is_asked_first(cast: Cast, visit: Visit) -> None:
    """S3.9, S3.10; and back again."""
    cleo = cast.customer("cleo", APP, EMAIL, mails=True)
    page = visit(cleo)
    acts.sign_in_by_app(page, cleo)
    security = Security(page).open()
    security.preferences().prefer(EMAIL)
    expect(security.here().method(EMAIL)).to_contain_text("Primary")
    security.sign_out()
    cleo.skip_mails()
    acts.give_password(page, cleo)
    SecondStep(page).here().enter_mailed_code(cleo.mailed_code())
    Overview(page).here()
    security.open().preferences().prefer(APP)
    expect(security.here().method(APP)).to_contain_text("Primary")


def test_cleo_remakes_her_recovery_codes(cast: Cast, visit: Visit) -> None:
    """R5: ten new ones; an old one no longer opens anything."""
    cleo = cast.customer("cleo", APP, keeps=False)
    page, old = visit(cleo), cleo.codes[-1]
    acts.sign_in_by_app(page, cleo)
    RecoveryCodes(page).open().remake(cleo.password)
    acts.save_codes(page, cleo)
    Security(page).here().sign_out()
    assert len(set(cleo.codes)) == 10
    acts.ask_for_recovery_code(page, cleo).enter(old)
    expect(page.get_by_role("alert")).to_contain_text("not one of your recovery codes")
    acts.ask_for_recovery_code(page, cleo).enter(cleo.codes.pop(0))
    Overview(page).here()


def test_a_double_click_on_send_sends_one_code(cast: Cast, visit: Visit) -> None:
    """S4.5, R7: the second is too early, so nothing is sent, and the page says when it goes on."""
    cleo = cast.customer("cleo", APP, EMAIL, mails=True)
    page = visit(cleo)
    acts.sign_in_by_app(page, cleo)
    security = Security(page).open()
    security.deactivate(EMAIL, cleo.password)
    security.here().activate(EMAIL).confirm(cleo.password)
    email = SetUpEmail(page).here()
    cleo.skip_mails()
    email.button("Send one-time code via Email").dblclick()
    email.submit(cleo.mailed_code(), "Verify code")
    security.here()
    assert cleo.mails() == cleo.read
