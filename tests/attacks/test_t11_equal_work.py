"""Finding out whether somebody has an account by how long an answer takes: proved by equal work, not by a stopwatch."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.attacks.rows import added, keys
from tests.attacks.test_t10_enumeration import Ask, forgot, forgot_too_often, register, resend, sign_in, wrong_code
from tests.attacks.work import work_of
from tests.people import People, Person

FIELDS = {"password": "not the password"}
HASHES = {"/sign-in": 1, "/register": 0, "/password/forgot": 0}


def with_an_app(people: People) -> Person:
    return people.customer("ben", "totp")


def with_email(people: People) -> Person:
    return people.customer("cleo", "email")


def without_a_method(people: People) -> Person:
    return people.customer("dan")


def registering(people: People) -> Person:
    """The address isn't proved yet. Its wait is over: that is for asking, not for being anybody."""
    ada = people.somebody("ada")
    register(ada, ada.email)
    ada.portal.age(timedelta(minutes=1, seconds=1))
    return ada


def password_reset(people: People) -> Person:
    """By mail, so that a mailed code finishes no sign-in."""
    cleo = people.customer("cleo", "totp", "email")
    cleo.reset_password()
    return cleo


def half_in(people: People) -> Person:
    cleo = people.customer("cleo", "email")
    cleo.sign_in()
    return cleo


def asked_before(people: People) -> Person:
    """For a link, a minute ago."""
    ben = people.customer("ben", "totp")
    forgot(people.somebody("eve"), ben.email)
    return ben


STATES = [with_an_app, with_email, without_a_method, registering, password_reset, half_in, asked_before]


@pytest.mark.parametrize("path", HASHES)
@pytest.mark.parametrize("state", STATES)
def test_the_same_work_is_done(people: People, path: str, state: Callable[[People], Person]) -> None:
    """T11: as for an address nobody has: the same hashes, and the same statements in the same order."""
    unknown, known = people.somebody("nobody"), state(people)
    works = [work_of(people.somebody("eve"), path, {"email": who.email, **FIELDS}) for who in (unknown, known)]
    assert works[0] == works[1]
    assert works[0].hashes == HASHES[path]
    assert works[0].statements


@pytest.mark.parametrize("password", ["x" * 257, "\u0130" * 200], ids=["too long", "long when folded"])
def test_an_odd_password_costs_the_same(people: People, password: str) -> None:
    """T11: what is refused before it is hashed is refused for everybody."""
    fields = {"password": password}
    unknown, ben = people.somebody("nobody"), people.customer("ben", "totp")
    works = [work_of(people.somebody("eve"), "/sign-in", {"email": who.email, **fields}) for who in (unknown, ben)]
    assert works[0] == works[1]


@pytest.mark.parametrize("ask", [sign_in, register, wrong_code, resend, forgot, forgot_too_often])
@pytest.mark.parametrize("state", [with_an_app, without_a_method, password_reset])
def test_the_same_rows_are_written(people: People, ask: Ask, state: Callable[[People], Person]) -> None:
    """T11: counters, registrations, links, codes and outbox rows."""
    unknown, known, written = people.somebody("nobody"), state(people), []
    if state is password_reset:  # its link counts for an hour, as an unknown address's would
        forgot(people.somebody("eve"), unknown.email)
    for who in (unknown, known):
        eve = people.somebody("eve")
        before = keys(people.portal)
        ask(eve, who.email)
        written.append(added(before, keys(people.portal)))
    assert written[0] == written[1]
    assert any(written[0].values())


def test_the_same_work_is_done_when_no_more_links_are_sent(people: People) -> None:
    """T11: at N+1 too."""
    unknown, ben, works = people.somebody("nobody"), people.customer("ben", "totp"), []
    for who in (unknown, ben):
        forgot_too_often(people.somebody("eve"), who.email)
        works.append(work_of(people.somebody("eve"), "/password/forgot", {"email": who.email}))
    assert works[0] == works[1]
    assert not any("reset_links" in statement for statement in works[0].statements)


@pytest.mark.parametrize("state", [with_an_app, without_a_method, registering, password_reset])
def test_a_wait_costs_the_same(people: People, state: Callable[[People], Person]) -> None:
    """T11: the sixth wrong password, which is not looked at: no hash, for anybody."""
    unknown, known = people.somebody("nobody"), state(people)
    works = []
    for who in (unknown, known):
        for _ in range(5):
            sign_in(people.somebody("eve"), who.email)
        works.append(work_of(people.somebody("eve"), "/sign-in", {"email": who.email, **FIELDS}))
    assert works[0] == works[1]
    assert works[0].hashes == 0


def test_a_network_that_waits_is_told_so_in_the_same_work(people: People) -> None:
    """T11, T01: after ten addresses."""
    eve, works = people.somebody("eve"), []
    for _ in range(10):
        sign_in(eve, people.somebody("nobody").email)
    for who in (people.somebody("nobody"), people.customer("ben", "totp")):
        works.append(work_of(eve, "/sign-in", {"email": who.email, **FIELDS}))
    assert works[0] == works[1]
    assert works[0].hashes == 0
