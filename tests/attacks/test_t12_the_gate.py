"""Around the gate: every path, every verb, odd spellings and odd headers, at every step of the way in."""

import http.client
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.attacks.rows import about
from tests.people import People, Person

pytestmark = pytest.mark.any_engine

OPEN = re.compile(
    r"/sign-in|/sign-in/open(/.*)?|/sign-in/lost-access/(begin|stop)(/.*)?|/sign-out(/completely)?|/register(/.*)?|/healthz|/readyz|/brand\.css|/logo|/demo/inbox(\.json)?|/static/.*|/help.*|/not-me(/.*)?"
    r"|/staff/sign-(in|out)|/staff/welcome(/.*)?"
    r"|/metrics|/password/.*|/\.well-known/.*"
)
VERBS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH")
SPELLINGS = (
    "/{}",
    "{}/",
    "{};a",
    "{}%20",
    "/%2e{}",
    "/./{}",
    "/static/..{}",
    "/static/%2e%2e{}",
    "//x/..{}",
    "{}.json",
)
PRETENCES: list[dict[str, str]] = [
    {"X-Original-URL": "/healthz"},
    {"X-Rewrite-URL": "/static/css/portal.css"},
    {"X-HTTP-Method-Override": "GET", "X-HTTP-Method": "GET", "X-Method-Override": "GET"},
    {"SCRIPT_NAME": "/a", "X-Script-Name": "/a", "X-Forwarded-Prefix": "/healthz"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-User": "admin"},
    {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json", "Content-Type": "application/json"},
]


def nobody(people: People) -> Person:
    return people.somebody("eve")


def proving_the_address(people: People) -> Person:
    dan = people.customer("dan")
    dan.sign_in()
    return dan


def setting_up(people: People) -> Person:
    dan = proving_the_address(people)
    dan.browser.press("Continue", {"Confirmation code": dan.mailed_code()})
    assert dan.browser.page.path == "/onboarding"
    return dan


def checking(people: People) -> Person:
    ben = people.customer("ben", "totp")
    ben.sign_in()
    return ben


def saving_codes(people: People) -> Person:
    dan = setting_up(people)
    dan.browser.press("Activate", under="Email MFA")
    dan.browser.press("Confirm password", {"Password": dan.password})
    dan.browser.press("Send one-time code via Email")
    dan.browser.press("Submit", {"One-time code": dan.mailed_code()})
    assert dan.browser.page.path == "/onboarding/recovery-codes"
    return dan


# Whom the gate holds, the page it leads to, and the pages of that step.
HELD: list[tuple[Callable[[People], Person], str, str]] = [
    (nobody, r"/sign-in(\?.*)?", r"/sign-in/lost-access"),
    (proving_the_address, r"/onboarding/address", r"/onboarding/address(/send)?"),
    (setting_up, r"/onboarding", r"/onboarding(/totp|/email)?(/send)?"),
    (checking, r"/sign-in/verify(/totp)?", r"/sign-in/.*"),
    (saving_codes, r"/onboarding/recovery-codes", r"/onboarding/recovery-codes(\.txt|/new)?"),
]
AT_EACH_STEP = pytest.mark.parametrize(("at", "due", "step"), HELD, ids=[at.__name__ for at, _, _ in HELD])


def paths(person: Person) -> list[str]:
    """Every path of the portal, for every method, and some that don't exist."""
    rules = [rule.rule for rule in person.portal.app.url_map.iter_rules()]
    spelled = {
        rule.replace("<method>", kind).replace("<int:id>", "1").replace("<path:filename>", "css/portal.css")
        for rule in rules
        for kind in ("totp", "email", "telegram")
    }
    return sorted(spelled | {"/admin", "/api/user", "/security/none", "/onboarding/none", "/%00", "/.env"})


def ask(person: Person, verb: str, path: str, **headers: str) -> http.client.HTTPResponse:
    """A request exactly as written: no library tidies the path."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.browser.http.cookies)
    ip = str(person.browser.http.headers["X-Forwarded-For"])
    mine = {"Cookie": cookies, "Origin": person.portal.base, "X-Forwarded-For": ip}
    line = http.client.HTTPConnection(urlsplit(person.portal.base).netloc)
    line.putrequest(verb, path, skip_accept_encoding=True)
    for name, value in (mine | headers).items():
        line.putheader(name, value)
    line.putheader("Content-Length", "0")
    line.endheaders()
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer


def due_at(path: str, due: str) -> str:
    """Where a path leads: at the support desk every customer is a stranger."""
    return "/staff/sign-in" if re.match("/staff(/|$)", path) else due


def held(answer: http.client.HTTPResponse, due: str, base: str) -> bool:
    """Whether an answer shows nothing: it leads to the step that is due, refuses, or only names the verbs there are."""
    place = answer.headers.get("Location", "").removeprefix(base)
    names_verbs = answer.headers.get("Allow") is not None and answer.headers.get("Content-Length") == "0"
    return (answer.status == 303 and bool(re.fullmatch(due, place))) or answer.status in (400, 403) or names_verbs


@AT_EACH_STEP
@pytest.mark.parametrize("verb", VERBS)
def test_every_path_leads_to_the_step_that_is_due(
    people: People, at: Callable[[People], Person], due: str, step: str, verb: str
) -> None:
    """T12, R1: whatever isn't open to everybody, existing or not; a POST without its token changes nothing."""
    person = at(people)
    before = about(person)
    shut = [path for path in paths(person) if not re.fullmatch(f"{OPEN.pattern}|{step}", path)]
    answers, base = {path: ask(person, verb, path) for path in shut}, person.portal.base
    assert {path: got.status for path, got in answers.items() if not held(got, due_at(path, due), base)} == {}
    assert about(person) == before


@AT_EACH_STEP
def test_no_spelling_goes_around(people: People, at: Callable[[People], Person], due: str, step: str) -> None:
    """T12: slashes, dots, parameters and capitals; what isn't a page of the portal leads to the step that is due."""
    person = at(people)
    spelled = [form.format(path) for form in SPELLINGS for path in ("/", "/security", "/security/recovery-codes/new")]
    for path in [*spelled, "/SECURITY", "/Security", "/security%2Frecovery-codes", "/%73ecurity"]:
        answer = ask(person, "GET", path)
        assert held(answer, due, person.portal.base) or answer.status in (301, 308, 404), path
        assert "evil" not in answer.headers.get("Location", "")


@AT_EACH_STEP
@pytest.mark.parametrize("pretence", PRETENCES, ids=lambda pretence: next(iter(pretence)))
def test_no_header_goes_around(
    people: People, at: Callable[[People], Person], due: str, step: str, pretence: dict[str, str]
) -> None:
    """T12: neither another path, nor another verb, nor another name for the visitor is believed."""
    person = at(people)
    before = about(person)
    for verb, path in (("GET", "/"), ("GET", "/security"), ("POST", "/security/totp/disable"), ("POST", "/security")):
        assert held(ask(person, verb, path, **pretence), due, person.portal.base), path
    assert about(person) == before


@AT_EACH_STEP
def test_a_form_with_a_token_changes_nothing_either(
    people: People, at: Callable[[People], Person], due: str, step: str
) -> None:
    """T12: every POST of the pages inside, filled in, from a page of the portal."""
    person = at(people)
    person.browser.open("/register")
    before = about(person)
    data = {"csrf_token": person.browser.token(), "password": person.password, "primary": "email", "name": "x"}
    for path in [path for path in paths(person) if not re.fullmatch(f"{OPEN.pattern}|{step}", path)]:
        answer = person.browser.post(path, data)
        assert answer.status_code == 303, path
        assert re.fullmatch(due_at(path, due), answer.headers["Location"]), path
    assert about(person) == before


def test_whoever_is_in_gets_in(ben: Person) -> None:
    """T12: the same requests do open pages for somebody who is in, so the tests above can fail."""
    ben.come_in()
    opened = [path for path in paths(ben) if ask(ben, "GET", path).status == 200]
    assert {"/", "/security", "/security/recovery-codes", "/security/totp/enable"} <= set(opened)
