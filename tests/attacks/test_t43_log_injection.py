"""T43: what comes from outside never begins a line of the log of its own, and no secret gets into one."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.journeys.ways import APP_FIELD
from tests.people import People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

FORGED = '{"event": "signed_in", "user": 1}'
AGENTS = [
    f"x\r\n{FORGED}",
    f"x%0d%0a{FORGED}",
    f"x\u2028{FORGED}",
    "\x1b[2J\x1b[31mred",
    f'"}}\n{FORGED}',
    "\x00\x08\x7f",
]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Path]]:
    """A portal whose every word is kept."""
    folder = tmp_path_factory.mktemp("lines")
    with running(environment(fresh_database("lines", folder), free_port()), log=folder / "log") as portal:
        yield portal, folder / "log"


@pytest.fixture
def ben(logged: tuple[Portal, Path]) -> Person:
    return People(logged[0]).customer("ben", "totp")


def lines(log: Path) -> list[dict[str, Any]]:
    """The events. What the commands say as they start and stop are no events, and no JSON."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def events(log: Path, kind: str) -> list[dict[str, Any]]:
    return [line for line in lines(log) if line["event"] == kind]


def send_raw(portal: Portal, agent: str) -> None:
    """A sign-in with a wrong password, with a header that no library would send."""
    host = urlsplit(portal.base)
    body = b"email=a%40example.org&password=wrong"
    head = f"POST /sign-in HTTP/1.1\r\nHost: {host.netloc}\r\nOrigin: {portal.base}\r\nUser-Agent: {agent}\r\n"
    head += (
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((host.hostname or "", host.port or 80), timeout=30) as line:
        line.sendall(head.encode() + body)
        while line.recv(65536):
            pass


@pytest.mark.parametrize("agent", AGENTS, ids=ascii)
def test_a_header_begins_no_line(logged: tuple[Portal, Path], agent: str) -> None:
    """Every line that looks like an event is one of the portal's own."""
    portal, log = logged
    send_raw(portal, agent)
    assert events(log, "signed_in") == []
    for line in log.read_text().splitlines():
        assert all(character.isprintable() for character in line), ascii(line)


@pytest.mark.parametrize("path", ["/x%0d%0a{}", "/%1b[2J", "/x%E2%80%A8y", '/"%0a{}'])
def test_a_path_begins_no_line(logged: tuple[Portal, Path], ben: Person, path: str) -> None:
    _, log = logged
    ben.browser.open(path)
    assert all(line.startswith(("{", "P", "T", "D", "C")) for line in log.read_text().splitlines() if line)


def test_each_line_says_what_when_and_in_which_request(logged: tuple[Portal, Path], ben: Person) -> None:
    """ASVS 16.2.1, 16.2.2: and the answer carries the same number."""
    _, log = logged
    ben.sign_in()
    answer = ben.browser.press("Verify code", {APP_FIELD: ben.app_code()}).answer
    [line] = [line for line in events(log, "signed_in") if line["user"] == ben.user().id]
    assert line["about"] == "totp"
    assert line["ip"] == ben.browser.http.headers["X-Forwarded-For"]
    assert line["at"].endswith("+00:00")
    assert line["request"] in [one.headers["X-Request-ID"] for one in (*answer.history, answer)]


def test_a_password_typed_as_an_address_is_not_in_the_log(logged: tuple[Portal, Path], ben: Person) -> None:
    _, log = logged
    ben.browser.open("/sign-in")
    ben.browser.press("Sign in", {"Email address": ben.password, "Password": "wrong"})
    ben.browser.open("/sign-in")
    ben.browser.press("Sign in", {"Email address": ben.email, "Password": "wrong"})
    text = log.read_text()
    assert events(log, "password_wrong")
    assert ben.password not in text
    assert ben.email not in text


def test_a_refused_form_is_noted(logged: tuple[Portal, Path], ben: Person) -> None:
    """ASVS 16.3.3."""
    _, log = logged
    ben.browser.http.post(f"{ben.portal.base}/sign-in", data={"email": "a"}, headers={"Origin": "https://evil.example"})
    assert [line["about"] for line in events(log, "form_refused")][-1] == "origin"
