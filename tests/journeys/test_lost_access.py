""" "I have lost everything": from the page of the code to the wizard, with a wait in between (S0.11, C1)."""

import re
from collections.abc import Callable

import pytest

from tests.browser import Page
from tests.journeys.lost import HOUR, LOST, ask, begin, stop_link, tell
from tests.journeys.ways import APP, APP_FIELD, EMAIL_FIELD, choose, finish_app, finish_wizard, prove_mailbox
from tests.people import People, Person
from tests.portal_for_tests import Portal


def test_ben_comes_back_after_two_days(ben: Person, portal: Portal) -> None:
    """C1: his phone and his codes are gone; he never needed a person."""
    ben.sign_in()
    page = ben.browser.open(ben.browser.page.links[LOST])
    assert (page.path, page.heading) == ("/sign-in/lost-access", LOST)
    assert "48 hours of waiting" in page.text
    page = ben.browser.press("Send me the link")
    assert (page.path, page.heading) == ("/sign-in/lost-access", "Check your email")
    assert f"A link is on its way to {ben.email} ." in page.text
    assert "The link works for 30 minutes" in page.text
    link = re.search(r"/sign-in/lost-access/begin/\S+", ben.mail(template="lost everything").text)
    assert link
    page = ben.browser.open(link[0])
    assert (page.path, page.heading) == ("/sign-in/lost-access/begin", "Begin the wait of 48 hours")
    page = ben.browser.press("Begin the wait")
    assert (page.heading, "It ends on" in page.text) == ("The wait has begun", True)
    portal.age(47 * HOUR)
    assert ben.sign_in().path == "/sign-in/verify/totp"
    portal.age(HOUR)
    page = ben.sign_in()
    assert (page.path, page.heading) == ("/onboarding/address", "The wait is over")
    page = prove_mailbox(ben)
    assert page.path == "/onboarding"
    ben.notice("were removed after the wait")
    choose(ben, APP)
    finish_app(ben)
    assert finish_wizard(ben).heading == "Welcome, Ben"
    ben.browser.press("Sign out")
    assert ben.come_in().heading == "Welcome, Ben"


def test_until_the_wizard_is_finished_nothing_else_opens(ben: Person, portal: Portal) -> None:
    """S4.1: and whoever leaves it there finds it again, by password and mailbox."""
    begin(ben)
    portal.age(48 * HOUR)
    ben.sign_in()
    prove_mailbox(ben)
    assert [ben.browser.open(path).path for path in ("/", "/security", "/sign-in/verify/totp")] == ["/onboarding"] * 3
    ben.browser.press("Sign out")
    assert ben.sign_in().heading == "Check your email"


def test_a_way_leads_there_from_every_page_that_asks_for_a_code(cleo: Person) -> None:
    """C1: signed out, by a link, as one presses Tab; beside it support."""
    cleo.sign_in()
    for path in ("/sign-in/verify/totp", "/sign-in/verify/email", "/sign-in/other", "/sign-in/recovery-code"):
        page = cleo.browser.open(path)
        assert page.links[LOST] == "/sign-in/lost-access", path
        assert "support@example.com" in page.text


def test_outside_the_page_says_how_to_begin(eve: Person) -> None:
    """S0.11: it promises nothing, and sends nothing, without a password."""
    page = eve.browser.open("/sign-in/lost-access")
    assert (page.path, page.heading) == ("/sign-in/lost-access", LOST)
    assert "Sign in with your address and password" in page.text
    assert page.buttons == []
    assert {"Sign in", "Forgotten your password?"} <= page.links.keys()


def test_inside_it_says_that_not_everything_is_lost(ben: Person) -> None:
    ben.come_in()
    page = ben.browser.open("/sign-in/lost-access")
    assert "So not everything is lost" in page.text
    assert page.buttons == ["Sign out"]


def test_the_page_says_how_far_it_is(ben: Person, portal: Portal) -> None:
    """C1: how long it takes, and what to do meanwhile."""
    begin(ben)
    ben.sign_in()
    page = ben.browser.open(ben.browser.page.links[LOST])
    assert (page.path, page.heading) == ("/sign-in/lost-access", "The wait has begun")
    assert re.search(r"It ends on \d+ \w+ \d{4}, \d\d:\d\d UTC", page.text)
    assert "Nothing at all: it ends by itself." in page.text


def test_ben_is_told_at_once_every_day_before_the_end_and_at_it(ben: Person, portal: Portal) -> None:
    """Each notice can stop it; the last says until when it can be used."""
    begin(ben)
    for hours, subject in ((24, "goes on"), (23, "goes on"), (1, "is over")):
        portal.age(hours * HOUR)
        tell(portal)
        assert stop_link(ben, subject)


def by_the_app(ben: Person) -> Page:
    ben.sign_in()
    return ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})


def by_a_recovery_code(ben: Person) -> Page:
    ben.sign_in()
    ben.browser.open("/sign-in/recovery-code")
    return ben.browser.press("Verify code", {"Recovery code": ben.codes[0]})


def by_the_app_when_it_is_over(ben: Person) -> Page:
    ben.portal.age(48 * HOUR)
    ben.sign_in()
    ben.browser.open(ben.browser.page.links["I have found a second factor"])
    ben.browser.press("Authentication app")
    return ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})


