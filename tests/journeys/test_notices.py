"""What happens to an account is mailed to its owner: what, when, with which browser, from where, and what to do."""

import re
from datetime import timedelta

from portal import clock
from portal.access import failures
from portal.access.limits import ABANDONED
from tests.browser import Browser
from tests.journeys.ways import (
    APP,
    APP_FIELD,
    choose,
    confirm_password,
    finish_app,
    finish_email,
    register,
    to_security,
)
from tests.people import NEW_PASSWORD, Person
from tests.portal_for_tests import Portal

HOUR = timedelta(hours=1)


def other_browser(person: Person) -> Browser:
    """A browser of theirs, or a thief's, that the portal has never seen; at the same network address."""
    return Browser(person.portal.base, str(person.browser.http.headers["X-Forwarded-For"]))


def told_of(person: Person, subject: str) -> str:
    """The text of the next notice; it says when, with what, from where, and what to do."""
    text = person.notice(subject).text
    assert re.search(r"^When: \d+ \w+ \d{4}, \d\d:\d\d UTC$", text, re.M)
    assert "With: Firefox on Linux" in text
    assert f"From: {person.browser.http.headers['X-Forwarded-For']!s}" in text
    assert "If it was not you" in text
    return str(text)


def test_a_newcomer_is_told_of_the_first_method_and_codes_and_of_no_new_device(ada: Person) -> None:
    """The registration itself needs no alarm."""
    register(ada)
    choose(ada, APP)
    finish_app(ada)
    assert "was activated" in told_of(ada, "Authentication app was activated")
    assert "set number 1" in told_of(ada, "New recovery codes")
    assert not [subject for subject in ada.notices() if subject.startswith("New sign-in")]


def test_a_browser_never_seen_is_told_of_once(ben: Person, portal: Portal) -> None:
    ben.come_in()
    told_of(ben, "New sign-in")
    ben.browser.press("Sign out")
    portal.age(HOUR)
    ben.come_in()
    thief = other_browser(ben)
    ben.come_in(thief)
    told_of(ben, "New sign-in")
    assert len([subject for subject in ben.notices() if subject.startswith("New sign-in")]) == 2


def test_a_changed_password_is_told(ben: Person) -> None:
    ben.come_in()
    ben.browser.open("/security/password")
    confirm_password(ben)
    ben.browser.press("Change password", {"New password": NEW_PASSWORD})
    assert "every other sign-in" in told_of(ben, "password at Example Company was changed")


def test_a_password_reset_by_mail_is_told(ben: Person) -> None:
    ben.reset_password()
    assert "somebody reads your mail" in told_of(ben, "was reset")


def test_switching_a_method_off_and_a_method_on_is_told(cleo: Person) -> None:
    cleo.come_in()
    to_security(cleo)
    cleo.browser.press("Deactivate", under="Email")
    confirm_password(cleo)
    cleo.browser.press("Deactivate")
    told_of(cleo, "Email was deactivated")
    choose(cleo, "Email")
    finish_email(cleo, "Verify code")
    told_of(cleo, "Email was activated")


def test_a_used_recovery_code_is_told_with_how_many_are_left(ben: Person) -> None:
    ben.sign_in()
    ben.browser.open("/sign-in/recovery-code")
    ben.browser.press("Verify code", {"Recovery code": ben.codes[0]})
    assert "9 of them are left" in told_of(ben, "A recovery code was used")


def test_the_last_codes_are_told_with_what_to_do(ben: Person) -> None:
    """At three left, the mail says to make new ones; at none, that none is left."""
    for number, code in enumerate(ben.codes):
        browser = Browser(ben.portal.base, f"10.99.{ben.user().id % 250}.{number}")
        ben.sign_in(browser)
        browser.open("/sign-in/recovery-code")
        browser.press("Verify code", {"Recovery code": code})
    texts = [ben.notice("A recovery code was used").text for _ in ben.codes]
    assert ["Make new ones" in text for text in texts] == [False] * 6 + [True] * 4
    assert "None is left" in texts[-1]


def test_three_wrong_codes_after_the_right_password_are_told(ben: Person) -> None:
    """T01, ASVS 6.3.5."""
    ben.sign_in()
    for _ in range(3):
        ben.browser.press("Verify code", {APP_FIELD: ben.wrong_code()})
    text = told_of(ben, "Somebody knew your password")
    assert "3 wrong codes" in text
    assert "somebody knows your password" in text


def test_a_second_step_left_for_ten_minutes_is_told(ben: Person, portal: Portal) -> None:
    """The worker looks once a minute; here its chore is done by hand."""
    ben.sign_in()
    portal.age(ABANDONED)
    with portal.app.app_context():
        failures.tell_of_abandoned(clock.now())
    assert "was not finished" in told_of(ben, "Somebody knew your password")


def test_wrong_passwords_before_a_right_sign_in_are_told(ben: Person, portal: Portal) -> None:
    ben.come_in()
    ben.browser.press("Sign out")
    for _ in range(5):
        ben.browser.open("/sign-in")
        ben.browser.press("Sign in", {"Email address": ben.email, "Password": "not it"})
    portal.age(timedelta(minutes=1))
    ben.come_in()
    assert "5 wrong passwords" in told_of(ben, "after wrong tries")


def test_a_notice_of_a_sign_in_holds_nothing_that_opens_one(ben: Person) -> None:
    """No code, and no link but the one that shuts everybody out."""
    ben.come_in()
    told = re.sub(r"/not-me/\S+", "/not-me", ben.notice("New sign-in").text)
    assert not re.search(r"\d{6}", told.replace(ben.portal.base, ""))
    assert re.findall(r"https?://\S+", told) == [f"{ben.portal.base}/not-me"]
