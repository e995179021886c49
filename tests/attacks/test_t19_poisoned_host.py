"""A host made up in a request, so that a mailed link leads to somebody else's server."""

import http.client
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import pytest

from tests.attacks.rows import about
from tests.people import People, Person

EVIL = "evil.example"
Lines = list[tuple[str, str]]
# What the request line names before the path, and the header lines that name a host. "{}" is the portal's own.
REQUESTS: list[tuple[str, Lines]] = [
    ("", [("Host", EVIL)]),
    ("", [("Host", f"{EVIL}:80")]),
    ("", [("Host", "{}"), ("Host", EVIL)]),
    ("", [("Host", EVIL), ("Host", "{}")]),
    ("", [("Host", "{}," + EVIL)]),
    ("", [("Host", "{}@" + EVIL)]),
    ("", [("Host", EVIL + "#{}")]),
    ("", [("Host", "{}." + EVIL)]),
    ("", [("Host", "localhost:1")]),
    ("", [("Host", "")]),
    ("", []),
    ("", [("Host", "{}"), ("X-Forwarded-Host", EVIL)]),
    ("", [("Host", "{}"), ("X-Forwarded-Host", EVIL + ", {}"), ("X-Forwarded-Port", "1")]),
    ("", [("Host", "{}"), ("Forwarded", f"for=192.0.2.1;host={EVIL};proto=https")]),
    ("", [("Host", "{}"), ("X-Host", EVIL), ("X-Original-Host", EVIL), ("X-Forwarded-Server", EVIL)]),
    ("", [("Host", "{}"), ("X-Forwarded-Prefix", f"//{EVIL}"), ("X-Script-Name", f"//{EVIL}")]),
    (f"http://{EVIL}", [("Host", "{}")]),
    (f"http://{EVIL}", [("Host", EVIL)]),
    ("http://{}", [("Host", EVIL)]),
    (f"http://{{}}@{EVIL}", [("Host", "{}")]),
    (f"//{EVIL}", [("Host", "{}")]),
]


def sent(who: Person, path: str, data: dict[str, str], before: str, lines: Lines) -> tuple[int, str]:
    """Post a form by hand: the status, and everything else of the answer."""
    host = urlsplit(who.portal.base).netloc
    connection = http.client.HTTPConnection(host)
    connection.putrequest("POST", before.format(host) + path, skip_host=True, skip_accept_encoding=True)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in who.browser.http.cookies)
    body = urlencode(data).encode()
    ip = str(who.browser.http.headers["X-Forwarded-For"])
    own = [("Origin", who.portal.base), ("Cookie", cookies), ("X-Forwarded-For", ip), ("Content-Length", len(body))]
    kind = [("Content-Type", "application/x-www-form-urlencoded")]
    for name, value in [*((name, value.format(host)) for name, value in lines), *own, *kind]:
        connection.putheader(name, str(value))
    connection.endheaders(body)
    answer = connection.getresponse()
    told = f"{answer.headers}{answer.read().decode()}"
    connection.close()
    return answer.status, told


def forgot(who: Person, email: str) -> tuple[str, dict[str, str]]:
    who.browser.open("/password/forgot")
    return "/password/forgot", who.browser.ready("Send link", {"Email address": email})[1]


def register(who: Person, email: str) -> tuple[str, dict[str, str]]:
    who.browser.open("/register")
    return "/register", who.browser.ready("Continue", {"Email address": email})[1]


@pytest.mark.parametrize("form", [forgot, register])
@pytest.mark.parametrize(("before", "lines"), REQUESTS, ids=lambda part: str(part) or "-")
def test_no_mail_names_another_host(
    people: People, form: Callable[[Person, str], tuple[str, dict[str, str]]], before: str, lines: Lines
) -> None:
    """T19: such a request is refused, with nothing written; or what it names is not believed, on the page or in the
    mail.
    """
    ben, eve = people.customer("ben", "totp"), people.somebody("eve")
    status, told = sent(eve, *form(eve, ben.email), before, lines)
    assert status in (303, 400, 404), told
    assert EVIL not in told
    taken = any(f"Location: {page}\n" in told for page in ("/password/forgot/sent", "/register/confirm"))
    assert len(about(ben)["messages"]) == taken
    if taken:
        mail = ben.mail()
        assert EVIL not in mail.text + mail.html + mail.subject
        assert f"{ben.portal.base}/" in mail.text
    assert bool(about(ben)["registrations"]) == (taken and form is register)


def test_a_request_by_the_portal_s_own_name_is_taken(people: People) -> None:
    """T19: the same request, made by hand, without a lie."""
    ben, eve = people.customer("ben", "totp"), people.somebody("eve")
    assert sent(eve, *forgot(eve, ben.email), "", [("Host", "{}")])[0] == 303
    assert sent(eve, *forgot(eve, ben.email), "", [("Host", EVIL)])[0] == 400
