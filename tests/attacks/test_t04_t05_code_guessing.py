"""Codes guessed: many at once, and again and again with new codes, sign-ins, browsers and methods between."""

from datetime import timedelta

import pytest
from requests import Response

from tests.attacks.racing import AT_ONCE, ROUNDS, race
from tests.people import People, Person

APP = "6-digit verification code"
MINUTES = timedelta(minutes=1)


def try_code(person: Person, code: str) -> Response:
    """Type a code on the page that is open."""
    label = "One-time code" if person.browser.page.path.endswith("email") else APP
    path, data = person.browser.ready("Verify code", {label: code})
    return person.browser.post(path, data)


def refused_after(person: Person, tries: int) -> int:
    """How many wrong codes are looked at before one is refused unseen, of `tries`."""
    statuses = [try_code(person, person.wrong_code()).status_code for _ in range(tries)]
    assert set(statuses) <= {422, 429}
    return statuses.count(422)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_codes_guessed_at_once_share_one_budget(ben: Person, _round: int) -> None:
    """T04: ten are looked at, however many workers each still see none; then even the right one is refused."""
    ben.sign_in()
    path, data = ben.browser.ready("Verify code", {APP: ""})
    guesses = [f"{100000 + i}" for i in range(AT_ONCE)]
    answers = race(AT_ONCE, ben.browser, lambda tab, i: tab.post(path, data | {"code": guesses[i]}))
    assert sorted(answer.status_code for answer in answers) == [422] * 10 + [429] * 10
    assert try_code(ben, ben.app_code()).status_code == 429


def test_the_window_ends_and_ten_more_are_looked_at(ben: Person) -> None:
    """T04, T05: 10 per 15 minutes, 20 per hour; the right code works in the window it is in time for."""
    ben.sign_in()
    assert refused_after(ben, 11) == 10
    ben.portal.age(16 * MINUTES)
    assert refused_after(ben, 11) == 10
    ben.portal.age(16 * MINUTES)
    ben.sign_in()
    assert refused_after(ben, 1) == 0
    ben.portal.age(30 * MINUTES)
    ben.sign_in()
    assert try_code(ben, ben.app_code()).status_code == 303


def test_a_new_code_buys_no_new_tries(people: People) -> None:
    """T05, R7: four wrong, another code, a new sign-in, and so on: the eleventh is refused."""
    cleo = people.customer("cleo", "email", "totp")
    looked_at = 0
    for _ in range(4):
        cleo.sign_in()
        looked_at += refused_after(cleo, 2)
        cleo.portal.age(MINUTES)
        cleo.browser.open("/sign-in/verify/email")
        cleo.browser.press(next(name for name in cleo.browser.page.buttons if "one-time code via Email" in name))
        looked_at += refused_after(cleo, 2)
    assert looked_at == 10


def test_no_other_browser_or_network_buys_new_tries(ben: Person, people: People) -> None:
    """T05: the tries are the user's and the method's."""
    ben.sign_in()
    assert refused_after(ben, 10) == 10
    ben.browser = people.somebody("eve").browser
    ben.sign_in()
    assert try_code(ben, ben.app_code()).status_code == 429


def test_another_method_gives_no_tries_back(cleo: Person) -> None:
    """T05: e-mail has a budget of its own, and using it leaves the app's as it was."""
    cleo.sign_in()
    assert refused_after(cleo, 10) == 10
    cleo.browser.open("/sign-in/other")
    cleo.browser.press("Email")
    assert try_code(cleo, cleo.mailed_code()).status_code == 303
    cleo.browser = cleo.browser.another()
    cleo.sign_in()
    assert try_code(cleo, cleo.app_code()).status_code == 429


def test_fifty_wrong_in_a_row_close_the_method(ben: Person, people: People) -> None:
    """T05: however slowly; the method stays on, refuses even the right code, and its owner opens it again."""
    for _ in range(5):
        ben.browser = people.somebody("eve").browser
        ben.sign_in()
        assert refused_after(ben, 10) == 10
        ben.portal.age(61 * MINUTES)
    ben.portal.age(timedelta(days=1))
    ben.sign_in()
    assert ben.browser.page.status == 403
    ben.browser.open("/sign-in/recovery-code")
    ben.browser.press("Verify code", {"Recovery code": ben.codes[0]})
    ben.browser.open("/security")
    ben.browser.press("Open again")
    ben.browser.press("Confirm password", {"Password": ben.password})
    assert ben.browser.press("Open again").success
    ben.browser = ben.browser.another()
    assert ben.come_in().path == "/"


def test_wrong_mailbox_codes_are_counted_too(dan: Person) -> None:
    """T05, R15: the wizard's first page gives no more tries than any other."""
    dan.sign_in()
    path, data = dan.browser.ready("Continue", {"Confirmation code": "000000"})
    statuses = [dan.browser.post(path, data).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_wrong_set_up_codes_are_counted_too(dan: Person) -> None:
    """T05: nor does setting a method up, and beginning anew buys none."""
    dan.sign_in()
    dan.browser.press("Continue", {"Confirmation code": dan.mailed_code()})
    dan.browser.press("Activate", under="Google Authenticator")
    dan.browser.press("Confirm password", {"Password": dan.password})
    dan.browser.press("Continue")
    path, data = dan.browser.ready("Submit", {APP: "000000"})
    statuses = [dan.browser.post(path, data).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
