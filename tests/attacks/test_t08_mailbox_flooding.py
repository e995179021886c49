"""A stranger who fills somebody's mailbox, by every form that sends a mail."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from requests import Response

from tests.attacks.racing import AT_ONCE, press_together
from tests.attacks.rows import about
from tests.attacks.test_t10_enumeration import forgot, register, seen
from tests.browser import Browser
from tests.people import People, Person

ANONYMOUS = 100
WAIT = re.compile(r'<p class="hint"[^>]*>You can ask for another code at.*?</p>')
MINUTE = timedelta(minutes=1, seconds=1)


def mails_to(person: Person) -> int:
    """Mails that were put into the outbox for somebody, sent or not."""
    return len(about(person)["messages"])


def sent_again(browser: Browser) -> Response:
    """Ask for the code once more, in the browser that asked first."""
    browser.open("/register/confirm")
    path, data = browser.ready("Send a new code")
    return browser.post(path, data)


def ask(number: int, first: Browser, eve: Person, email: str) -> tuple[str, Response, Response]:
    """One of three ways to have a mail sent: its name, the answer, and the page it leads to."""
    if number % 3 == 0:
        return "forgot", forgot(eve, email), eve.browser.open("/password/forgot/sent").answer
    if number % 3 == 1:
        return "register", register(eve, email), eve.browser.open("/register/confirm").answer
    return "again", sent_again(first), first.open("/register/confirm").answer


def flooded(people: People, email: str) -> dict[str, set[str]]:
    """A hundred mixed posts, each from a network address of its own and most without a cookie. What was answered."""
    first, told = people.somebody("eve"), dict[str, set[str]]()
    register(first, email)
    for number in range(ANONYMOUS - 1):
        eve = people.somebody("eve")
        first.browser.http.headers["X-Forwarded-For"] = eve.browser.http.headers["X-Forwarded-For"]
        kind, answer, page = ask(number, first.browser, eve, email)
        told.setdefault(kind, set()).add(said(answer, email))
        told.setdefault(f"page after {kind}", set()).add(said(page, email))
    return told


def said(answer: Response, email: str) -> str:
    """What is answered, but for the wait: while a hundred are posted, "in an hour" becomes "in 59 minutes"."""
    return WAIT.sub("WAIT", str(seen(answer, email)))


def test_a_hundred_posts_are_three_mails_and_spare_the_owner_s_code(people: People) -> None:
    """T08: no page changes on the way, and none differs from what an address that nobody has is answered; a right
    password's codes are counted apart from what strangers ask for.
    """
    cleo, nobody = people.customer("cleo", "email"), people.somebody("nobody")
    told, of_nobody = flooded(people, cleo.email), flooded(people, nobody.email)
    assert (mails_to(cleo), mails_to(nobody)) == (3, 3)
    for kind, answers in told.items():
        assert len(answers) == 1, kind
        assert min(answers).split("\\n") == min(of_nobody[kind]).split("\\n")
    cleo.sign_in()
    code = cleo.mail(template="one-time").text[:6]
    assert cleo.browser.press("Verify code", {"One-time code": code}).path == "/"


def test_new_cookies_bring_no_new_code(ada: Person, people: People) -> None:
    """T08: the wait is the address's, whoever asks from wherever; a minute later one more goes."""
    register(ada, ada.email)
    for _ in range(5):
        eve = people.somebody("eve")
        register(eve, ada.email)
        assert "You can ask for another code at" in eve.browser.open("/register/confirm").text
    assert mails_to(ada) == 1
    ada.portal.age(MINUTE)
    register(people.somebody("eve"), ada.email)
    assert mails_to(ada) == 2


def registering(ada: Person) -> str:
    register(ada, ada.email)
    ada.browser.open("/register/confirm")
    return "Send a new code"


def at_the_code(ada: Person) -> str:
    ada.sign_in()
    return "Resend one-time code via Email"


@pytest.mark.parametrize("begin", [registering, at_the_code])
def test_twenty_askings_at_once_are_one_mail(people: People, begin: Callable[[Person], str]) -> None:
    """T08: whichever process takes them."""
    who = people.somebody("ada") if begin is registering else people.customer("cleo", "email")
    button = begin(who)
    assert mails_to(who) == 1
    for sent, wait in ((2, 1), (3, 2)):
        who.portal.age(wait * MINUTE)
        assert {answer.status_code for answer in press_together(AT_ONCE, who.browser, button, {})} <= {303, 429}
        assert mails_to(who) == sent


def test_twenty_links_at_once_are_three(people: People, ben: Person) -> None:
    """T08: a link has no wait of its own, only what goes to one address in an hour."""
    eve = people.somebody("eve")
    eve.browser.open("/password/forgot")
    answers = press_together(AT_ONCE, eve.browser, "Send link", {"Email address": ben.email})
    assert {answer.status_code for answer in answers} == {303}
    assert mails_to(ben) == 3
