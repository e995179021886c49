"""Forms that another site sends with the visitor's cookies."""

from collections.abc import Callable

import pytest
from requests import Response

from tests.attacks.rows import about
from tests.attacks.test_t12_the_gate import HELD, paths
from tests.people import People, Person

pytestmark = pytest.mark.any_engine

EVIL = "https://evil.example"


def no_token(person: Person, path: str) -> Response:
    return person.browser.post(path, fields(person))


def another_session_s_token(person: Person, path: str) -> Response:
    stranger = person.browser.another()
    stranger.open("/sign-in")
    return person.browser.post(path, fields(person) | {"csrf_token": stranger.token()})


def forged_token(person: Person, path: str) -> Response:
    return person.browser.post(path, fields(person) | {"csrf_token": "x" * 40})


def evil_origin(person: Person, path: str) -> Response:
    return person.browser.post(path, with_token(person), Origin=EVIL)


def origin_like_ours(person: Person, path: str) -> Response:
    return person.browser.post(path, with_token(person), Origin=f"{person.portal.base}.evil.example")


def null_origin(person: Person, path: str) -> Response:
    return person.browser.post(path, with_token(person), Origin="null")


def null_origin_cross_site(person: Person, path: str) -> Response:
    return send(person, path, {"Origin": "null", "Sec-Fetch-Site": "cross-site"})


def cross_site_fetch(person: Person, path: str) -> Response:
    return send(person, path, {"Sec-Fetch-Site": "cross-site"})


def same_site_fetch(person: Person, path: str) -> Response:
    """From a neighbour under the same registrable domain."""
    return send(person, path, {"Sec-Fetch-Site": "same-site"})


def neither_header(person: Person, path: str) -> Response:
    return send(person, path, {"Origin": None})


def evil_referer(person: Person, path: str) -> Response:
    return send(person, path, {"Origin": None, "Referer": f"{EVIL}/{person.portal.base}"})


FORGERIES: list[Callable[[Person, str], Response]] = [
    no_token,
    another_session_s_token,
    forged_token,
    evil_origin,
    origin_like_ours,
    null_origin,
    null_origin_cross_site,
    cross_site_fetch,
    same_site_fetch,
    neither_header,
    evil_referer,
]


def fields(person: Person) -> dict[str, str]:
    """What the forms of the portal ask for, all right."""
    return {"email": person.email, "password": person.password, "primary": "email", "method": "email", "saved": "y"}


def with_token(person: Person) -> dict[str, str]:
    return fields(person) | {"csrf_token": person.browser.token(), "name": "Mallory"}


def send(person: Person, path: str, headers: dict[str, str | None]) -> Response:
    """A right form with these headers beside, or in place of, the portal's own Origin."""
    sent = {"Origin": person.portal.base, **headers}
    data = with_token(person)
    return person.browser.http.post(person.portal.base + path, data=data, headers=sent, allow_redirects=False)


def inside(people: People) -> Person:
    cleo = people.customer("cleo", "totp", "email")
    cleo.come_in()
    cleo.browser.open("/security")
    return cleo


def outside(people: People) -> Person:
    eve = people.somebody("eve")
    eve.browser.open("/sign-in")
    return eve


VISITORS = [outside, *(at for at, _, _ in HELD[1:]), inside]


def posted(person: Person) -> list[str]:
    """The paths that take a POST, whatever step they are open at."""
    rules = person.portal.app.url_map.iter_rules()
    takes = {
        rule.rule.replace("<method>", "email").replace("<int:id>", "1")
        for rule in rules
        if "POST" in (rule.methods or ())
    }
    return sorted(takes & set(paths(person)))


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
@pytest.mark.parametrize("at", VISITORS, ids=lambda at: at.__name__)
def test_no_form_of_another_site_is_taken(
    people: People, at: Callable[[People], Person], forge: Callable[[Person, str], Response]
) -> None:
    """T16: every POST route at every step: 403, or at a step where the route is shut, the way to the step that is
    due; nothing has changed.
    """
    person = at(people)
    before = about(person)
    token_alone = forge.__name__.endswith("token")
    answers = {path: forge(person, path).status_code for path in posted(person)}
    assert set(answers.values()) <= ({403, 303} if token_alone else {403})
    assert answers["/sign-out"] == answers["/sign-in"] == answers["/register"] == 403
    assert about(person) == before


@pytest.mark.parametrize("forge", FORGERIES[:3], ids=lambda forge: forge.__name__)
def test_every_route_inside_asks_for_the_token(people: People, forge: Callable[[Person, str], Response]) -> None:
    """T16: where the origin is right, the token alone must stop it."""
    cleo = inside(people)
    inner = [path for path in posted(cleo) if path.startswith("/security")]
    assert {forge(cleo, path).status_code for path in inner} == {403}
    assert len(inner) > 6


def test_the_same_forms_are_taken_from_the_portal_s_own_pages(people: People) -> None:
    """T16: so the tests above can fail."""
    cleo = inside(people)
    before = about(cleo)
    answer = send(cleo, "/security/preferences", {"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    assert about(cleo) != before


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_nobody_is_signed_in_by_another_site(
    people: People, eve: Person, forge: Callable[[Person, str], Response]
) -> None:
    """T17: else a victim would work in the thief's account and leave things there."""
    mallory = people.customer("mallory", "totp")
    mallory.browser = eve.browser
    eve.browser.open("/sign-in")
    answer = forge(mallory, "/sign-in")
    assert answer.status_code == 403
    assert "sign-in" not in answer.cookies


@pytest.mark.parametrize(
    "path",
    [
        "/sign-out",
        "/sign-out/completely",
        "/security/devices/forget-all",
        "/security/sign-ins/end-others",
        "/sign-in/verify/email/send",
        "/register/confirm/send",
        "/security/email/enable/send",
        "/security/totp/enable/cancel",
    ],
)
def test_no_link_or_picture_does_anything(people: People, path: str) -> None:
    """T17: signing out, sending and leaving off are POST only."""
    cleo = inside(people)
    before = about(cleo)
    assert cleo.browser.open(path).status == 405
    assert about(cleo) == before
    assert cleo.browser.open("/security").status == 200


def test_the_cookies_stay_at_home(people: People) -> None:
    """T16: Lax and HttpOnly, every one of them; no host name widens them."""
    cleo = people.customer("cleo", "totp")
    cleo.sign_in()
    path, data = cleo.browser.ready("Verify code", {"6-digit verification code": cleo.app_code()})
    answer = cleo.browser.post(path, data)
    for line in answer.raw.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
        assert "Domain" not in line