@pytest.mark.parametrize("come_in", [by_the_app, by_a_recovery_code, by_the_app_when_it_is_over])
def test_any_finished_sign_in_stops_it(ben: Person, portal: Portal, come_in: Callable[[Person], Page]) -> None:
    """C1."""
    begin(ben)
    assert come_in(ben).heading == "Welcome, Ben"
    assert "signed in with one of your second factors" in ben.notice("was stopped").text
    ben.browser.press("Sign out")
    portal.age(49 * HOUR)
    assert ben.sign_in().path == "/sign-in/verify/totp"


def test_the_link_in_the_notice_stops_it_by_a_button(ben: Person, portal: Portal) -> None:
    link = begin(ben)
    page = ben.browser.open(link)
    assert (page.path, page.heading) == ("/sign-in/lost-access/stop", "Stop the wait")
    page = ben.browser.press("Stop the wait")
    assert "The wait is stopped" in page.success
    ben.notice("was stopped")
    assert ben.browser.open(link).status == 410
    portal.age(49 * HOUR)
    assert ben.sign_in().path == "/sign-in/verify/totp"


def test_whoever_is_in_is_told_on_every_page_and_can_stop_it(ben: Person) -> None:
    """They came in before it began."""
    inside = ben.browser.another()
    ben.come_in(inside)
    assert "Somebody said" not in inside.open("/").text
    begin(ben)
    for path in ("/", "/security", "/security/recovery-codes"):
        assert "Somebody said that all your second factors are lost." in inside.open(path).text
    page = inside.press("Stop the wait")
    assert (page.path, "The wait is stopped" in page.success) == ("/security", True)
    assert "Somebody said" not in page.text
    ben.notice("was stopped")


def test_with_email_alone_and_a_mailed_password_it_is_the_last_way_in(people: People, portal: Portal) -> None:
    """R12: 72 hours; the page that refuses the code leads there."""
    cleo = people.customer("cleo", "email")
    cleo.reset_password()
    cleo.sign_in()
    page = cleo.browser.open("/sign-in/verify/email")
    assert (page.status, page.heading) == (403, "A code by email does not count this time")
    page = cleo.browser.open(page.links[LOST])
    assert "72 hours of waiting" in page.text
    cleo.browser.press("Send me the link")
    link = re.search(r"/sign-in/lost-access/begin/\S+", cleo.mail(template="lost everything").text)
    assert link
    cleo.browser.open(link[0])
    cleo.browser.press("Begin the wait")
    portal.age(71 * HOUR)
    assert cleo.sign_in().path == "/sign-in/other"
    portal.age(HOUR)
    assert cleo.sign_in().heading == "The wait is over"
    assert prove_mailbox(cleo).path == "/onboarding"


def test_with_an_app_and_a_mailed_password_support_has_to_help(ben: Person) -> None:
    """R12: and the page says so."""
    ben.reset_password()
    ben.sign_in()
    page = ben.browser.open(ben.browser.page.links[LOST])
    assert page.heading == "Support has to help this time"
    assert "support@example.com" in page.text
    assert "Send me the link" not in page.buttons


def test_a_mailed_password_during_the_wait_ends_it(ben: Person, portal: Portal) -> None:
    """R12: it is said why, in a mail and on the page."""
    begin(ben)
    ben.reset_password()
    assert "Your password was changed" in ben.notice("was stopped").text
    portal.age(48 * HOUR)
    assert ben.sign_in().path == "/sign-in/verify/totp"
    assert ben.browser.open("/sign-in/lost-access").heading == "Support has to help this time"


def test_asking_a_fourth_time_says_when_it_goes_on(ben: Person) -> None:
    """Limits: three links an hour."""
    ask(ben)
    for _ in range(2):
        ben.browser.open("/sign-in/lost-access")
        ben.browser.press("Send a new link")
    ben.browser.open("/sign-in/lost-access")
    page = ben.browser.press("Send a new link")
    assert (page.status, page.heading) == (429, "Too many tries")
    assert "support@example.com" in page.text


def test_a_mailed_code_at_the_end_is_asked_for_again_like_any(ben: Person, portal: Portal) -> None:
    """R7: a wrong one is told so, and costs nothing but a try."""
    begin(ben)
    portal.age(48 * HOUR)
    ben.sign_in()
    page = ben.browser.press("Continue", {"Confirmation code": "000000"})
    assert page.problems == ["This is not the code. Check it and type it again."]
    assert prove_mailbox(ben).path == "/onboarding"


def test_the_mailbox_s_code_for_signing_in_is_none_for_setting_up_anew(cleo: Person, portal: Portal) -> None:
    """A code is bound to its purpose: typed at the other page it is wrong."""
    begin(cleo)
    portal.age(48 * HOUR)
    cleo.sign_in()
    code = cleo.mailed_code()
    cleo.browser.open("/sign-in/other")
    cleo.browser.press("Email")
    cleo.mailed_code()
    page = cleo.browser.press("Verify code", {EMAIL_FIELD: code})
    assert (page.status, page.path) == (422, "/sign-in/verify/email")
