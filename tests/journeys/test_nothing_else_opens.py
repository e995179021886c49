"""Until everything is done, every path that isn't open to everybody leads to the step that is due (S4.1, R1)."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from portal import clock
from portal.access.steps import Step
from portal.database import write
from portal.models import Factor, User
from portal.web.gate import PAGES, declared
from tests.journeys.ways import APP, choose, finish_app, register
from tests.people import Person
from tests.portal_for_tests import Portal

UNKNOWN = [("GET", "/nowhere"), ("POST", "/nowhere"), ("GET", "/security/none"), ("GET", "/admin/"), ("POST", "/")]


def _nobody(eve: Person) -> None:
    eve.browser.open("/sign-in")


def _before_the_mailbox(dan: Person) -> None:
    dan.browser.open("/sign-in")
    dan.sign_in()


def _saving_codes(ada: Person) -> None:
    register(ada)
    choose(ada, APP)
    finish_app(ada)


def _reset_twice(ben: Person) -> None:
    """By the operator and by mail (R15)."""
    now = clock.now()
    with ben.portal.app.app_context(), write() as session:
        session.execute(delete(Factor).where(Factor.user_id == ben.user().id))
        mine = update(User).where(User.email == ben.email)
        session.execute(mine.values(methods_reset_at=now, mailed_reset_at=now))
    ben.sign_in()


STORIES: list[tuple[str, Callable[[Person], object], Step, str]] = [
    ("eve", _nobody, Step.SIGN_IN, "/sign-in"),
    ("dan", _before_the_mailbox, Step.PROVE_ADDRESS, "/onboarding/address"),
    ("ada", register, Step.SET_UP, "/onboarding"),
    ("ben", _reset_twice, Step.WAIT, "/onboarding/closed"),
    ("ben", Person.sign_in, Step.CHECK, "/sign-in/verify"),
    ("ada", _saving_codes, Step.SAVE_CODES, "/onboarding/recovery-codes"),
]


def _shut(portal: Portal, due: Step) -> list[tuple[str, str]]:
    """Every method and path of the portal's own map that is not open at that step, and some it doesn't have."""
    with portal.app.test_request_context():
        rules = [rule for rule in portal.app.url_map.iter_rules() if due not in declared(rule.endpoint)]
    return UNKNOWN + [
        (method, rule.rule.replace("<method>", "totp").replace("<int:id>", "1"))
        for rule in rules
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


@pytest.mark.parametrize(("name", "story", "due", "where"), STORIES)
def test_every_other_path_leads_to_the_step_that_is_due(
    portal: Portal,
    request: pytest.FixtureRequest,
    name: str,
    story: Callable[[Person], object],
    due: Step,
    where: str,
) -> None:
    """S4.1: walks the portal's map of addresses, with GET and POST, existing or not."""
    person: Person = request.getfixturevalue(name)
    story(person)
    shut = _shut(portal, due)
    assert len(shut) > 20
    for method, path in shut:
        sent = {"Origin": portal.base}
        answer = person.browser.http.request(method, portal.base + path, headers=sent, allow_redirects=False)
        leads_to = "/staff/sign-in" if path.startswith("/staff") else where  # no customer is anybody there
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, leads_to), f"{method} {path}"


def test_every_step_has_its_page() -> None:
    """No step can be due without a place to lead to."""
    assert set(PAGES) == set(Step)


@pytest.mark.parametrize(
    "path", ["/sign-in", "/register", "/healthz", "/readyz", "/static/css/portal.css", "/brand.css", "/demo/inbox"]
)
def test_what_is_open_to_everybody_is_open_half_way_in(ben: Person, path: str) -> None:
    """R1."""
    ben.sign_in()
    assert ben.browser.open(path).path == path
