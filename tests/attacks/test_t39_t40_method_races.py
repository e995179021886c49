"""Two tabs at once: removing the last two methods, setting one up twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from requests import Response

from tests.attacks.racing import AT_ONCE, ROUNDS, press_together, race
from tests.attacks.rows import about
from tests.browser import Browser
from tests.people import People, Person

APP = "6-digit verification code"
Call = Callable[[], Response]


def kinds(person: Person) -> list[str]:
    """The methods that are on."""
    return [row[2] for row in about(person)["factors"] if row[7] is not None]


def ready_to_press(person: Person, browser: Browser, path: str, button: str) -> Call:
    """One sign-in, the password typed for a change: all but its last button."""
    person.come_in(browser)
    browser.open(path)
    browser.press("Confirm password", {"Password": person.password})
    where, data = browser.ready(button)
    return lambda: browser.post(where, data)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_sign_ins_never_remove_both_methods(cleo: Person, _round: int) -> None:
    """T39, R2: each switches another one off at the same instant; one stays, and is primary."""
    presses = [
        ready_to_press(cleo, cleo.browser, "/security/totp/disable", "Deactivate"),
        ready_to_press(cleo, cleo.browser.another(), "/security/email/disable", "Deactivate"),
    ]
    race(2, cleo.browser, lambda _, i: presses[i]())
    assert len(kinds(cleo)) == 1
    assert cleo.user().primary_method == kinds(cleo)[0]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_sign_ins_never_remove_both_apps(people: People, _round: int) -> None:
    """T39, R2: likewise the last two of one kind."""
    ben = people.customer("ben", "totp", "totp")
    apps = [row[0] for row in about(ben)["factors"]]
    browsers = [ben.browser, ben.browser.another()]
    presses = [ready_to_press(ben, browsers[i], f"/security/totp/{apps[i]}/remove", "Remove") for i in range(2)]
    race(2, ben.browser, lambda _, i: presses[i]())
    assert kinds(ben) == ["totp"]


def test_the_last_method_is_removed_by_no_post(ben: Person) -> None:
    """T39, R2: the rule isn't only the page's."""
    ben.come_in()
    ben.browser.open("/security")
    data = {"csrf_token": ben.browser.token()}
    for path in ("/security/totp/disable", f"/security/totp/{about(ben)['factors'][0][0]}/remove"):
        ben.browser.post(path, data | {"password": ben.password})
        assert ben.browser.post(path, data).status_code == 409
    assert kinds(ben) == ["totp"]


def in_the_wizard(people: People) -> Person:
    dan = people.customer("dan")
    dan.sign_in()
    dan.browser.press("Continue", {"Confirmation code": dan.mailed_code()})
    dan.browser.press("Activate", under="Google Authenticator")
    return dan


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_every_tab_shows_one_key(people: People, _round: int) -> None:
    """T40: the password confirmed in five tabs at once makes one key, which all of them show, and no other follows."""
    dan = in_the_wizard(people)
    pages = race(5, dan.browser, lambda tab, _: tab.press("Confirm password", {"Password": dan.password}))
    keys = {str(page.soup.find(id="setup-key")) for page in pages}
    assert len(keys) == 1
    assert "None" not in keys
    assert [row[2] for row in about(dan)["factors"]] == ["totp"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_set_up_finished_twice_at_once_is_finished_once(people: People, _round: int) -> None:
    """T40: one method, one set of recovery codes, one sign-in that is in."""
    dan = in_the_wizard(people)
    dan.browser.press("Confirm password", {"Password": dan.password})
    dan.take_key()
    dan.browser.press("Continue")
    answers = press_together(AT_ONCE, dan.browser, "Submit", {APP: dan.app_code()})
    assert {answer.status_code for answer in answers} <= {303, 422, 429}
    assert kinds(dan) == ["totp"]
    assert len(about(dan)["recovery_sets"]) == 1
    assert len(about(dan)["recovery_codes"]) == 10
    assert len([answer for answer in answers if answer.cookies.get("sign-in")]) == 1


def test_another_sign_in_s_key_is_neither_shown_nor_confirmed(people: People) -> None:
    """T40: a thief who holds a sign-in of his own can't swap the key that its owner scans."""
    dan = in_the_wizard(people)
    dan.browser.press("Confirm password", {"Password": dan.password})
    key = dan.take_key()
    thief = dan.browser.another()
    dan.portal.age(timedelta(minutes=1))
    dan.sign_in(thief)
    thief.press("Continue", {"Confirmation code": dan.mailed_code()})
    assert key not in thief.open("/onboarding/totp").text.replace(" ", "")
    data = {"csrf_token": thief.token(), "code": dan.app_code()}
    thief.post("/onboarding/totp", data)
    assert kinds(dan) == []


def test_the_tab_that_comes_second_changes_nothing(people: People) -> None:
    """T40: its form ends at the step that is due, with nothing doubled."""
    cleo = people.customer("cleo", "email")
    cleo.come_in()
    cleo.browser.open("/security/totp/enable")
    cleo.browser.press("Confirm password", {"Password": cleo.password})
    cleo.take_key()
    cleo.browser.press("Continue")
    second = cleo.browser.tab()
    cleo.browser.press("Verify code", {APP: cleo.app_code()})
    code = cleo.app_code()
    before = about(cleo)
    second.press("Verify code", {APP: code})
    assert about(cleo) == before
    assert kinds(cleo) == ["email", "totp"]
