"""Bodies too large, passwords too long, more sign-ins at once than the machine can hash."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from portal.access import passwords
from tests.attacks.racing import race
from tests.attacks.rows import about
from tests.attacks.work import hashes_held, post, post_while_busy, work_of
from tests.people import People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running, until

AT_ONCE = 24
DEAR = "65536,3,1"  # the default, so that the hashes must queue


@pytest.fixture(scope="module")
def dear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal whose hashes cost so much that a crowd has to wait."""
    database = fresh_database("dear", tmp_path_factory.mktemp("dear"))
    with running(environment(database, free_port(), PORTAL_ARGON2=DEAR)) as portal:
        yield portal


@pytest.mark.parametrize("path", ["/sign-in", "/register", "/register/details", "/sign-out"])
def test_a_body_of_a_megabyte_is_refused(eve: Person, path: str) -> None:
    """T46: 413, before anything is read of it or written for it."""
    eve.browser.open("/sign-in")
    data = {"csrf_token": eve.browser.token(), "email": eve.email, "password": "x" * 1024 * 1024}
    assert eve.browser.post(path, data).status_code == 413
    assert not any(about(eve).values())


def test_a_body_just_too_large_is_refused(eve: Person) -> None:
    """T46: 64 kB, and nothing above."""
    eve.browser.open("/sign-in")
    data = {"csrf_token": eve.browser.token(), "email": eve.email}
    assert eve.browser.post("/sign-in", data | {"password": "x" * 63_000}).status_code == 422
    assert eve.browser.post("/sign-in", data | {"password": "x" * 65_536}).status_code == 413


def test_a_hundred_and_one_parts_are_refused(eve: Person) -> None:
    """T46: a form in more parts than any of ours has."""
    eve.browser.open("/sign-in")
    files = [("file", (None, "x"))] * 101
    answer = eve.browser.http.post(f"{eve.portal.base}/sign-in", files=files, headers={"Origin": eve.portal.base})
    assert answer.status_code == 413


@pytest.mark.parametrize(("length", "hashes"), [(256, 1), (257, 0), (60_000, 0)])
def test_a_password_too_long_costs_no_hash(ben: Person, length: int, hashes: int) -> None:
    """T46: at sign-in, where everybody may type one."""
    assert work_of(ben, "/sign-in", {"email": ben.email, "password": "x" * length}).hashes == hashes


def test_a_password_too_long_is_refused_at_registration(ada: Person) -> None:
    """T46: with words, and no user."""
    ada.browser.open("/register")
    ada.browser.press("Continue", {"Email address": ada.email})
    ada.browser.press("Continue", {"Confirmation code": ada.mailed_code()})
    page = ada.browser.press("Create account", {"Your name": "Ada", "Password": "x7 Qz" * 51 + "xx"})
    assert (page.status, page.problems) == (422, ["The password is too long. Use 256 characters or fewer."])
    assert about(ada)["users"] == []


def test_a_crowd_of_sign_ins_starves_no_other_page(dear: Portal) -> None:
    """T46, T23: each is judged or told when to come again, never met with a mistake; and a page that hashes nothing
    is answered meanwhile.
    """
    crowd = People(dear)
    visitors = [crowd.somebody("eve") for _ in range(AT_ONCE)]
    for eve in visitors:
        eve.browser.open("/sign-in")

    def call(i: int) -> requests.Response:
        if i % 6 == 0:
            return requests.get(f"{dear.base}/healthz", timeout=10)
        browser = visitors[i].browser
        path, data = browser.ready("Sign in", {"Email address": visitors[i].email, "Password": "not the password"})
        return browser.post(path, data)

    answers = race(AT_ONCE, visitors[0].browser, lambda _, i: call(i))
    alive = [answer.status_code for answer in answers[::6]]
    judged = [answer for i, answer in enumerate(answers) if i % 6]
    assert set(alive) == {200}
    assert {answer.status_code for answer in judged} <= {422, 503}


def test_a_portal_that_hashes_all_it_can_says_when_to_come_again(people: People) -> None:
    """T46: 503 with Retry-After after two seconds in the queue."""
    eve = people.somebody("eve")
    answer = post_while_busy(eve, "/sign-in", {"email": eve.email, "password": "not the password"})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_four_hashes_at_once_and_every_other_page_meanwhile(people: People) -> None:
    """T46: of twelve sign-ins at once four are hashed, four wait their two seconds; no page that hashes nothing waits
    for any of them. No stopwatch: the hashes don't end before those pages were answered.
    """
    crowd, app = [people.somebody("eve") for _ in range(12)], people.portal.app
    fields = {"password": "not the password"}
    with ThreadPoolExecutor(len(crowd)) as threads, hashes_held(app) as held:
        tries = [threads.submit(post, eve, "/sign-in", {"email": eve.email, **fields}) for eve in crowd]
        until(lambda: True if held.now == passwords.AT_ONCE else None)
        until(lambda: True if sum(one.done() for one in tries) == len(crowd) - passwords.AT_ONCE else None)
        asked = app.test_client()
        answers = [asked.get(path, base_url=people.portal.base) for path in ("/healthz", "/readyz", "/sign-in")]
        assert (held.now, held.most) == (4, 4)
        held.go.set()
        judged = sorted(one.result().status_code for one in tries)
    assert [answer.status_code for answer in answers] == [200] * 3
    assert judged == [422] * 4 + [503] * 8
