"""The activity, and the answer "This was not me" to a mail about it."""

import re

from playwright.sync_api import Download, Locator

from tests.smoke.pages.account import Account
from tests.smoke.pages.base import Screen


class Activity(Account):
    path = "/security/activity"
    heading = "Activity"

    @property
    def lines(self) -> Locator:
        return self.main.get_by_role("listitem").filter(has_text=re.compile(r"^\s*\d\d:\d\d "))

    def show(self, group: str) -> None:
        """ "All", "Sign-ins", "Changes" or "Warnings"."""
        self.page.get_by_role("navigation", name="What is shown").get_by_role("link", name=group, exact=True).click()

    def download(self, name: str) -> Download:
        """ "Table (CSV)" or "List (JSON)"."""
        with self.page.expect_download() as downloaded:
            self.link(name).click()
        return downloaded.value


class NotMe(Screen):
    """The page behind the link in a mail. It is opened by that link alone."""

    heading = "Was it not you?"

    def shut_everybody_out(self) -> None:
        self.button("This was not me: shut everybody out").click()


class ShutOut(Screen):
    path = "/not-me/done"
    heading = "Everybody is shut out"

    def choose_password(self) -> "ForgottenPassword":
        self.button("Choose a new password").click()
        return ForgottenPassword(self.page).here()


class ForgottenPassword(Screen):
    path = "/password/forgot"
    heading = "Forgotten your password?"

    def ask(self, email: str) -> None:
        self.field("Email address").fill(email)
        self.button("Send link").click()


class NewPassword(Screen):
    """The page behind the link in the mail for a forgotten password."""

    heading = "Choose a new password"

    def choose(self, password: str) -> None:
        self.field("New password").fill(password)
        self.button("Save password").click()
