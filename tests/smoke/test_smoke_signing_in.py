"""Signing in and out, ever after. Each journey with JavaScript and without."""

import re

from playwright.sync_api import expect

from tests.smoke import acts
from tests.smoke.cast import Cast
from tests.smoke.conftest import Visit
from tests.smoke.customers import APP, EMAIL
from tests.smoke.pages import Account, Overview, SignIn


def test_ben_signs_in_by_app_and_out_again(cast: Cast, visit: Visit) -> None:
    """S0.9, S1.9; after signing out, Back shows nothing of the account."""
    ben = cast.customer("ben", APP)
    page = visit(ben)
    acts.sign_in_by_app(page, ben)
    Account(page).go_to_security()
    Account(page).sign_out()
    expect(SignIn(page).here().main).to_contain_text("You are signed out.")
    page.go_back()
    SignIn(page).here()
    expect(page.locator("body")).not_to_contain_text(ben.email)


def test_cleo_signs_in_by_email(cast: Cast, visit: Visit) -> None:
    """S3.10, S2.13: whichever is primary, the other is one link away."""
    cleo = cast.customer("cleo", EMAIL, mails=True)
    page = visit(cleo)
    acts.ask_for_email(page, cleo).enter_mailed_code(cleo.mailed_code())
    Overview(page).here()


def test_ben_signs_in_by_recovery_code(cast: Cast, visit: Visit) -> None:
    """S0.10, S1.8."""
    ben = cast.customer("ben", APP)
    if not ben.codes:
        cast.leave_out(f"{ben.email} has no recovery codes")
    page = visit(ben)
    acts.use_recovery_code(page, ben)
    Overview(page).here()


def test_every_wrong_code_gets_its_own_words(cast: Cast, visit: Visit) -> None:
    """G1–G4; and a code of the app works once (S1.9)."""
    ben = cast.customer("ben", APP)
    page = visit(ben)
    acts.sign_in_by_app(page, ben)
    Account(page).sign_out()
    used = ben.last_code()
    acts.give_password(page, ben)
    step = acts.ask_for(page, APP)
    for answer, words in {
        "": "Enter the code",
        "12345": "too few digits",
        "1234567": "too many digits",
        "12345a": "nothing else",
        ben.wrong_code(): "This is not the code",
        used: "used already",
    }.items():
        step.enter_app_code(answer)
        expect(step.problems).to_contain_text(words)
    step.enter_app_code(f" {ben.app_code()[:3]}-{ben.last_code()[3:]} ")
    Overview(page).here()


def test_asking_again_at_once_sends_nothing_and_says_when(cast: Cast, visit: Visit) -> None:
    """R7: told in text, kept across a reload."""
    cleo = cast.customer("cleo", EMAIL, mails=True)
    page = visit(cleo)
    step = acts.ask_for_email(page, cleo)
    code, before = cleo.mailed_code(), cleo.mails()
    step.send_again()
    expect(step.here().main).to_contain_text("You can ask for another code at")
    page.reload()
    expect(step.main.get_by_text("You can ask for another code at")).to_contain_text(re.compile("second|minute"))
    assert cleo.mails() == before
    step.enter_mailed_code(code)
    Overview(page).here()
