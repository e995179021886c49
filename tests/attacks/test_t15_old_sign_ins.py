"""A thief who is in stays in no longer than the owner's next move."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.browser import Browser
from tests.cli.conftest import Operator
from tests.journeys.ways import confirm_password, finish_app, finish_email
from tests.people import NEW_PASSWORD, People, Person

Event = Callable[[Person], object]
OFTEN = 6  # requests, each on a connection of its own, so that both web processes are asked


def changes_password(who: Person) -> None:
    who.browser.open("/security/password")
    confirm_password(who)
    who.browser.press("Change password", {"New password": NEW_PASSWORD})


def resets_password_by_mail(who: Person) -> None:
    who.reset_password(who.browser.another())


def switches_a_method_on(who: Person) -> None:
    who.browser.open("/security/email/enable")
    confirm_password(who)
    finish_email(who, "Verify code")


def adds_an_app(who: Person) -> None:
    who.browser.open("/security/totp/enable")
    confirm_password(who)
    finish_app(who, "Verify code")


def switches_a_method_off(who: Person) -> None:
    who.browser.open("/security/email/disable")
    confirm_password(who)
    who.browser.press("Deactivate")


def removes_an_app(who: Person) -> None:
    removals = [link for link in who.browser.open("/security").links.values() if link.endswith("/remove")]
    who.browser.open(removals[0])
    confirm_password(who)
    who.browser.press("Remove")


def operator_resets_the_methods(who: Person) -> None:
    Operator(who.portal.app).does("users", "reset-factors", who.email, "--reason", "phone lost", "--yes")


def operator_signs_out(who: Person) -> None:
    Operator(who.portal.app).does("users", "sign-out", who.email)


def operator_signs_everybody_out(who: Person) -> None:
    Operator(who.portal.app).does("users", "sign-out", "--everybody", "--yes")


# What happens, the methods its owner has before, and whether the browser that did it stays in.
EVENTS: list[tuple[Event, tuple[str, ...], bool]] = [
    (changes_password, ("totp",), True),
    (resets_password_by_mail, ("totp",), False),
    (switches_a_method_on, ("totp",), True),
    (adds_an_app, ("totp", "email"), True),
    (switches_a_method_off, ("totp", "email"), True),
    (removes_an_app, ("totp", "totp"), True),
    (operator_resets_the_methods, ("totp",), False),
    (operator_signs_out, ("totp",), False),
    (operator_signs_everybody_out, ("totp",), False),
]


def statuses(browser: Browser) -> set[int]:
    """What `/security` answers, each time on a connection of its own."""
    return {browser.tab().http.get(f"{browser.base}/security", allow_redirects=False).status_code for _ in range(OFTEN)}


@pytest.mark.parametrize(("happens", "kinds", "stays"), EVENTS, ids=[event.__name__ for event, _, _ in EVENTS])
def test_the_other_browsers_are_out_at_their_next_request(
    people: People, happens: Event, kinds: tuple[str, ...], stays: bool
) -> None:
    """T15: on either web process; the one that is half in too, and a copy of the cookie of the one that acted."""
    cleo = people.customer("cleo", *kinds)
    finished, half = cleo.browser.another(), cleo.browser.another()
    cleo.come_in(finished)
    cleo.sign_in(half)
    cleo.come_in()
    copy = cleo.browser.tab()
    assert [statuses(browser) for browser in (finished, cleo.browser)] == [{200}, {200}]
    half_path = half.page.path
    assert half.open(half_path).path == half_path
    happens(cleo)
    assert [statuses(browser) for browser in (finished, half)] == [{303}, {303}]
    assert half.open(half_path).path == "/sign-in"
    assert statuses(cleo.browser) == ({200} if stays else {303})
    if happens in (changes_password, resets_password_by_mail):
        assert statuses(copy) == {303}


@pytest.mark.parametrize("happens", [changes_password, resets_password_by_mail, operator_resets_the_methods])
def test_what_was_half_done_elsewhere_is_undone(people: People, happens: Event) -> None:
    """T15: a key that a thief's browser shows confirms nothing afterwards."""
    ben = people.customer("ben", "totp")
    thief = Person("Ben", ben.email, ben.browser.another(), ben.portal, secret=ben.secret)
    thief.come_in()
    thief.browser.open("/security/totp/enable")
    confirm_password(thief)
    thief.take_key()
    thief.browser.press("Continue")
    path, data = thief.browser.ready("Verify code", {"6-digit verification code": thief.app_code()})
    ben.portal.age(timedelta(minutes=2))  # so that ben's own app shows codes that are not used yet
    ben.come_in()
    happens(ben)
    answer = thief.browser.post(path, data)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in")


def test_new_recovery_codes_end_nobody_s_sign_in(people: People) -> None:
    """They are no method, and a thief who is in holds none of them; the old ones are dead."""
    ben = people.customer("ben", "totp")
    other = ben.browser.another()
    ben.come_in(other)
    ben.come_in()
    ben.browser.open("/security/recovery-codes/new")
    confirm_password(ben)
    ben.browser.press("Make new recovery codes")
    assert ben.browser.page.path == "/onboarding/recovery-codes"
    assert statuses(other) == {200}
