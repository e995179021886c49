"""Leaked pairs of address and password, each tried once, from one network address or from a thousand."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from requests import Response
from sqlalchemy import update

from portal.access import limits
from portal.database import write
from portal.models import Counter
from tests.attacks.racing import AT_ONCE, race
from tests.attacks.test_t02_password_guessing import guess
from tests.people import People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

WINDOW, PAUSE = timedelta(minutes=10), timedelta(minutes=15)
FIVE_MINUTES = timedelta(minutes=5)  # after them the ten wrong passwords of a network are forgotten
SECOND = timedelta(seconds=1)


def stuff(eve: Person, emails: list[str]) -> list[int]:
    """Try one pair after the other, half of them five minutes later: no other limit of the network is met."""
    statuses = []
    for number, email in enumerate(emails):
        if number == len(emails) // 2:
            eve.portal.age(FIVE_MINUTES)
        statuses.append(guess(eve, email).status_code)
    return statuses


def unknown(people: People, many: int) -> list[str]:
    return [people.somebody("nobody").email for _ in range(many)]


def known(people: People, many: int) -> list[str]:
    return [people.customer("ben", "totp").email for _ in range(many)]


def wait_of(answer: Response) -> timedelta:
    assert answer.status_code == 429
    return timedelta(seconds=int(answer.headers["Retry-After"]))


@pytest.mark.parametrize("whose", [known, unknown])
def test_ten_addresses_make_their_network_wait(people: People, ben: Person, eve: Person, whose: object) -> None:
    """T01, T10: nine are nothing, the tenth is enough, whether or not anybody has the addresses; for a quarter of an
    hour from the tenth even a right password waits there, and nowhere else.
    """
    assert callable(whose)
    emails = whose(people, 10)
    assert stuff(eve, emails[:9]) == [422] * 9
    assert guess(eve, ben.email, ben.password).status_code == 303
    assert guess(eve, emails[9]).status_code == 422
    assert PAUSE - 30 * SECOND < wait_of(guess(eve, ben.email, ben.password)) <= PAUSE
    assert wait_of(guess(eve, people.somebody("nobody").email)) > WINDOW
    assert guess(ben, ben.email, ben.password).status_code == 303
    eve.portal.age(PAUSE - 30 * SECOND)
    assert wait_of(guess(eve, ben.email, ben.password)) <= 30 * SECOND
    eve.portal.age(30 * SECOND)
    assert guess(eve, ben.email, ben.password).status_code == 303


def test_the_page_says_that_it_is_the_network(people: People, eve: Person) -> None:
    """T01: and that a sign-in that is open goes on."""
    stuff(eve, unknown(people, 10))
    page = eve.browser.open("/sign-in")
    page = eve.browser.press("Sign in", {"Email address": eve.email, "Password": "a guess"})
    assert "Too many wrong passwords or codes came from your network." in page.text
    assert "signing in from another network" in page.text


def test_an_open_sign_in_of_the_same_network_goes_on(people: People, ben: Person) -> None:
    """T01: a colleague who is in stays in, and may confirm a change."""
    ben.come_in()
    eve = people.somebody("eve")
    eve.browser.http.headers["X-Forwarded-For"] = ben.browser.http.headers["X-Forwarded-For"]
    stuff(eve, unknown(people, 10))
    assert guess(eve, ben.email, ben.password).status_code == 429
    ben.browser.open("/security/email/enable")
    assert ben.browser.press("Confirm password", {"Password": ben.password}).status == 200


def test_after_ten_minutes_they_are_forgotten(people: People, eve: Person) -> None:
    """T01: nine, and nine more when the first are ten minutes old."""
    assert stuff(eve, unknown(people, 9)) == [422] * 9
    eve.portal.age(FIVE_MINUTES)
    assert stuff(eve, unknown(people, 9)) == [422] * 9


def test_one_forgetful_customer_makes_no_office_wait(people: People, ben: Person, eve: Person) -> None:
    """T01: ten wrong passwords for one address are one address."""
    met = []
    for number in range(10):
        answer = guess(eve, ben.email)
        while answer.status_code == 429:
            met.append(wait_of(answer))
            eve.portal.age(wait_of(answer))
            answer = guess(eve, ben.email)
        assert answer.status_code == 422, number
    assert max(met) < PAUSE
    other = people.customer("cleo", "totp")
    eve.portal.age(FIVE_MINUTES)
    assert guess(eve, other.email, other.password).status_code == 303


def test_twenty_at_once_are_ten(people: People, ben: Person, eve: Person) -> None:
    """T01: whichever process judges them."""
    eve.browser.open("/sign-in")
    emails = unknown(people, AT_ONCE)
    path, data = eve.browser.ready("Sign in", {"Email address": eve.email, "Password": "not the password"})
    answers = race(AT_ONCE, eve.browser, lambda tab, i: tab.post(path, {**data, "email": emails[i]}))
    assert sorted(answer.status_code for answer in answers) == [422] * 10 + [429] * 10
    assert wait_of(guess(eve, ben.email, ben.password)) > WINDOW


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Path]]:
    """A portal of its own, for its alarm would be every other test's too; and its log."""
    folder = tmp_path_factory.mktemp("besieged")
    with running(environment(fresh_database("besieged", folder), free_port()), log=folder / "log") as portal:
        yield portal, folder / "log"


