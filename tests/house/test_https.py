"""Behind https, as in production: cookies that no other host can set, and a browser told to stay on https."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from portal import create_app
from portal.database import Base
from portal.extensions import db

BASE = "https://portal.example.org"


@pytest.fixture
def production(tmp_path: Path) -> Flask:
    """An application with production's settings and the cheapest hash that production takes."""
    settings = Settings.load(
        {
            "PORTAL_BASE_URL": BASE,
            "PORTAL_DATABASE_URL": f"sqlite:///{tmp_path}/portal.db",
            "PORTAL_SECRET_KEYS": "s" * 40,
            "PORTAL_DATA_KEYS": "d" * 40,
            "PORTAL_MAIL_SERVER": "localhost",
            "PORTAL_MAIL_SENDER": "portal@example.org",
            "PORTAL_SUPPORT": "support@example.org",
            "PORTAL_ARGON2": "19456,2,1",
        }
    )
    app = create_app(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
    return app


@pytest.fixture
def client(production: Flask) -> FlaskClient:
    return production.test_client()


def test_every_cookie_is_bound_to_this_host_and_to_https(client: FlaskClient) -> None:
    """RFC 6265bis, 4.1.3.2: `__Host-` means Secure, Path=/ and no Domain."""
    form = client.get("/register", base_url=BASE)
    token = form.text.split('name="csrf_token" value="')[1].split('"')[0]
    data = {"csrf_token": token, "email": "ada@example.org"}
    answer = client.post("/register", base_url=BASE, data=data, headers={"Origin": BASE, "Referer": BASE})
    assert answer.status_code == 303
    cookies = form.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-portal", "__Host-visit"}
    assert all({"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; ")) for cookie in cookies)
    assert not any("Domain" in cookie for cookie in cookies)


def test_the_browser_is_told_to_stay_on_https(client: FlaskClient) -> None:
    told = [
        client.get(path, base_url=BASE).headers["Strict-Transport-Security"]
        for path in ("/sign-in", "/", "/static/none")
    ]
    assert told == ["max-age=63072000; includeSubDomains"] * 3


def test_production_has_no_demo_inbox(client: FlaskClient) -> None:
    assert client.get("/demo/inbox", base_url=BASE).status_code == 303
    assert client.get("/demo/inbox.json", base_url=BASE).location.startswith("/sign-in")


def test_another_host_is_told_the_right_one(client: FlaskClient) -> None:
    """T19: no page, no link, no redirect with somebody else's name in it."""
    answer = client.get("/sign-in", base_url="https://evil.example")
    assert answer.status_code == 400
    assert answer.text == f"The portal's address is {BASE}\n"
