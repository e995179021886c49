"""From half in to in without a second factor; a cookie planted before the sign-in, or kept from before."""

import pytest
import requests

from tests.attacks.rows import about
from tests.people import People, Person

APP = "6-digit verification code"
CLAIMS = {
    "user_id": "1",
    "level": "full",
    "step": "IN",
    "raised_at": "2026-01-01T00:00:00",
    "raised_by": "totp",
    "method": "none",
    "enrolled": "",
    "next": "/security",
    "remember": "1",
}


def token_of(person: Person) -> str:
    token = person.browser.http.cookies.get("sign-in")
    assert token
    return token


def with_token(person: Person, token: str, path: str = "/security") -> requests.Response:
    """Ask for a page with nothing but a sign-in's token."""
    browser = person.browser.another()
    return browser.http.get(f"{browser.base}{path}", cookies={"sign-in": token}, allow_redirects=False)


def test_the_token_from_before_the_raise_opens_nothing(ben: Person) -> None:
    """T13, T14: whoever saw the half-signed-in cookie holds nothing afterwards, not even the code's page."""
    ben.sign_in()
    before = token_of(ben)
    ben.browser.press("Verify code", {APP: ben.app_code()})
    assert token_of(ben) != before
    assert with_token(ben, before).headers["Location"].startswith("/sign-in?")
    assert with_token(ben, before, "/sign-in/verify").headers["Location"] == "/sign-in"


def test_the_token_from_before_a_fresh_code_opens_nothing(cleo: Person) -> None:
    """T14: proving the factor anew for a change gives a new token too."""
    cleo.come_in()
    before = token_of(cleo)
    cleo.age_second_factor()
    cleo.browser.open("/security/recovery-codes/new")
    cleo.browser.press("Confirm password", {"Password": cleo.password})
    cleo.browser.press("Verify code", {APP: cleo.app_code()})
    assert token_of(cleo) != before
    assert with_token(cleo, before).status_code == 303


@pytest.mark.parametrize("path", ["/sign-in/verify/totp", "/sign-in/other", "/sign-in/recovery-code", "/sign-in"])
def test_no_field_promotes(ben: Person, path: str) -> None:
    """T13: who one is and how far in stands on the row, never in a form."""
    ben.sign_in()
    ben.browser.post(path, {"csrf_token": ben.browser.token(), "code": ben.wrong_code(), **CLAIMS})
    assert ben.browser.open("/security").path.startswith("/sign-in")


def test_no_cookie_or_header_promotes(ben: Person) -> None:
    """T13: nor in a cookie or header of any other name."""
    ben.sign_in()
    forged = {
        "session": "full",
        "remember_token": "1|x",
        "user_id": "1",
        "__Host-sign-in": token_of(ben),
        "level": "full",
    }
    ben.browser.http.cookies.update(forged)
    ben.browser.http.headers.update({"X-User-Id": "1", "Authorization": "Bearer full", "REMOTE_USER": "ben"})
    assert ben.browser.open("/security").path.startswith("/sign-in")


def test_the_wizard_s_pages_promote_nobody_who_has_a_method(ben: Person) -> None:
    """T13, R15: a leaked password alone enrols no other app."""
    ben.sign_in()
    before = about(ben)
    token = ben.browser.token()
    for path in ("/onboarding/email", "/onboarding/totp", "/onboarding/recovery-codes/new", "/onboarding/email/send"):
        ben.browser.post(path, {"csrf_token": token, "password": ben.password})
    assert about(ben) == before


def test_a_flow_begun_by_one_is_not_finished_by_another(ben: Person, people: People) -> None:
    """T13: the second password in a browser ends the first one's way in; ben's code finishes nothing of cleo's."""
    cleo = people.customer("cleo", "totp")
    ben.sign_in()
    path, data = ben.browser.ready("Verify code", {APP: ben.app_code()})
    bens = token_of(ben)
    cleo.sign_in(ben.browser)
    assert ben.browser.post(path, data).status_code == 422
    assert ben.browser.open("/security").path.startswith("/sign-in")
    assert with_token(ben, bens, "/sign-in/verify").headers["Location"] == "/sign-in"


def test_a_planted_cookie_is_not_adopted(ben: Person) -> None:
    """T14: every value is the portal's own; the planted one opens nothing afterwards."""
    planted = "A" * 43
    ben.browser.http.cookies.set("sign-in", planted, domain="localhost.local", path="/")
    ben.sign_in()
    half_in = [cookie.value for cookie in ben.browser.http.cookies if cookie.name == "sign-in"]
    ben.browser.press("Verify code", {APP: ben.app_code()})
    assert planted not in half_in
    assert with_token(ben, planted).headers["Location"].startswith("/sign-in?")


def test_a_thief_s_own_half_way_in_shows_nothing_of_the_victim(ben: Person, people: People) -> None:
    """T14: eve plants the cookie of her own sign-in; ben signs in over it, and hers learns nothing."""
    eve = people.customer("eve", "totp")
    eve.sign_in()
    ben.browser.http.cookies.update(eve.browser.http.cookies)
    ben.come_in()
    assert ben.name in ben.browser.open("/").text
    assert eve.browser.open("/security").path == "/sign-in"


def test_a_planted_visit_is_not_adopted(ada: Person, eve: Person) -> None:
    """T14, T50: the cookie of a registration likewise."""
    eve.browser.open("/register")
    eve.browser.press("Continue", {"Email address": eve.email})
    planted = eve.browser.http.cookies.get("visit")
    ada.browser.http.cookies.update(eve.browser.http.cookies)
    ada.browser.open("/register")
    ada.browser.press("Continue", {"Email address": ada.email})
    assert planted not in [cookie.value for cookie in ada.browser.http.cookies if cookie.name == "visit"]
    assert ada.email not in eve.browser.open("/register/confirm").text
