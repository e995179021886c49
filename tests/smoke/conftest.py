"""Browsers and people for the smoke tests; what they need and how they are told to run stands in README.md."""

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.portal_for_tests import Portal
from tests.smoke.acts import become_customer
from tests.smoke.cast import Cast
from tests.smoke.customers import Customer

Visit = Callable[..., Page]
TRIED = pytest.StashKey[str]()
SLOWEST = 15_000  # milliseconds until a page or a word on it must be there
expect.set_options(timeout=SLOWEST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/smoke/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser that `bin/dev` found, or the system's; without either, Playwright's own."""
    found = os.environ.get("CHROME_BIN") or shutil.which("chromium")
    return {**browser_type_launch_args, "executable_path": found} if found else browser_type_launch_args


@pytest.fixture(scope="session")
def address(request: pytest.FixtureRequest) -> str:
    """Of the portal that is tried: BASE_URL, or one that is started here."""
    given = os.environ.get("BASE_URL", "").rstrip("/")
    return given or str(request.getfixturevalue("portal").base)


@pytest.fixture(scope="session")
def cast(address: str, browser: Browser, request: pytest.FixtureRequest) -> Cast:
    own: Portal | None = None if os.environ.get("BASE_URL") else request.getfixturevalue("portal")

    def enrol(who: Customer) -> None:
        with browser.new_context(base_url=address) as context:
            become_customer(context.new_page(), who)

    request.config.stash[TRIED] = address
    return Cast(address, own, enrol)


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def visit(request: pytest.FixtureRequest, address: str, new_context: Callable[..., BrowserContext]) -> Visit:
    """Open a window of somebody's, with JavaScript and without."""
    return _windows(address, new_context, java_script_enabled=request.param)


@pytest.fixture
def visit_with_scripts(address: str, new_context: Callable[..., BrowserContext]) -> Visit:
    """Open a window of somebody's, with JavaScript."""
    return _windows(address, new_context)


@pytest.fixture
def ada(cast: Cast) -> Customer:
    """New: the portal has never heard of her."""
    return cast.newcomer("ada")


def _windows(address: str, new_context: Callable[..., BrowserContext], **options: Any) -> Visit:
    def open_window(who: Customer, **more: Any) -> Page:
        headers = {"X-Forwarded-For": who.ip} if who.ip else {}
        context = new_context(base_url=address, extra_http_headers=headers, **options, **more)
        context.set_default_timeout(SLOWEST)
        return context.new_page()

    return open_window


# --- What was left out, and why ---


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line that nobody can miss: against which portal, how many journeys, which not."""
    tried = config.stash.get(TRIED, "")
    if not tried:
        return
    mine = {
        outcome: [report for report in terminalreporter.stats.get(outcome, []) if "tests/smoke/" in report.nodeid]
        for outcome in ("passed", "skipped")
    }
    terminalreporter.section("smoke")
    for report in mine["skipped"]:
        terminalreporter.line(f"LEFT OUT {report.nodeid.partition('::')[2]}: {report.longrepr[2]}")
    left_out = f"{len(mine['skipped'])} left out" if mine["skipped"] else "none left out"
    terminalreporter.line(f"{len(mine['passed'])} journeys passed against {tried}, {left_out}")
