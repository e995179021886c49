"""T45: whoever brings the worker down takes no limit away. Every count is a row that the web processes write."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.attacks.racing import AT_ONCE, race
from tests.attacks.test_t02_password_guessing import WAITS, waits_met
from tests.attacks.test_t04_t05_code_guessing import refused_after, try_code
from tests.faults.database import worker_stopped
from tests.journeys.ways import APP_FIELD, RESEND, ask_to_register, messages
from tests.people import People, Person
from tests.portal_for_tests import Portal


@pytest.fixture(autouse=True)
def nobody_works(portal: Portal) -> Iterator[None]:
    """The worker stands still."""
    with worker_stopped(portal):
        yield


def test_guessed_passwords_wait(people: People, ben: Person) -> None:
    """T02: as long as ever, from wherever they come."""
    assert waits_met(people, ben.email, 5 + len(WAITS)) == WAITS


def test_codes_guessed_at_once_share_one_budget(ben: Person) -> None:
    """T04: ten are looked at, and then not even the right one."""
    ben.sign_in()
    path, data = ben.browser.ready("Verify code", {APP_FIELD: ""})
    answers = race(AT_ONCE, ben.browser, lambda tab, i: tab.post(path, data | {"code": f"{100000 + i}"}))
    assert sorted(answer.status_code for answer in answers) == [422] * 10 + [429] * 10
    assert try_code(ben, ben.app_code()).status_code == 429


def test_asking_for_codes_that_never_come_buys_no_tries(people: People) -> None:
    """T05, R7: two wrong ones, another code asked for, a new sign-in, and so on: the eleventh is refused."""
    fay = people.customer("fay", "email", "totp")
    looked_at = 0
    for _ in range(6):
        fay.browser = fay.browser.another()
        fay.sign_in()
        looked_at += refused_after(fay, 2)
        fay.portal.age(timedelta(minutes=1))
    assert looked_at == 10


def test_a_mailbox_gets_three_mails_however_many_ask(portal: Portal, people: People, ada: Person) -> None:
    """T08: codes to register and links to reset, asked for from everywhere; and a code after a right password waits its
    minute. What was refused isn't sent later either."""
    for _ in range(5):
        eve = people.somebody("eve")
        eve.email = ada.email
        ask_to_register(eve)
        eve.browser.open("/password/forgot")
        eve.browser.press("Send link", {"Email address": ada.email})
    assert messages(ada) == 3
    fay = people.customer("fay", "email")
    fay.sign_in()
    for _ in range(3):
        fay.browser.press(RESEND)
        fay.sign_in(fay.browser.another())
    assert messages(fay) == 1
