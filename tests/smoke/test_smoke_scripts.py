"""What the script adds for those who have JavaScript."""

import re

from playwright.sync_api import Page, expect

from tests.smoke import acts
from tests.smoke.cast import Cast
from tests.smoke.conftest import Visit
from tests.smoke.customers import APP, EMAIL, Customer
from tests.smoke.pages import Account, RecoveryCodes, SaveCodes, SignIn


def test_the_wait_for_another_code_is_counted_down(cast: Cast, visit_with_scripts: Visit) -> None:
    """R7."""
    cleo = cast.customer("cleo", EMAIL, mails=True)
    page = visit_with_scripts(cleo)
    step = acts.ask_for_email(page, cleo)
    line = step.main.get_by_text("You can ask for another code at")
    expect(line).to_contain_text(re.compile("second|minute"))
    before = line.inner_text()
    expect(line).not_to_have_text(before)
    expect(line).to_contain_text(re.compile(r"\(in [0-9]+ seconds\)"))
    step.enter_mailed_code(cleo.mailed_code())


def test_copying_says_that_it_worked(cast: Cast, visit_with_scripts: Visit) -> None:
    """The key without its blanks, the ten codes one per line."""
    cleo = cast.customer("cleo", APP, keeps=False)
    page = visit_with_scripts(cleo, permissions=["clipboard-read", "clipboard-write"])
    acts.sign_in_by_app(page, cleo)
    app = acts.begin_another_app(page, cleo)
    app.button("Copy").click()
    expect(page.get_by_role("status").filter(has_text="The key is copied.")).to_be_visible()
    assert _clipboard(page) == app.key
    RecoveryCodes(page).open().remake(cleo.password)
    codes = SaveCodes(page).here()
    codes.button("Copy").click()
    expect(page.get_by_role("status").filter(has_text="All 10 codes are copied.")).to_be_visible()
    assert _clipboard(page).split() == codes.codes
    acts.save_codes(page, cleo)


def test_a_password_can_be_looked_at(ada: Customer, visit_with_scripts: Visit) -> None:
    page = visit_with_scripts(ada)
    sign_in = SignIn(page).open()
    password = sign_in.field("Password")
    password.fill(ada.password)
    sign_in.button("Show password").click()
    expect(password).to_have_attribute("type", "text")
    sign_in.button("Hide password").click()
    expect(password).to_have_attribute("type", "password")


def test_what_is_wrong_gets_the_focus(ada: Customer, visit_with_scripts: Visit) -> None:
    """The summary first; its line leads to the field."""
    page = visit_with_scripts(ada)
    sign_in = SignIn(page).open()
    sign_in.button("Sign in").click()
    expect(sign_in.problems).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: Sign in"))
    sign_in.problems.get_by_role("link").first.click()
    expect(sign_in.field("Email address")).to_be_focused()


PRESS_TWICE = """button => {
    let sent = 0;
    addEventListener("submit", event => { if (!event.defaultPrevented) sent += 1; event.preventDefault(); });
    button.click();
    button.click();
    return sent;
}"""


def test_a_form_is_sent_once(ada: Customer, visit_with_scripts: Visit) -> None:
    """A second press while the first is on its way does nothing. Counted in the page, where nothing is on its way."""
    page = visit_with_scripts(ada)
    assert SignIn(page).open().button("Sign in").evaluate(PRESS_TWICE) == 1


def test_the_menu_closes_on_escape(cast: Cast, visit_with_scripts: Visit) -> None:
    ben = cast.customer("ben", APP)
    page = visit_with_scripts(ben)
    acts.sign_in_by_app(page, ben)
    account = Account(page)
    account.open_menu()
    expect(account.button("Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(account.button("Sign out")).to_be_hidden()


def _clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))
