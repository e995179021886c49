"""Finding out whether somebody has an account: by the answer, or by the work an answer takes."""

import re
from collections.abc import Callable

import pytest
from requests import Response

from tests.attacks.rows import about
from tests.attacks.work import Work, work_of
from tests.people import People, Person

Answer = tuple[int, str, list[str], list[str], str]
Ask = Callable[[Person, str], Response]


def seen(answer: Response, email: str) -> Answer:
    """All an outsider can compare: secrets of this visit, the address typed and the time of day left out."""
    body = answer.text.replace(email, "ADDRESS").replace(f"{email[0]}***@example.org", "HINT")
    body = re.sub(r'name="csrf_token" value="[^"]+"', "TOKEN", body)
    body = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+|\d\d:\d\d|\d+ (January|November|December) \d{4}", "TIME", body)
    body = re.sub(r'data-left="\d+"|(\d+ minutes? )?\d+ seconds?|\d+ minutes?', "SPAN", body)
    cookies = sorted(cookie.name for cookie in answer.cookies)
    return answer.status_code, answer.headers.get("Location", ""), sorted(answer.headers), cookies, body


def sign_in(who: Person, email: str) -> Response:
    """A wrong password."""
    who.browser.open("/sign-in")
    path, data = who.browser.ready("Sign in", {"Email address": email, "Password": "not the password"})
    return who.browser.post(path, data)


def register(who: Person, email: str) -> Response:
    who.browser.open("/register")
    path, data = who.browser.ready("Continue", {"Email address": email})
    return who.browser.post(path, data)


def confirm_page(who: Person, email: str) -> Response:
    register(who, email)
    return who.browser.open("/register/confirm").answer


def wrong_code(who: Person, email: str) -> Response:
    confirm_page(who, email)
    path, data = who.browser.ready("Continue", {"Confirmation code": "000000"})
    return who.browser.post(path, data)


def wrong_code_too_often(who: Person, email: str) -> Response:
    confirm_page(who, email)
    path, data = who.browser.ready("Continue", {"Confirmation code": "000000"})
    return [who.browser.post(path, data) for _ in range(11)][-1]


def resend(who: Person, email: str) -> Response:
    confirm_page(who, email)
    path, data = who.browser.ready("Send a new code")
    return who.browser.post(path, data)


def page_after_resend(who: Person, email: str) -> Response:
    resend(who, email)
    return who.browser.open("/register/confirm").answer


def sign_in_too_often(who: Person, email: str) -> Response:
    return [sign_in(who, email) for _ in range(6)][-1]


def register_too_often(who: Person, email: str) -> Response:
    return [confirm_page(who, email) for _ in range(4)][-1]


def page_when_no_more_is_sent(who: Person, email: str) -> Response:
    """Three codes were asked for within the hour, as fast as the waits allow."""
    for _ in range(2):
        confirm_page(who, email)
        who.portal.age(who.browser.wait())
    confirm_page(who, email)
    return confirm_page(who, email)


def forgot(who: Person, email: str) -> Response:
    who.browser.open("/password/forgot")
    path, data = who.browser.ready("Send link", {"Email address": email})
    return who.browser.post(path, data)


def forgot_too_often(who: Person, email: str) -> Response:
    """Three links an hour are sent; the fourth asking is answered alike."""
    return [forgot(who, email) for _ in range(4)][-1]


def page_after_forgot(who: Person, email: str) -> Response:
    forgot_too_often(who, email)
    return who.browser.open("/password/forgot/sent").answer


ASKED = [
    forgot,
    forgot_too_often,
    page_after_forgot,
    sign_in,
    sign_in_too_often,
    register,
    confirm_page,
    wrong_code,
    wrong_code_too_often,
    resend,
    page_after_resend,
    register_too_often,
    page_when_no_more_is_sent,
]


@pytest.mark.parametrize("ask", ASKED, ids=lambda ask: ask.__name__)
def test_nobody_learns_who_is_a_customer(people: People, ask: Ask) -> None:
    """T10: an unknown address, a customer's, and that of one without a method: the same status, place, headers,
    cookies and words, at the limits too.
    """
    unknown = people.somebody("ada").email
    ben, dan = people.customer("ben", "totp"), people.customer("dan")
    answers = [seen(ask(people.somebody("eve"), email), email) for email in (unknown, ben.email, dan.email)]
    assert answers[1:] == [answers[0], answers[0]]


@pytest.mark.parametrize("ask", [sign_in, sign_in_too_often, forgot], ids=lambda ask: ask.__name__)
def test_nobody_learns_who_is_registering(people: People, ask: Ask) -> None:
    """T10: an address whose mailbox isn't proved yet is nobody's."""
    unknown, ada = people.somebody("nobody").email, people.somebody("ada")
    register(ada, ada.email)
    answers = [seen(ask(people.somebody("eve"), email), email) for email in (unknown, ada.email)]
    assert answers[0] == answers[1]


def test_only_the_mail_tells_who_has_a_password_to_forget(ada: Person, ben: Person, eve: Person) -> None:
    """T10: in the outbox both messages are of one kind."""
    forgot(eve, ada.email)
    assert ben.forget_password(eve.browser)
    assert "There is no account" in ada.mail().text
    assert about(ada)["messages"][0][1] == about(ben)["messages"][0][1] == "password_reset"


def test_the_outbox_doesn_t_tell_either(ben: Person, ada: Person, eve: Person) -> None:
    """T10: until a worker sends it, a customer's message looks like a stranger's; only its owner reads the rest."""
    register(eve, ada.email)
    register(eve, ben.email)
    assert ada.mailed_code()
    assert "already" in ben.mail().text


def test_the_limit_of_sending_is_the_same_for_all(people: People, eve: Person) -> None:
    """T10: three mails an hour for an address, and a stranger's registering never eats its owner's sign-in codes."""
    cleo = people.customer("cleo", "email")
    page_when_no_more_is_sent(eve, cleo.email)
    assert len(about(cleo)["messages"]) == 3
    cleo.sign_in()
    assert cleo.mail(template="one-time").text[:6].isdigit()


@pytest.mark.parametrize("ask", [sign_in, register, confirm_page, resend, forgot], ids=lambda ask: ask.__name__)
def test_a_throttled_address_answers_like_any_other(people: People, ask: Ask) -> None:
    """T10: while passwords of an address are refused, its sign-in is refused alike whoever has it, and registering and
    asking for a link go on as ever.
    """
    unknown, ben, fresh = people.somebody("ada"), people.customer("ben", "totp"), people.somebody("ada")
    for who in (unknown, ben):
        sign_in_too_often(people.somebody("eve"), who.email)
    answers = [seen(ask(people.somebody("eve"), who.email), who.email) for who in (unknown, ben, fresh)]
    assert answers[0] == answers[1]
    assert answers[0][0] == (429 if ask is sign_in else answers[2][0])
    if ask is not sign_in:
        assert answers[1] == answers[2]


def test_work_is_counted(people: People) -> None:
    """The counting itself: one hash for a password that can be right, none for one that is too long."""
    eve = people.somebody("eve")
    short = work_of(eve, "/sign-in", {"email": eve.email, "password": "x" * 256})
    long = work_of(eve, "/sign-in", {"email": eve.email, "password": "x" * 257})
    assert (short.hashes, long.hashes) == (1, 0)
    assert isinstance(short, Work)
