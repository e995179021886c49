"""What all pages have."""

from re import Pattern
from typing import Self

from playwright.sync_api import Locator, Page, expect


class Screen:
    """A page that is open. `path` is where it can be opened by hand, `heading` what stands on top of it."""

    path = ""
    heading: str | Pattern[str] = ""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self) -> Self:
        """Type the address."""
        self.page.goto(self.path)
        return self

    def here(self) -> Self:
        """Wait until this page is the one that is shown; fail if it never is."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.heading)
        return self

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    def button(self, name: str, under: str = "") -> Locator:
        """The button of that name; with `under`, the one in the part of the page with that heading."""
        return self.part(under).get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def part(self, heading: str = "") -> Locator:
        """The part of the page that a heading stands over; without one, the whole page."""
        if not heading:
            return self.page.locator("body")
        return self.page.get_by_role("region", name=heading, exact=True)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    @property
    def problems(self) -> Locator:
        """The error summary on top of the page."""
        return self.page.get_by_role("alert").filter(has=self.page.get_by_role("heading", name="There is a problem"))

    @property
    def success(self) -> Locator:
        """The banner that says what was done."""
        return self.page.get_by_role("alert")
