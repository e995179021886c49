"""T45: a database that can be read and not written, as after a switch to a copy: what can't be counted is not judged,
and nobody gets a step further."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.attacks.rows import about
from tests.browser import Browser
from tests.journeys.ways import APP_FIELD
from tests.people import People, Person
from tests.portal_for_tests import Portal, free_port, running


@pytest.fixture(scope="module")
def copy(portal: Portal) -> Iterator[Portal]:
    """The same portal, same keys and same rows, on a database that takes no writing."""
    port = free_port()
    database = _read_only(portal.env["PORTAL_DATABASE_URL"])
    own = {"PORT": str(port), "PORTAL_BASE_URL": f"http://localhost:{port}", "PORTAL_DATABASE_URL": database}
    with running(portal.env | own) as started:
        yield started


def _read_only(database: str) -> str:
    if database.startswith("sqlite:///"):
        return f"sqlite:///file:{database.removeprefix('sqlite:///')}?mode=ro&uri=true"
    return f"{database}%20-cdefault_transaction_read_only%3Don"


def _there(person: Person, copy: Portal) -> Person:
    """The same person, whose browser asks the copy: their cookies are good there."""
    browser = Browser(copy.base, str(person.browser.http.headers["X-Forwarded-For"]))
    browser.http.cookies.update(person.browser.http.cookies)
    return replace(person, browser=browser)


@pytest.mark.parametrize("password", ["right", "wrong"])
def test_no_sign_in_begins(copy: Portal, ben: Person, password: str) -> None:
    """503 for the right password and for a wrong one alike, though the form itself is there; no row, no cookie."""
    before = about(ben)
    there = _there(ben, copy)
    assert there.browser.open("/sign-in").status == 200
    typed = ben.password if password == "right" else "not the password"
    path, data = there.browser.ready("Sign in", {"Email address": ben.email, "Password": typed})
    answer = there.browser.post(path, data)
    assert (answer.status_code, "sign-in" in answer.cookies) == (503, False)
    assert about(ben) == before
    assert ben.sign_in().path == "/sign-in/verify/totp"


def test_no_sign_in_is_finished(copy: Portal, ben: Person) -> None:
    """Neither by a right code nor by a recovery code; half in is as far as it goes. Where rows are written again, the
    same codes are good: they weren't used."""
    ben.sign_in()
    before = about(ben)
    there = _there(ben, copy)
    there.browser.open("/sign-in/verify/totp")
    code = there.app_code()
    forms = [there.browser.ready("Verify code", {APP_FIELD: code})]
    there.browser.open("/sign-in/recovery-code")
    forms.append(there.browser.ready("Verify code", {"Recovery code": ben.codes[0]}))
    for path, data in forms:
        answer = there.browser.post(path, data)
        assert (answer.status_code, "sign-in" in answer.cookies) == (503, False)
    assert there.browser.http.get(f"{copy.base}/security", allow_redirects=False).status_code == 303
    assert about(ben) == before
    assert ben.browser.press("Verify code", {APP_FIELD: code}).path == "/"


def test_nothing_inside_is_changed(copy: Portal, people: People) -> None:
    """Pages can be read; what would change something is answered 503."""
    cleo = people.customer("cleo", "totp", "email")
    cleo.come_in()
    before = about(cleo)
    there = _there(cleo, copy)
    assert there.browser.open("/security").status == 200
    token = there.browser.token()
    for path, more in (
        ("/security/email/disable", {"password": cleo.password}),
        ("/security/preferences", {"primary": "email"}),
        ("/security/password", {"password": "not the password"}),
        ("/sign-out", {}),
    ):
        assert there.browser.post(path, {"csrf_token": token, **more}).status_code == 503, path
    assert about(cleo) == before


def test_nobody_new_is_written_down(copy: Portal, ada: Person) -> None:
    """Nor a link sent."""
    there = _there(ada, copy)
    there.browser.open("/register")
    data = {"csrf_token": there.browser.token(), "email": ada.email}
    for path in ("/register", "/password/forgot"):
        assert there.browser.post(path, data).status_code == 503, path
    assert not any(about(ada).values())
