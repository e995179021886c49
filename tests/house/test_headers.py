"""What every answer carries, whatever it is an answer to."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.web.gate import open_to_everybody
from tests.house import states
from tests.house.conftest import Inside
from tests.house.states import State

Ask = Callable[[Inside], TestResponse]
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

ANSWERS: list[tuple[str, Callable[[], State], Ask, int]] = [
    ("a page", states.outside, lambda eve: eve.open("/sign-in"), 200),
    ("a page of somebody in", states.inside, lambda ben: ben.open("/"), 200),
    ("a redirect", states.outside, lambda eve: eve.open("/"), 303),
    ("a file", states.outside, lambda eve: eve.open("/static/css/portal.css"), 200),
    ("the colour", states.outside, lambda eve: eve.open("/brand.css"), 200),
    ("a probe", states.outside, lambda eve: eve.open("/healthz"), 200),
    ("no such file", states.outside, lambda eve: eve.open("/static/none.css"), 404),
    ("no folder's files", states.outside, lambda eve: eve.open("/static/css/"), 404),
    ("no history of the code", states.inside, lambda ben: ben.open("/.git/HEAD"), 404),
    ("no such page", states.inside, lambda ben: ben.open("/nowhere"), 404),
    ("no such request", states.inside, lambda ben: ben.open("/sign-out"), 405),
    ("too much", states.outside, lambda eve: eve.send("/sign-in", {"email": "x" * 70_000}), 413),
    ("a wrong answer", states.outside, lambda eve: eve.send("/sign-in", {}), 422),
    ("a forged token", states.outside, lambda eve: eve.send("/sign-in", {"csrf_token": "forged"}), 403),
    ("another site", states.outside, lambda eve: eve.send("/sign-in", {}, Origin="https://evil.example"), 403),
    ("another host", states.outside, lambda eve: eve.client.get("/sign-in", base_url="http://evil.example"), 400),
    ("a refusal", states.refused, lambda ben: ben.send("/sign-in/verify/totp", {"code": "000000"}), 429),
    ("a closed method", states.at_closed_method, lambda cleo: cleo.open("/sign-in/verify/totp"), 403),
    ("the download", states.saving_codes, lambda ada: ada.open("/onboarding/recovery-codes.txt"), 200),
    ("the inbox for programs", states.outside, lambda eve: eve.open("/demo/inbox.json"), 200),
]


@pytest.mark.parametrize(("make", "ask", "status"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_every_answer_carries_the_security_headers(
    house: Flask, make: Callable[[], State], ask: Ask, status: int
) -> None:
    with house.app_context():
        state = make()
    answer = ask(Inside(house, state))
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert [name for name, _ in answer.headers if name.startswith("Access-Control")] == []
    assert answer.content_type == "application/json" or answer.content_type.endswith("; charset=utf-8")
    answer.close()


def test_a_mistake_of_the_portal_carries_them_too(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """500: no trace of what went wrong is shown."""

    @open_to_everybody
    def broken() -> str:
        raise RuntimeError("a secret of the code")

    monkeypatch.setitem(house.view_functions, "pages.healthz", broken)
    monkeypatch.setattr(house, "testing", False)
    answer = Inside(house).open("/healthz")
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "a secret of the code" not in answer.text


@pytest.mark.parametrize(
    ("path", "stored"),
    [("/sign-in", False), ("/healthz", False), ("/demo/inbox", False), ("/brand.css", True)],
)
def test_pages_are_never_stored(house: Flask, path: str, stored: bool) -> None:
    """Back after signing out shows nothing."""
    answer = Inside(house).open(path)
    assert (answer.headers["Cache-Control"] == "no-store") is not stored


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(house: Flask) -> None:
    answer = Inside(house).send("/register", {"email": states.address()})
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(cookie.startswith("visit=") for cookie in cookies)
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Expires" not in cookie
