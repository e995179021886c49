"""Outside or half in: registering, signing in, the second step."""

import re

from playwright.sync_api import Locator

from tests.smoke.pages.base import Screen


class Registration(Screen):
    """Three pages: the address, the code from the mail, name and password."""

    path = "/register"
    heading = re.compile("Create an account|Check your email|Your name and password")

    def ask(self, email: str) -> None:
        self.field("Email address").fill(email)
        self.button("Continue").click()

    def confirm(self, code: str) -> None:
        self.field("Confirmation code").fill(code)
        self.button("Continue").click()

    def finish(self, name: str, password: str) -> None:
        self.field("Your name").fill(name)
        self.field("Password").fill(password)
        self.button("Create account").click()


class SignIn(Screen):
    path = "/sign-in"
    heading = "Sign in"

    def sign_in(self, email: str, password: str) -> None:
        self.field("Email address").fill(email)
        self.field("Password").fill(password)
        self.button("Sign in").click()


class SecondStep(Screen):
    """The page of one method's code, whichever is asked for."""

    path = "/sign-in/verify"
    heading = re.compile("Enter the code from your app|Check your email")

    @property
    def app_code(self) -> Locator:
        return self.field("6-digit verification code")

    @property
    def mailed_code(self) -> Locator:
        return self.field("One-time code")

    def enter_app_code(self, code: str) -> None:
        self.app_code.fill(code)
        self.button("Verify code").click()

    def enter_mailed_code(self, code: str) -> None:
        self.mailed_code.fill(code)
        self.button("Verify code").click()

    def remember(self) -> "SecondStep":
        """Tick the box."""
        self.field("Don't ask again on this device").check()
        return self

    def send_again(self) -> None:
        self.button("Resend one-time code via Email").click()

    def try_another_way(self) -> "OtherWays":
        self.link("Try another way").click()
        return OtherWays(self.page).here()


class OtherWays(Screen):
    path = "/sign-in/other"
    heading = "Try another way"

    def choose(self, method: str) -> SecondStep:
        """ "Authentication app" or "Email"."""
        self.button(method).click()
        return SecondStep(self.page).here()

    def choose_recovery_code(self) -> "RecoveryCode":
        self.link("Recovery code").click()
        return RecoveryCode(self.page).here()


class LostAccess(Screen):
    path = "/sign-in/lost-access"
    heading = re.compile("I have lost everything|Check your email|The wait has begun")


class RecoveryCode(Screen):
    path = "/sign-in/recovery-code"
    heading = "Recovery code"

    def enter(self, code: str) -> None:
        self.field("Recovery code").fill(code)
        self.button("Verify code").click()
