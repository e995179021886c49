"""What people do on several pages in a row. Journeys are told in these."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.smoke.customers import APP, EMAIL, Customer
from tests.smoke.pages import (
    CheckUp,
    Choice,
    Overview,
    Password,
    RecoveryCode,
    Registration,
    SaveCodes,
    Screen,
    SecondStep,
    Security,
    SetUpApp,
    SetUpEmail,
    SignIn,
)


def register(page: Page, who: Customer) -> Choice:
    """Address, code from the mail, name and password; the wizard is next."""
    registration = Registration(page).open()
    registration.ask(who.email)
    refused = page.get_by_role("heading", name="Too many tries")
    expect(refused.or_(registration.field("Confirmation code"))).to_be_visible()
    if refused.is_visible() and not who.ip:
        pytest.skip(
            f"the portal takes no more registrations from this network: {page.get_by_role('main').inner_text()}"
        )
    registration.confirm(who.mailed_code())
    registration.finish(who.name, who.password)
    return Choice(page).here()


def begin_app(page: Page, who: Customer) -> SetUpApp:
    """In the wizard, as far as the QR code and the key."""
    Choice(page).activate("Google Authenticator").confirm(who.password)
    return SetUpApp(page).here()


def finish_app(page: Page, who: Customer) -> None:
    """Take the key, go on, type the code."""
    app = SetUpApp(page)
    who.secret = app.key
    app.go_on()
    app.submit(who.app_code())
    who.methods |= {APP}


def open_email(page: Page, who: Customer) -> SetUpEmail:
    """In the wizard, as far as the button that sends the code."""
    Choice(page).activate("Email MFA").confirm(who.password)
    return SetUpEmail(page).here()


def begin_email(page: Page, who: Customer) -> SetUpEmail:
    """In the wizard, as far as the field for the code."""
    email = open_email(page, who)
    email.send()
    return email


def save_codes(page: Page, who: Customer) -> None:
    """Write the recovery codes down and finish."""
    saving = SaveCodes(page).here()
    who.codes = saving.codes
    saving.finish()


def finish_wizard(page: Page, who: Customer) -> None:
    """A newcomer's last two pages: the codes, and what they are good for."""
    save_codes(page, who)
    CheckUp(page).here().go_on()
    Overview(page).here()


def save_codes_after_all(page: Page, who: Customer) -> None:
    """The same; whoever was thrown out at the raise signs in again, and makes a new set by a button (R5)."""
    outside = page.get_by_role("heading", name="Sign in")
    expect(outside.or_(page.get_by_role("heading", name=SaveCodes.heading))).to_be_visible()
    if outside.is_visible():
        who.methods |= {APP}
        give_password(page, who)
        ask_for(page, APP).enter_app_code(who.app_code())
        Screen(page).button("Make new recovery codes").click()
    save_codes(page, who)


def become_customer(page: Page, who: Customer) -> None:
    """By the front door: register, set the app up, then Email MFA as well, and sign out."""
    register(page, who)
    begin_app(page, who)
    finish_app(page, who)
    finish_wizard(page, who)
    activate_email(page, who)
    Security(page).sign_out()
    SignIn(page).here()


def activate_email(page: Page, who: Customer) -> None:
    """Under "Security and access"."""
    Security(page).open().activate(EMAIL).confirm(who.password)
    email = SetUpEmail(page).here()
    who.skip_mails()
    email.send()
    email.submit(who.mailed_code(), "Verify code")
    who.methods |= {EMAIL}
    Security(page).here()


def begin_another_app(page: Page, who: Customer) -> SetUpApp:
    """Under "Security and access", as far as the QR code."""
    Security(page).open().button("Add another app", under=APP).click()
    Password(page).here().confirm(who.password)
    return SetUpApp(page).here()


def add_app(page: Page, who: Customer) -> None:
    """One more beside the first; from now on theirs is the new one."""
    app = begin_another_app(page, who)
    who.secret, who.step = app.key, 0
    app.go_on()
    app.submit(who.app_code(), "Verify code")


def give_password(page: Page, who: Customer) -> None:
    """Address and password; which code is asked for depends on the primary method."""
    SignIn(page).open().sign_in(who.email, who.password)


def sign_in_by_app(page: Page, who: Customer) -> None:
    give_password(page, who)
    ask_for(page, APP).enter_app_code(who.app_code())
    Overview(page).here()


def sign_in_remembered(page: Page, who: Customer) -> None:
    """By the app, with the box ticked."""
    give_password(page, who)
    ask_for(page, APP).remember().enter_app_code(who.app_code())
    Overview(page).here()


def ask_for_email(page: Page, who: Customer) -> SecondStep:
    """The password, then the page of the mailed code, by way of "Try another way" if another is primary."""
    who.skip_mails()
    give_password(page, who)
    return ask_for(page, EMAIL)


def ask_for(page: Page, method: str) -> SecondStep:
    """The second step of a method, the primary or not."""
    step = SecondStep(page).here()
    wanted = step.app_code if method == APP else step.mailed_code
    return step if wanted.is_visible() else step.try_another_way().choose(method)


def ask_for_recovery_code(page: Page, who: Customer) -> RecoveryCode:
    give_password(page, who)
    return SecondStep(page).here().try_another_way().choose_recovery_code()


def use_recovery_code(page: Page, who: Customer) -> None:
    """Type the first code of the list that nobody has used yet; those before are crossed out."""
    asked = ask_for_recovery_code(page, who)
    spent, inside = asked.problems.filter(has_text="used already"), Overview(page).main.get_by_text("Welcome, ")
    while who.codes:
        asked.enter(who.codes.pop(0))
        expect(inside.or_(spent)).to_be_visible()
        if inside.is_visible():
            return
    raise AssertionError(f"all recovery codes of {who.email} are used")


class Keyboard:
    """Somebody without a mouse: Tab until it is there, then type, Space or Enter."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def write(self, label: str, words: str) -> None:
        self._reach(Screen(self.page).field(label))
        self.page.keyboard.type(words)

    def tick(self, label: str) -> None:
        self._reach(Screen(self.page).field(label))
        self.page.keyboard.press("Space")

    def press(self, button: str, under: str = "") -> None:
        self._reach(Screen(self.page).button(button, under))
        self.page.keyboard.press("Enter")

    def follow(self, link: str) -> None:
        self._reach(Screen(self.page).link(link))
        self.page.keyboard.press("Enter")

    def _reach(self, wanted: Locator) -> None:
        wanted.wait_for()
        for _ in range(60):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {wanted}")
