"""A weaker method than its owner chose; one password confirmation stretched to a second change."""

from datetime import timedelta

import pytest

from tests.attacks.racing import ROUNDS, press_together
from tests.attacks.rows import about
from tests.attacks.test_t02_password_guessing import guess
from tests.people import People, Person

WEAKER = [
    "email",
    "sms",
    "call",
    "phone",
    "telegram",
    "none",
    "",
    "../email",
    "totp/../email",
    "recovery_code",
    "EMAIL",
]
CHANGES = [
    "/security/email/disable",
    "/security/totp/disable",
    "/security/recovery-codes/new",
    "/security/totp/{app}/remove",
]
ENABLING = "/security/totp/enable"  # its confirmation is the key being set up, no word on the sign-in


@pytest.mark.parametrize("method", WEAKER)
def test_only_one_s_own_methods_are_another_way(ben: Person, method: str) -> None:
    """T25: an app's owner who never switched e-mail on is offered none, and none is sent."""
    ben.sign_in()
    token = ben.browser.token()
    ben.browser.post("/sign-in/other", {"csrf_token": token, "method": method})
    ben.browser.post(f"/sign-in/verify/{method}/send", {"csrf_token": token})
    answer = ben.browser.post(f"/sign-in/verify/{method}", {"csrf_token": token, "code": "123456"})
    assert answer.status_code in (303, 308, 404)
    assert about(ben)["messages"] == []


def test_nothing_is_set_up_without_the_password(ben: Person) -> None:
    """T26, R14: neither the form of the code nor its sending begins a set-up; a wrong password doesn't either."""
    ben.come_in()
    ben.browser.open("/security")
    before, token = about(ben), ben.browser.token()
    for path in ("/security/email/enable", "/security/email/enable/send", "/security/totp/enable"):
        ben.browser.post(path, {"csrf_token": token, "code": "123456"})
        ben.browser.post(path, {"csrf_token": token, "password": "not the password"})
    assert about(ben) == before


def test_the_other_ways_name_only_methods_that_are_on(ben: Person) -> None:
    """T25."""
    ben.sign_in()
    page = ben.browser.open("/sign-in/other")
    assert "Authentication app" in page.buttons
    assert "Email" not in page.buttons


def app_of(person: Person) -> int:
    return next(int(row[0]) for row in about(person)["factors"] if row[2] == "totp")


def confirm(person: Person, change: str) -> str:
    """Type the password for a change, and stop before its last button; its path."""
    path = change.format(app=app_of(person))
    person.browser.open(path)
    if "Confirm password" in person.browser.page.buttons:
        person.browser.press("Confirm password", {"Password": person.password})
    return path


def attempt(person: Person, change: str) -> None:
    """Post straight to a change, as its last button would."""
    person.browser.open("/security")
    data = {"csrf_token": person.browser.token(), "code": "123456", "saved": "y"}
    person.browser.post(change.format(app=app_of(person)), data)


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_changes_without_the_password(cleo: Person, change: str) -> None:
    """T26, R14: a post straight to the change asks for the password."""
    cleo.come_in()
    before = about(cleo)
    attempt(cleo, change)
    assert about(cleo) == before


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("confirmed", [*CHANGES, ENABLING])
def test_one_confirmation_serves_no_other_change(cleo: Person, confirmed: str, change: str) -> None:
    """T26, R14: the password typed for one action and target opens that alone."""
    cleo.come_in()
    if confirmed == change:
        change = "/security/email/disable" if change != "/security/email/disable" else "/security/totp/disable"
    confirm(cleo, confirmed)
    before = about(cleo)
    attempt(cleo, change)
    assert about(cleo) == before


@pytest.mark.parametrize("change", CHANGES)
def test_a_confirmation_serves_no_other_sign_in(cleo: Person, change: str) -> None:
    """T26: ben's colleague at another machine can't use what was typed here."""
    elsewhere = cleo.browser.another()
    cleo.come_in(elsewhere)
    cleo.come_in()
    confirm(cleo, change)
    cleo.browser = elsewhere
    before = about(cleo)
    attempt(cleo, change)
    assert about(cleo) == before


@pytest.mark.parametrize("change", CHANGES)
def test_a_confirmation_is_good_for_ten_minutes(cleo: Person, change: str) -> None:
    """T26."""
    cleo.come_in()
    confirm(cleo, change)
    cleo.portal.age(timedelta(minutes=10, seconds=1))
    before = about(cleo)
    attempt(cleo, change)
    assert about(cleo) == before


def test_a_used_confirmation_is_gone(cleo: Person) -> None:
    """T26: remaking the codes a second time asks for the password again."""
    cleo.come_in()
    confirm(cleo, "/security/recovery-codes/new")
    cleo.browser.press("Make new recovery codes")
    cleo.browser.press("Finish", {"I have saved my recovery codes": True})
    before = about(cleo)
    attempt(cleo, "/security/recovery-codes/new")
    assert about(cleo) == before


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_confirmation_makes_one_change(ben: Person, _round: int) -> None:
    """T26: five presses of the last button at once make one new set of codes."""
    ben.come_in()
    confirm(ben, "/security/recovery-codes/new")
    answers = press_together(5, ben.browser, "Make new recovery codes", {})
    assert {answer.status_code for answer in answers} <= {200, 303, 422}
    assert [row[2] for row in about(ben)["recovery_sets"]] == [2]


def test_an_old_second_factor_is_proved_anew(cleo: Person) -> None:
    """T26, R14: who finds a browser open for more than 15 minutes, and knows the password, still needs a code."""
    cleo.come_in()
    cleo.age_second_factor()
    confirm(cleo, "/security/email/disable")
    assert cleo.browser.page.path == "/sign-in/verify/totp"
    before = about(cleo)
    attempt(cleo, "/security/email/disable")
    assert about(cleo) == before


def test_wrong_confirmations_count_as_wrong_passwords(ben: Person, people: People) -> None:
    """T26: a browser in which somebody came in has ten tries. The eleventh ends the sign-in, and none is left for
    signing in."""
    ben.come_in()
    ben.browser.open("/security/email/enable")
    path, data = ben.browser.ready("Confirm password", {"Password": "not the password"})
    statuses = [ben.browser.post(path, data).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert ben.browser.open("/security").path == "/sign-in"
    for _ in range(5):
        guess(people.somebody("eve"), ben.email)
    ben.portal.age(timedelta(minutes=5))  # for the network address
    guess(people.somebody("eve"), ben.email)
    assert ben.sign_in().status == 429
