"""A link to the sign-in page that would lead somewhere else afterwards."""

from urllib.parse import quote, urljoin, urlsplit

import pytest

from tests.people import People, Person

pytestmark = pytest.mark.any_engine

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example/x",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/%09/evil.example",
    "/%2f%2fevil.example",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/%5c%5cevil.example",
    "%2f%2fevil.example",
    "/%252f%252fevil.example",
    "http://evil.example",
    "https://evil.example/security",
    "HTTPS://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "@evil.example",
    "/@evil.example",
    "/x@evil.example:80/",
    ".evil.example",
    "/.evil.example",
    "/..//evil.example",
    "/security//evil.example",
    "/security\r\nLocation: https://evil.example",
    "/security%0d%0aLocation:%20https://evil.example",
    "/security\x00//evil.example",
    "／／evil.example",
    "/／evil.example",
    "/。evil.example",
    "/" + "a" * 600,
    "?next=//evil.example",
    "#//evil.example",
]
ROUND_AND_ROUND = ["/sign-in", "/sign-in?next=/sign-in", "/sign-in/verify", "/sign-in/verify/totp", "/sign-in/other"]


def where_it_ends(person: Person, wanted: str, *, typed: bool) -> list[str]:
    """Sign in to the end from a link, or with `next` forged in the form; every place it leads to on the way."""
    browser, places = person.browser, []
    browser.open("/sign-in" if typed else f"/sign-in?next={quote(wanted, safe='')}")
    path, data = browser.ready("Sign in", {"Email address": person.email, "Password": person.password})
    answer = browser.post(path, data | ({"next": wanted} if typed else {}))
    places.append(answer.headers["Location"])
    browser.open("/sign-in/verify/totp")
    path, data = browser.ready("Verify code", {"6-digit verification code": person.app_code()})
    answer = browser.post(path, data)
    places.append(answer.headers["Location"])
    return [*places, browser.http.get(f"{browser.base}/sign-in/verify", allow_redirects=False).headers["Location"]]


@pytest.mark.parametrize("typed", [False, True], ids=["in the link", "in the form"])
@pytest.mark.parametrize("wanted", ELSEWHERE, ids=range(len(ELSEWHERE)))
def test_no_link_leads_out_of_the_portal(customer: Person, wanted: str, typed: bool) -> None:
    """T18: not one of these is followed, at the end of the whole sign-in and later."""
    places = where_it_ends(customer, wanted, typed=typed)
    assert places[0].startswith("/sign-in/verify")
    assert places[1:] == ["/", "/"]


@pytest.mark.parametrize("wanted", ["/security", "/security/totp/enable?step=code", "/security/recovery-codes"])
def test_a_path_of_the_portal_is_kept(customer: Person, wanted: str) -> None:
    """T18, S2.1: back to the page first asked for."""
    assert where_it_ends(customer, wanted, typed=False)[1] == wanted


@pytest.mark.parametrize("wanted", ROUND_AND_ROUND)
def test_no_link_leads_round_and_round(customer: Person, wanted: str) -> None:
    """T18: back to a page of the sign-in would lead on to itself for ever."""
    where_it_ends(customer, wanted, typed=False)
    assert [customer.browser.open(path).path for path in ("/sign-in", "/sign-in/verify", wanted)] == ["/", "/", "/"]


@pytest.mark.parametrize("path", ["//evil.example/..", "/\\evil.example", "/%5c/evil.example"])
def test_the_gate_keeps_no_such_path_either(eve: Person, path: str) -> None:
    """T18: the page first asked for is noted by the same rule."""
    answer = eve.browser.http.get(eve.browser.base + path, allow_redirects=False)
    assert urlsplit(urljoin(eve.browser.base, answer.headers["Location"])).netloc == urlsplit(eve.browser.base).netloc
    assert "next=" not in answer.headers["Location"]


@pytest.fixture(scope="module")
def regular(people_of_module: People) -> Person:
    return people_of_module.customer("ben", "totp")


@pytest.fixture
def customer(regular: Person) -> Person:
    """One customer for all links, each in a new browser."""
    regular.browser = regular.browser.another()
    return regular
