"""`/metrics` counts what happens in all processes of the machine, for whoever knows its token."""

import re
from collections.abc import Callable, Iterator

import pytest
import requests

from portal import clock
from portal.database import write
from portal.delivery import outbox
from portal.extensions import keys
from tests.journeys.ways import APP_FIELD
from tests.people import People
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

pytestmark = pytest.mark.any_engine

TOKEN = "a long token for Prometheus alone"
Numbers = Callable[[], dict[str, float]]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal whose operator has set a token."""
    database = fresh_database("watched", tmp_path_factory.mktemp("watched"))
    with running(environment(database, free_port(), PORTAL_METRICS_TOKEN=TOKEN)) as portal:
        yield portal


def numbers(portal: Portal) -> dict[str, float]:
    answer = requests.get(f"{portal.base}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/plain")
    return {name: float(value) for name, value in re.findall(r"^(portal_.+) (\S+)$", answer.text, re.M)}


def event(kind: str, about: str = "") -> str:
    return f'portal_events_total{{about="{about}",event="{kind}"}}'


def test_sign_ins_failures_codes_and_limits_are_counted(watched: Portal) -> None:
    """By method or limit, however the requests fell on the two processes."""
    cleo = People(watched).customer("cleo", "email", "totp")
    cleo.come_in()
    eve = People(watched).somebody("eve").browser
    for _ in range(6):  # five are looked at
        eve.open("/sign-in")
        eve.press("Sign in", {"Email address": cleo.email, "Password": "wrong"})
    ben = People(watched).customer("ben", "totp")
    ben.sign_in()
    ben.browser.press("Verify code", {APP_FIELD: ben.wrong_code()})
    found = numbers(watched)
    assert found[event("signed_in", "totp")] == 1
    assert found[event("code_sent", "sign_in")] == 1
    assert found[event("password_wrong")] == 5
    assert found[event("code_wrong", "totp")] == 1
    assert found[event("limit_reached", "wrong passwords")] == 1


def test_waiting_messages_and_their_age_are_told(watched: Portal) -> None:
    with watched.app.app_context(), write() as session:
        later = clock.now()
        number = outbox.put(session, keys(), template="notice", address="a@example.org", facts={}, now=later)
    assert number
    assert {"portal_messages_waiting", "portal_oldest_message_seconds"} <= numbers(watched).keys()


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, f"bearer {TOKEN}x"])
def test_without_the_token_there_is_no_such_page(watched: Portal, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = requests.get(f"{watched.base}/metrics", headers=headers, timeout=30)
    assert answer.status_code == 404
    assert "portal_" not in answer.text


def test_without_a_setting_nobody_has_a_token(portal: Portal) -> None:
    for header in ("Bearer ", "Bearer None", f"Bearer {TOKEN}"):
        answer = requests.get(f"{portal.base}/metrics", headers={"Authorization": header}, timeout=30)
        assert answer.status_code == 404
