"""What lasts through a customer's years: a new phone, a clock that is off, the last recovery code, what would be left.
Each journey with JavaScript and without."""

import time

import pyotp
import pytest
from playwright.sync_api import expect

from tests.smoke import acts
from tests.smoke.cast import Cast
from tests.smoke.conftest import Visit
from tests.smoke.customers import APP, Customer
from tests.smoke.eye import Eye
from tests.smoke.pages import (
    Account,
    CheckUp,
    NewPhone,
    Overview,
    Screen,
    Security,
    SetUpApp,
    SignIn,
    TwoFactorHelp,
)


def wrong_clock(app: SetUpApp) -> str:
    """What the app shows on a phone that is an hour behind."""
    return pyotp.TOTP(app.key).at(int(time.time()) - 3600)


def test_cleo_moves_to_a_new_phone(cast: Cast, visit: Visit) -> None:
    """S2.18, C2: the new one beside the old one, then the old one is removed."""
    cleo = cast.customer("cleo", APP, keeps=False)
    page = visit(cleo)
    acts.sign_in_by_app(page, cleo)
    Security(page).open().link("I have a new phone").click()
    phone = NewPhone(page).here()
    phone.begin().confirm(cleo.password)
    app = SetUpApp(page).here()
    cleo.secret, cleo.step = app.key, 0
    app.go_on()
    app.submit(cleo.app_code(), "Verify code")
    expect(phone.here().main).to_contain_text("The new phone works")
    phone.remove(cleo.password)
    expect(phone.here().success).to_contain_text("The app is removed.")
    phone.link("Done").click()
    Security(page).here().sign_out()
    acts.sign_in_by_app(page, cleo)


def test_a_wrong_clock_is_explained_while_the_app_is_set_up(ada: Customer, visit: Visit) -> None:
    """R6, S2.14: by how much, our time with its zone, and how to mend it; the next right code is taken."""
    page = visit(ada)
    acts.register(page, ada)
    app = acts.begin_app(page, ada)
    code = wrong_clock(app)
    app.go_on()
    app.submit(code)
    expect(app.problems).to_contain_text("60 minutes behind ours")
    expect(Screen(page).part("Setting the time right")).to_contain_text("UTC here")
    Screen(page).link("Back to the QR code and the setup key").click()
    acts.finish_app(page, ada)
    acts.finish_wizard(page, ada)


def test_cleo_looks_what_would_be_left_and_puts_it_off(cast: Cast, visit: Visit) -> None:
    """C1: the overview asks once, and not again when told "Not now"."""
    cleo = cast.customer("cleo", APP)
    page = visit(cleo)
    acts.sign_in_by_app(page, cleo)
    check_up = CheckUp(page).open()
    for loss in ("My phone is gone", "My mailbox is gone", "My laptop is gone, and my password was only there"):
        expect(check_up.verdict(loss)).to_contain_text("Yes")
    check_up.go_on()
    expect(Overview(page).here().main).not_to_contain_text(CheckUp.heading)


def test_the_last_recovery_code_leads_to_new_ones(cast: Cast, visit: Visit) -> None:
    """S0.10: nothing else opens before."""
    cleo = cast.customer("cleo", APP, keeps=False)
    cast.use_up_codes(cleo)
    page = visit(cleo)
    acts.give_password(page, cleo)
    asked = acts.ask_for_recovery_code(page, cleo)
    asked.enter(cleo.codes.pop())
    expect(page.get_by_role("heading", name="Make your recovery codes")).to_be_visible()
    Security(page).open()
    expect(page.get_by_role("heading", name="Make your recovery codes")).to_be_visible()
    Screen(page).field("Password").fill(cleo.password)
    Screen(page).button("Make new recovery codes").click()
    acts.save_codes(page, cleo)
    Overview(page).here()
    assert len(cleo.codes) == 10


def test_a_stranger_reads_the_help(ada: Customer, visit: Visit) -> None:
    """S0.1, S0.11: from the foot of the sign-in page."""
    page = visit(ada)
    SignIn(page).open().link("Help").click()
    Screen(page).link("Two-factor authentication").click()
    expect(TwoFactorHelp(page).here().main).to_contain_text("Last updated:")
    expect(Screen(page).link("I have lost everything")).to_be_visible()


@pytest.mark.lookover
def test_the_pages_of_all_this(cast: Cast, ada: Customer, visit_with_scripts: Visit) -> None:
    """Light and dark, narrow and wide."""
    eye = Eye(visit_with_scripts(ada))
    TwoFactorHelp(eye.page).open()
    eye.look("help-two-factor")
    eye.page.goto("/help")
    eye.look("help")
    acts.register(eye.page, ada)
    app = acts.begin_app(eye.page, ada)
    code = wrong_clock(app)
    app.go_on()
    app.submit(code)
    eye.look("wizard-app-clock")
    cleo = cast.customer("cleo", APP, keeps=False)
    cast.use_up_codes(cleo)
    page = visit_with_scripts(cleo)
    eye.move_to(page)
    acts.ask_for_recovery_code(page, cleo).enter(cleo.codes.pop())
    eye.look("codes-used-up")
    Screen(page).button("Make new recovery codes").click()
    eye.look("codes-used-up-wrong")
    Screen(page).field("Password").fill(cleo.password)
    Screen(page).button("Make new recovery codes").click()
    acts.save_codes(page, cleo)
    NewPhone(page).open()
    eye.look("new-phone")
    NewPhone(page).begin().confirm(cleo.password)
    app = SetUpApp(page).here()
    cleo.secret, cleo.step = app.key, 0
    app.go_on()
    app.submit(cleo.app_code(), "Verify code")
    NewPhone(page).here()
    eye.look("new-phone-remove")
    NewPhone(page).remove(cleo.password)
    NewPhone(page).here()
    eye.look("new-phone-done")
    TwoFactorHelp(page).open()
    eye.look("help-signed-in")
    Account(page).sign_out()
    eye.nothing_found()
