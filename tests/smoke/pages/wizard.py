"""The mandatory wizard, and the set-up pages it shares with "Security and access"."""

import re

from playwright.sync_api import Locator

from tests.smoke.pages.base import Screen


class Choice(Screen):
    path = "/onboarding"
    heading = "Multi-factor authentication"

    def activate(self, method: str) -> "Password":
        """ "Google Authenticator" or "Email MFA"."""
        self.button("Activate", under=method).click()
        return Password(self.page).here()


class Password(Screen):
    """Asked again before everything that is switched on or off."""

    heading = "Confirm password"

    def confirm(self, password: str) -> None:
        self.field("Password").fill(password)
        self.button("Confirm password").click()


class SetUpApp(Screen):
    """QR code and key; after "Continue", the field for the code. The last button is "Submit" in the wizard, else
    "Verify code"."""

    heading = re.compile("Set up your authentication app|Enter the code from your app")

    @property
    def qr_code(self) -> Locator:
        return self.page.get_by_role("img", name="QR code")

    @property
    def key(self) -> str:
        """The key as the app wants it, without the blanks that help the eye."""
        return self.field("Setup key").inner_text().replace(" ", "")

    def go_on(self) -> None:
        self.button("Continue").click()
        self.app_code.wait_for()

    @property
    def app_code(self) -> Locator:
        return self.field("6-digit verification code")

    def submit(self, code: str, button: str = "Submit") -> None:
        self.app_code.fill(code)
        self.button(button).click()


class SetUpEmail(Screen):
    heading = re.compile("Set up Email MFA|Set up codes by email")

    def send(self) -> None:
        self.button("Send one-time code via Email").click()
        self.mailed_code.wait_for()

    @property
    def mailed_code(self) -> Locator:
        return self.field("One-time code")

    def submit(self, code: str, button: str = "Submit") -> None:
        self.mailed_code.fill(code)
        self.button(button).click()


class SaveCodes(Screen):
    path = "/onboarding/recovery-codes"
    heading = "Your recovery codes"

    @property
    def codes(self) -> list[str]:
        """The ten, one per line of text."""
        return re.findall(r"^[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}$", self.main.inner_text(), re.MULTILINE)

    def finish(self) -> None:
        self.field("I have saved my recovery codes").check()
        self.button("Finish").click()
