"""Whoever reads ben's mailbox, and talks the operator into taking his app away, still gets nowhere."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.attacks.rows import about
from tests.browser import Page
from tests.journeys.ways import APP, choose, finish_app, finish_wizard, prove_mailbox
from tests.people import Person
from tests.portal_for_tests import Portal

NEW = "a louder blue teapot"
WAYS = (
    "/",
    "/onboarding",
    "/onboarding/address",
    "/onboarding/totp",
    "/onboarding/email",
    "/onboarding/recovery-codes",
    "/security",
    "/security/totp/enable",
    "/sign-in/verify/email",
    "/sign-in/recovery-code",
    "/sign-in/other",
)


def operator(app: Flask, *words: str) -> None:
    result = app.test_cli_runner().invoke(args=["portal", "users", *words, "--yes"])
    assert result.exit_code == 0, result.output


def take_app(person: Person) -> None:
    """The operator believes a caller."""
    operator(person.portal.app, "reset-factors", person.email, "--reason", "phone lost")


def reset_by_mail(person: Person) -> Page:
    """Whoever reads the mailbox chooses a password, and signs in with it."""
    person.browser.open("/password/forgot")
    person.browser.press("Send link", {"Email address": person.email})
    link = re.search(r"http\S+/password/reset/\S+", person.mail(template="Choose a new password").text)
    assert link
    person.browser.open(link[0])
    person.browser.press("Save password", {"New password": NEW})
    person.password = NEW
    return person.sign_in()


ORDERS: list[tuple[Callable[[Person], object], Callable[[Person], object]]] = [
    (take_app, reset_by_mail),
    (reset_by_mail, take_app),
]


@pytest.fixture(params=ORDERS, ids=["factor first", "password first"])
def taken(ben: Person, request: pytest.FixtureRequest) -> Person:
    """Both reset; signed in with the mailed password."""
    first, second = request.param
    first(ben)
    second(ben)
    ben.sign_in()
    return ben


def test_the_page_says_why_and_names_support(taken: Person) -> None:
    """R15."""
    page = taken.browser.page
    assert (page.path, page.heading) == ("/onboarding/closed", "Support has to open this first")
    assert taken.portal.settings.support in page.text


def test_no_page_leads_on(taken: Person) -> None:
    """T21, T34."""
    for path in WAYS:
        assert taken.browser.open(path).path == "/onboarding/closed", path


def test_no_post_does_either(taken: Person) -> None:
    """T21, T34: nor is a code sent."""
    before, data = about(taken)["messages"], {"csrf_token": taken.browser.token(), "password": NEW, "code": "123456"}
    for path in (*WAYS, "/onboarding/address/send", "/onboarding/totp/send"):
        answer = taken.browser.post(path, data)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/onboarding/closed"), path
    assert about(taken)["messages"] == before


def test_another_mailed_password_or_registration_helps_nobody(taken: Person) -> None:
    """T21: the mailbox counts once, however often."""
    assert reset_by_mail(taken).path == "/onboarding/closed"
    taken.browser.post("/register", {"csrf_token": taken.browser.token(), "email": taken.email})
    assert taken.browser.open("/").path == "/onboarding/closed"


def test_ben_gets_in_when_the_operator_has_made_sure(taken: Person, portal: Portal) -> None:
    """R15: the operator opens it again; the mailbox is still proved in the same sign-in."""
    operator(portal.app, "open-wizard", taken.email)
    taken.notice("You can set up")
    assert taken.sign_in().path == "/onboarding/address"
    prove_mailbox(taken)
    choose(taken, APP)
    finish_app(taken)
    assert finish_wizard(taken).heading == "Welcome, Ben"


def test_with_his_old_password_ben_needs_only_the_wizard(ben: Person) -> None:
    """The operator's reset alone: password and mailbox are two things."""
    take_app(ben)
    assert "phone lost" in ben.notice("was reset").text
    assert ben.sign_in().path == "/onboarding/address"
