"""Whoever sits down at the browser after somebody else, and presses Back."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect

from tests.people import People, Person
from tests.portal_for_tests import Portal
from tests.smoke import acts
from tests.smoke.cast import Cast
from tests.smoke.customers import Customer
from tests.smoke.pages import Account

pytestmark = pytest.mark.browser

BACK = 15  # times; no story here is longer


@pytest.fixture(scope="module")
def chromium(browser_type: BrowserType) -> Iterator[Browser]:
    """A browser that keeps pages for Back, as everybody's does; Playwright's own has that switched off."""
    found = os.environ.get("CHROME_BIN") or shutil.which("chromium")
    browser = browser_type.launch(executable_path=found, ignore_default_args=["--disable-back-forward-cache"])
    yield browser
    browser.close()


def window(chromium: Browser, portal: Portal, ip: str) -> Page:
    return chromium.new_context(base_url=portal.base, extra_http_headers={"X-Forwarded-For": ip}).new_page()


def newcomer(portal: Portal) -> Customer:
    def nobody(_: Customer) -> None: ...

    return Cast(portal.base, portal, nobody).newcomer("ada")


def pages_of_history(page: Page) -> Iterator[str]:
    """What each press of Back shows, to the first page of all, once the page has settled."""
    for _ in range(BACK):
        if page.evaluate("navigation.currentEntry.index") == 0:
            return
        before = page.evaluate("navigation.currentEntry.index")
        page.evaluate("history.back()")
        page.wait_for_function(f"navigation.currentEntry.index < {before}")
        page.wait_for_load_state("networkidle")
        yield page.content()


def test_after_signing_out_no_press_of_back_shows_the_key(chromium: Browser, portal: Portal) -> None:
    """T37: ada sets her app up at a counter and signs out: neither key nor codes nor her name come back."""
    ada = newcomer(portal)
    page = window(chromium, portal, ada.ip)
    acts.register(page, ada)
    acts.begin_app(page, ada)
    acts.finish_app(page, ada)
    acts.finish_wizard(page, ada)
    Account(page).sign_out()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert ada.secret
    shown = list(pages_of_history(page))
    grouped = " ".join(ada.secret[i : i + 4] for i in range(0, len(ada.secret), 4))
    private = [ada.secret, grouped, *ada.codes, ada.email, ada.name, "otpauth"]
    assert len(shown) >= 3
    assert [(word, n) for n, text in enumerate(shown) for word in private if word in text] == []


def test_back_after_an_hour_of_nothing_asks_to_sign_in(chromium: Browser, portal: Portal, ben: Person) -> None:
    """T37: no cookie changed when the sign-in ended, so the browser has kept the page: it is asked for anew."""
    page = window(chromium, portal, str(ben.browser.http.headers["X-Forwarded-For"]))
    at_key(page, ben)
    key = page.locator("#setup-key").inner_text().strip()
    page.goto("/healthz")
    portal.age(timedelta(minutes=60))
    page.evaluate("history.back()")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert key not in page.content()
    assert "Ben" not in page.content()


def at_key(page: Page, ben: Person) -> None:
    """ben, signed in, adds a second app: its key is shown."""
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(ben.email)
    page.get_by_label("Password", exact=True).fill(ben.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("6-digit verification code").fill(ben.app_code())
    page.get_by_role("button", name="Verify code").click()
    expect(page.get_by_role("heading", name="Welcome, Ben")).to_be_visible()
    page.goto("/security/totp/enable")
    page.get_by_label("Password", exact=True).fill(ben.password)
    page.get_by_role("button", name="Confirm password").click()
    expect(page.locator("#setup-key")).to_be_visible()


def test_signing_out_clears_what_scripts_have_stored(chromium: Browser, portal: Portal, ben: Person) -> None:
    """T37: the portal's script stores nothing; whatever else has goes."""
    page = window(chromium, portal, str(ben.browser.http.headers["X-Forwarded-For"]))
    at_key(page, ben)
    page.evaluate("localStorage.setItem('left', 'behind'); sessionStorage.setItem('left', 'behind')")
    page.goto("/")
    Account(page).sign_out()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_every_sign_out_says_so_and_nothing_else_does(people: People) -> None:
    """T37: finished or half finished; never the cookies, which hold other tabs' forms, nor the cache,
    which makes Chromium wait for its disk.
    """
    ben = people.customer("ben", "totp")
    for come in (ben.come_in, ben.sign_in):
        page = come()
        assert "Clear-Site-Data" not in page.answer.headers
        answer = ben.browser.post("/sign-out", {"csrf_token": ben.browser.token()})
        assert answer.headers["Clear-Site-Data"] == '"storage"'
