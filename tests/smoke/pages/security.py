""" "Security and access"."""

import re

from playwright.sync_api import Locator

from tests.smoke.pages.account import Account
from tests.smoke.pages.base import Screen
from tests.smoke.pages.wizard import Password


class Security(Account):
    path = "/security"
    heading = "Security and access"

    def method(self, name: str) -> Locator:
        """The card of "Authentication app" or "Email"."""
        return self.part(name)

    def activate(self, method: str) -> Password:
        self.button("Activate", under=method).click()
        return Password(self.page).here()

    def deactivate(self, method: str, password: str) -> None:
        """Password, then the last button."""
        self.button("Deactivate", under=method).click()
        Password(self.page).here().confirm(password)
        self.page.get_by_role("heading", name=f"Deactivate {method}").wait_for()
        self.button("Deactivate").click()

    def preferences(self) -> "Preferences":
        self.button("Preferences", under="Two-factor authentication").click()
        return Preferences(self.page).here()


class SignIns(Account):
    """Each sign-in is an entry of the list."""

    path = "/security/sign-ins"
    heading = "Your sign-ins"

    @property
    def entries(self) -> Locator:
        return self.main.get_by_role("listitem").filter(has=self.page.get_by_role("heading"))

    @property
    def others(self) -> Locator:
        return self.entries.filter(has_not_text="This one")


class Devices(SignIns):
    """Each remembered device is an entry of the list."""

    path = "/security/devices"
    heading = "Remembered devices"

    def rename(self, name: str) -> None:
        """This device, whatever it was called before."""
        self.entries.filter(has_text="This device").get_by_role("button", name="Rename").click()
        self.field("Name of the device").fill(name)
        self.button("Save").click()


class Preferences(Screen):
    path = "/security/preferences"
    heading = "Preferences"

    def prefer(self, method: str) -> None:
        self.page.get_by_role("radio", name=method, exact=True).check()
        self.button("Save").click()


class RecoveryCodes(Account):
    path = "/security/recovery-codes"
    heading = "Recovery codes"

    def remake(self, password: str) -> None:
        """Ask for new ones; they are shown next, by the wizard's last page."""
        self.button("Make new recovery codes").click()
        Password(self.page).here().confirm(password)
        self.page.get_by_role("heading", name="Make new recovery codes").wait_for()
        self.button("Make new recovery codes").click()


class CheckUp(Account):
    """What would be left if something were lost."""

    path = "/security/check-up"
    heading = "Could you still get in?"

    def verdict(self, loss: str) -> Locator:
        """The words of one loss."""
        return self.part(loss)

    def go_on(self) -> None:
        self.button("Continue to the portal").click()


class NewPhone(Account):
    """The move to a new phone, wherever it stands."""

    path = "/security/new-phone"
    heading = re.compile("phone")

    def begin(self) -> Password:
        self.page.get_by_role("button", name=re.compile("^Set up ")).click()
        return Password(self.page).here()

    def remove(self, password: str) -> None:
        """The first of the list: password, then the last button."""
        self.main.get_by_role("button", name="Remove").first.click()
        Password(self.page).here().confirm(password)
        self.page.get_by_role("heading", name="Remove ").wait_for()
        self.button("Remove").click()
