"""Asking again: cooldowns told in text, caps, and what came before stays good (R7)."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser import Page
from tests.journeys.ways import APP_FIELD, EMAIL_FIELD, RESEND, choose, clock, messages, to_security
from tests.people import People, Person
from tests.portal_for_tests import Portal


@pytest.fixture
def fay(people: People) -> Person:
    """Has Email MFA alone."""
    return people.customer("fay", "email")


@pytest.fixture
def at_code(fay: Person) -> Person:
    """fay, before the code that her password had sent."""
    fay.sign_in()
    return fay


def _left(page: Page) -> int:
    """The seconds that the page says are left."""
    told = re.search(r"You can ask for another code at .* \(in (?:(\d+) minutes? ?)?(?:(\d+) seconds?)? ?\)", page.text)
    assert told, page.text
    return int(told[1] or 0) * 60 + int(told[2] or 0)


def test_the_wait_is_told_with_a_clock_time(at_code: Person) -> None:
    """In text, for a reader without the script; the button stays."""
    page = at_code.browser.page
    assert 50 <= _left(page) <= 60
    soon = datetime.now(UTC) + timedelta(seconds=_left(page))
    assert any(clock(soon + timedelta(minutes=off)) in page.text for off in (-1, 0, 1))
    assert RESEND in page.buttons


def test_asking_too_early_sends_nothing(at_code: Person) -> None:
    page = at_code.browser.press(RESEND)
    assert messages(at_code) == 1
    assert _left(page) <= 60


def test_another_browser_waits_as_well(at_code: Person) -> None:
    """Signing in a second time, elsewhere, sends no second code within the minute."""
    page = at_code.sign_in(at_code.browser.another())
    assert messages(at_code) == 1
    assert _left(page) <= 60


def test_each_wait_is_longer_than_the_one_before(at_code: Person, portal: Portal) -> None:
    """60, 120, then 300 seconds."""
    for wait in (60, 120, 300):
        assert wait - 10 <= _left(at_code.browser.open("/sign-in/verify/email")) <= wait
        portal.age(timedelta(seconds=wait + 1))
        at_code.browser.press(RESEND)
    assert messages(at_code) == 4


def test_five_codes_are_sent_in_one_sign_in(at_code: Person, portal: Portal) -> None:
    for wait in (60, 120, 300, 300, 300):
        portal.age(timedelta(seconds=wait + 1))
        page = at_code.browser.press(RESEND)
    assert messages(at_code) == 5
    assert re.search(r"You can ask for another code at \d+ \w+ \d{4}, \d\d:\d\d UTC \.", page.text)


def test_a_new_sign_in_may_have_codes_again(at_code: Person, portal: Portal) -> None:
    """The five belong to one sign-in, the wait to the user."""
    for wait in (60, 120, 300, 300):
        portal.age(timedelta(seconds=wait + 1))
        at_code.browser.press(RESEND)
    portal.age(timedelta(seconds=301))
    at_code.sign_in(at_code.browser.another())
    assert messages(at_code) == 6


def test_an_hour_brings_ten_codes_to_one_user(fay: Person, portal: Portal) -> None:
    """10 per hour, whatever the sign-in."""
    for number in range(11):
        fay.sign_in(fay.browser.another())
        assert messages(fay) == min(number + 1, 10)
        portal.age(timedelta(seconds=301))


def test_the_first_code_lets_fay_in_after_the_second_was_sent(at_code: Person, portal: Portal) -> None:
    """R7: a sent code stays good for its ten minutes."""
    first = at_code.mailed_code()
    portal.age(timedelta(seconds=61))
    at_code.browser.press(RESEND)
    at_code.mailed_code()
    assert at_code.browser.press("Verify code", {EMAIL_FIELD: first}).path == "/"


def test_the_mails_number_themselves(at_code: Person, portal: Portal) -> None:
    """R7: "code 2, sent 14:03"."""
    assert re.search(r"code 1, asked for on .* \d\d:\d\d UTC", at_code.mail().text)
    portal.age(timedelta(seconds=61))
    at_code.browser.press(RESEND)
    assert re.search(r"code 2, asked for on .* \d\d:\d\d UTC", at_code.mail().text)


def test_a_code_dies_ten_minutes_after_its_sending(at_code: Person, portal: Portal) -> None:
    code = at_code.mailed_code()
    portal.age(timedelta(minutes=10))
    page = at_code.browser.press("Verify code", {EMAIL_FIELD: code})
    assert page.problems == ["This code is too old. Ask for a new one and type that."]


def test_using_one_code_spends_them_all(at_code: Person, portal: Portal) -> None:
    """R7: the second code, unused, gets the words of a used one when the same sign-in asks again."""
    first = at_code.mailed_code()
    portal.age(timedelta(seconds=61))
    at_code.browser.press(RESEND)
    second = at_code.mailed_code()
    at_code.browser.press("Verify code", {EMAIL_FIELD: first})
    _ask_for_a_code_again(at_code, portal)
    page = at_code.browser.press("Verify code", {EMAIL_FIELD: second})
    assert page.problems[0].startswith("This code has been used already.")


def test_an_answer_already_spent_counts_as_no_try(at_code: Person, portal: Portal) -> None:
    """R7: however often it is typed, the right one still works."""
    code = at_code.mailed_code()
    at_code.browser.press("Verify code", {EMAIL_FIELD: code})
    _ask_for_a_code_again(at_code, portal)
    for _ in range(12):
        assert at_code.browser.press("Verify code", {EMAIL_FIELD: code}).status == 422
    fresh = at_code.mailed_code()
    assert at_code.browser.press("Verify code", {EMAIL_FIELD: fresh}).path == "/security/totp/enable"


def test_a_used_code_clears_the_wait(at_code: Person, portal: Portal) -> None:
    """The next sign-in's code comes at once."""
    at_code.browser.press("Verify code", {EMAIL_FIELD: at_code.mailed_code()})
    at_code.browser.press("Sign out")
    at_code.sign_in()
    assert messages(at_code) == 2


def test_a_wrong_code_gets_its_own_words(at_code: Person) -> None:
    wrong = f"{(int(at_code.mailed_code()) + 1) % 1_000_000:06d}"
    page = at_code.browser.press("Verify code", {EMAIL_FIELD: wrong})
    assert page.problems == ["This is not the code. Check it and type it again."]


def test_asking_again_buys_no_new_tries(at_code: Person, portal: Portal) -> None:
    """R7: wrong tries count for the user and the method, not for the code."""
    wrong = f"{(int(at_code.mailed_code()) + 1) % 1_000_000:06d}"
    for _ in range(10):
        at_code.browser.press("Verify code", {EMAIL_FIELD: wrong})
    portal.age(timedelta(seconds=61))
    at_code.browser.press(RESEND)
    page = at_code.browser.press("Verify code", {EMAIL_FIELD: at_code.mailed_code()})
    assert page.status == 429


def _ask_for_a_code_again(person: Person, portal: Portal) -> None:
    """A change, more than a quarter of an hour after the code: it is asked for again (R14)."""
    portal.age(timedelta(minutes=16))
    to_security(person)
    choose(person, "Authentication app")
    assert person.browser.page.path == "/sign-in/verify/email"


def test_a_closed_mailbox_is_no_dead_end(cleo: Person) -> None:
    """The other method stays one link away."""
    cleo.sign_in()
    cleo.browser.open("/sign-in/other")
    cleo.browser.press("Email")
    cleo.browser.open(cleo.browser.page.links["Try another way"])
    cleo.browser.press("Authentication app")
    assert cleo.browser.press("Verify code", {APP_FIELD: cleo.app_code()}).path == "/"
