"""Signed in: the overview and the user menu."""

import re

from tests.smoke.pages.base import Screen


class Account(Screen):
    """What every page has for somebody who is in: the menu that opens at the customer's name."""

    def open_menu(self) -> None:
        """The customer's name is the one button there until it is pressed."""
        if not self.button("Sign out").is_visible():
            self.page.get_by_role("banner").get_by_role("button").first.click()

    def sign_out(self) -> None:
        self.open_menu()
        self.button("Sign out").click()

    def sign_out_completely(self) -> None:
        """Where the browser is remembered."""
        self.open_menu()
        self.button("Sign out completely").click()

    def go_to_security(self) -> None:
        self.open_menu()
        self.page.get_by_role("banner").get_by_role("link", name="Security and access").click()


class Overview(Account):
    path = "/"
    heading = re.compile("^Welcome, ")