def wrong_so_far(portal: Portal, count: int) -> None:
    """So many wrong passwords came from everywhere within the last minutes: the alarm's row, as they would leave it."""
    guess(People(portal).somebody("eve"), "nobody@example.org")
    with portal.app.app_context(), write() as session:
        session.execute(update(Counter).where(Counter.name == limits.ALARM.name).values(count=count))


def test_the_thousandth_wrong_password_raises_the_alarm(besieged: tuple[Portal, Path]) -> None:
    """T01: the log says so, once; meanwhile a network address has half of everything, a right password still opens,
    and a quarter of an hour later all is as before.
    """
    portal, log = besieged
    people = People(portal)
    portal.age(PAUSE)
    wrong_so_far(portal, 998)
    for alarms in (0, 1):
        assert guess(people.somebody("eve"), people.somebody("nobody").email).status_code == 422
        assert log.read_text().count('"event": "alarm"') == alarms
    assert wrong_and_refused(people) == [422] * 5 + [429]
    assert registered(people) == [303] * 5 + [429]
    ben = people.customer("ben", "totp")
    assert ben.come_in().path == "/"
    assert log.read_text().count('"event": "alarm"') == 1
    portal.age(PAUSE)
    assert wrong_and_refused(people) == [422] * 10 + [429]


def test_nine_hundred_and_ninety_nine_raise_none(besieged: tuple[Portal, Path]) -> None:
    """T01: and five minutes later they are forgotten."""
    portal, log = besieged
    portal.age(PAUSE)
    before = log.read_text().count('"event": "alarm"')
    wrong_so_far(portal, 999 - 10)
    assert wrong_and_refused(People(portal)) == [422] * 10 + [429]
    portal.age(FIVE_MINUTES)
    assert wrong_and_refused(People(portal)) == [422] * 10 + [429]
    assert log.read_text().count('"event": "alarm"') == before


def wrong_and_refused(people: People) -> list[int]:
    """Wrong passwords for one address after the other from one network address, to the first that is refused."""
    eve, statuses = people.somebody("eve"), [422]
    while statuses[-1] == 422:
        statuses.append(guess(eve, people.somebody("nobody").email).status_code)
    return statuses[1:]


def registered(people: People) -> list[int]:
    """Registrations begun from one network address, to the first that is refused."""
    eve, statuses = people.somebody("eve"), [303]
    while statuses[-1] == 303:
        browser = eve.browser.another()
        browser.open("/register")
        path, data = browser.ready("Continue", {"Email address": people.somebody("nobody").email})
        statuses.append(browser.post(path, data).status_code)
    return statuses[1:]
