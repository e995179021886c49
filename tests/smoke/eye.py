"""Looks at the page that is open, as it shows itself in every setting."""

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDTHS = (320, 1280)
AXE = Axe().axe_script
VIOLATIONS = """axe.run({resultTypes: ["violations"]}).then(({violations}) => violations)"""
PICTURES = os.environ.get("SCREENSHOTS", "")
# Without pictures each theme and each width once: contrast depends on the one, layout on the other.
ONCE: tuple[tuple[Theme, int], ...] = (("light", 1280), ("dark", 320))
SETTINGS = tuple(product(THEMES, WIDTHS)) if PICTURES else ONCE


class Eye:
    """Keeps what it finds until the walk is over, so that one run tells all."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []

    def look(self, name: str) -> None:
        """With axe, for words that are pushed out of the screen, and for the album."""
        self.page.wait_for_load_state("load")
        self.page.evaluate(AXE)
        for theme, width in self._settings():
            where = f"{name} ({self.page.url}), {theme}, {width} px"
            if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                self.found.append(f"{where}: scrolls sideways")
            for violation in self.page.evaluate(VIOLATIONS):
                nodes = "; ".join(node["html"] for node in violation["nodes"])
                self.found.append(f"{where}: {violation['id']}: {violation['help']}: {nodes}")
            if PICTURES:
                self.page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{theme}.png", full_page=True)

    def move_to(self, page: Page) -> None:
        """Look at another window from now on."""
        self.page = page

    def pictures(self, part: Locator) -> Iterator[bytes]:
        """A part of the page in every setting."""
        for _ in self._settings():
            yield part.screenshot()

    def nothing_found(self) -> None:
        assert not self.found, "\n".join(self.found)

    def _settings(self) -> Iterator[tuple[Theme, int]]:
        for theme, width in SETTINGS:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.page.set_viewport_size({"width": width, "height": 800})
            yield theme, width
