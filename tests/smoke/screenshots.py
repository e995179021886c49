"""Makes the README's pictures from a running portal: python -m tests.smoke.screenshots [FOLDER]"""

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from config import ROOT
from tests.portal_for_tests import environment, free_port, running
from tests.smoke import acts
from tests.smoke.cast import Cast
from tests.smoke.customers import EMAIL, Customer
from tests.smoke.eye import THEMES
from tests.smoke.pages import Activity, CheckUp, Choice, SaveCodes, Security, SignIns

BELOW = 10  # pixels
WIDE, NARROW = 800, 592  # pixels: the account's pages, the wizard's one column
COLOURS = 96  # as many as these pages need, at a third of the size
HEIGHT = 1600  # higher than any of them


def main(folder: Path) -> None:
    """One newcomer's way through the wizard, on a portal of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        database = f"sqlite:///{Path(place) / 'pictures.db'}"
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROME_BIN") or shutil.which("chromium"))
        with running(environment(database, free_port())) as portal:
            ada = Cast(portal.base, portal, lambda _: None).newcomer("ada")
            ada.email = "ada@example.org"
            _walk(_window(browser, portal.base), ada, folder)
        browser.close()


def _walk(page: Page, ada: Customer, folder: Path) -> None:
    acts.register(page, ada)
    _take(page, folder, "wizard-choice", NARROW, Choice(page).part("Email MFA"))
    app = acts.begin_app(page, ada)
    _take(page, folder, "wizard-app", NARROW, app.button("Copy"))
    acts.finish_app(page, ada)
    page.goto(SaveCodes.path)  # without the banner of the step before
    _take(page, folder, "recovery-codes", NARROW, SaveCodes(page).button("Finish"))
    acts.finish_wizard(page, ada)
    acts.activate_email(page, ada)
    security = Security(page).open()
    _take(page, folder, "security-and-access", WIDE, security.method(EMAIL))
    _take(page, folder, "check-up", WIDE, CheckUp(page).open().verdict("My phone is gone"))
    _take(page, folder, "activity", WIDE, Activity(page).open().lines.last)
    _take(page, folder, "sign-ins", WIDE, SignIns(page).open().entries.last)


def _window(browser: Browser, base: str) -> Page:
    return browser.new_page(base_url=base, device_scale_factor=1.5, reduced_motion="reduce")


def _take(page: Page, folder: Path, name: str, width: int, last: Locator) -> None:
    """In light and dark, from the top of the page to the last thing it is about."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    box = last.bounding_box()
    assert box
    clip = {"x": 0, "y": 0, "width": width, "height": box["y"] + box["height"] + BELOW}
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        with Image.open(io.BytesIO(page.screenshot(clip=clip))) as picture:  # type: ignore[arg-type]
            picture.convert("RGB").quantize(COLOURS).save(folder / f"{name}-{theme}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots")
