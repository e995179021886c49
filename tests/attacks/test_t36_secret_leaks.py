"""Where a secret might be left lying: logs, cookies, later pages, the database."""

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portal.database import Base
from portal.extensions import db
from tests.attacks.test_t12_the_gate import paths
from tests.journeys.ways import come_in_remembered
from tests.people import NEW_PASSWORD, People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

APP = "6-digit verification code"
MISTYPED = "nine-soft-amber-kettles"  # a password, typed where the address belongs


@dataclass
class Story:
    """A newcomer who is in, with all that is to stay secret."""

    ada: Person
    key: str
    codes: list[str]  # of the app and from mails, used
    recovery: list[str]
    tokens: list[str]
    passwords: list[str]  # all she has had, and one that was typed where the address belongs
    log: Path

    @property
    def secrets(self) -> list[str]:
        grouped = " ".join(self.key[i : i + 4] for i in range(0, len(self.key), 4))
        plain = [code.replace("-", "") for code in self.recovery]
        based = base64.b64encode(self.ada.secret).decode()
        keys = [self.key, grouped, self.key.lower(), self.ada.secret.hex(), based, "otpauth:"]
        return [*keys, *self.recovery, *plain, *self.tokens, *self.passwords]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Path]]:
    """A portal whose every word is kept."""
    folder = tmp_path_factory.mktemp("logged")
    with running(environment(fresh_database("logged", folder), free_port()), log=folder / "log") as portal:
        yield portal, folder / "log"


@pytest.fixture(scope="module")
def story(logged: tuple[Portal, Path]) -> Story:
    portal, log = logged
    ada = People(portal).somebody("ada")
    browser, tokens = ada.browser, []
    browser.open("/register")
    browser.press("Continue", {"Email address": ada.email})
    mailed = ada.mailed_code()
    browser.press("Continue", {"Confirmation code": mailed})
    browser.press("Create account", {"Your name": "Ada", "Password": ada.password})
    tokens.append(str(browser.http.cookies["sign-in"]))
    browser.press("Activate", under="Google Authenticator")
    browser.press("Confirm password", {"Password": ada.password})
    key, code = ada.take_key(), ada.app_code()
    browser.press("Continue")
    page = browser.press("Submit", {APP: code})
    recovery = [entry.get_text().strip() for entry in page.soup.select("#codes li")]
    browser.press("Finish", {"I have saved my recovery codes": True})
    tokens.append(str(browser.http.cookies["sign-in"]))
    first = ada.password
    used, links = more(ada, recovery)
    tokens += [*links, str(browser.http.cookies["sign-in"])]
    assert len(recovery) == 20
    return Story(ada, key, [mailed, code, *used], recovery, tokens, [first, ada.password, MISTYPED], log)


def more(ada: Person, recovery: list[str]) -> tuple[list[str], list[str]]:
    """All the rest that secrets are typed for, and pages that break. The codes used, and the links' tokens."""
    browser, elsewhere = ada.browser, ada.browser.another()
    ada.sign_in(elsewhere)
    for path in ("/sign-in", "/register", "/password/forgot"):
        stray = ada.browser.another()
        stray.open(path)
        stray.post(path, {"csrf_token": stray.token(), "email": MISTYPED, "password": MISTYPED})
    browser.open("/sign-in?next=/%00")
    browser.open("/security/email/enable")
    browser.press("Confirm password", {"Password": MISTYPED})
    browser.press("Confirm password", {"Password": ada.password})
    browser.press("Send one-time code via Email")
    mailed = ada.mailed_code()
    browser.press("Verify code", {"One-time code": mailed})
    browser.open("/security/recovery-codes/new")
    browser.press("Confirm password", {"Password": ada.password})
    page = browser.press("Make new recovery codes")
    recovery += [entry.get_text().strip() for entry in page.soup.select("#codes li")]
    browser.press("Finish", {"I have saved my recovery codes": True})
    link = ada.forget_password(elsewhere)
    elsewhere.open(link)
    token = str(elsewhere.http.cookies["reset"])
    elsewhere.press("Save password", {"New password": NEW_PASSWORD})
    ada.password = NEW_PASSWORD
    ada.sign_in()
    browser.open("/sign-in/recovery-code")
    browser.press("Verify code", {"Recovery code": recovery[-1]})
    come_in_remembered(ada, laptop := ada.browser.another())
    device = str(laptop.http.cookies["remembered"])
    return [mailed], [token, link.rpartition("/")[2], device, *device.split(".")]


def test_no_log_holds_a_secret(story: Story) -> None:
    """T36: neither key, nor code, nor token, nor password, in whatever web and worker wrote."""
    written = story.log.read_text()
    assert "handed over" in written
    assert [secret for secret in [*story.secrets, *story.codes] if secret in written] == []


def test_no_cookie_holds_a_secret(story: Story) -> None:
    """T36: neither as it is nor in Flask's signed cookie, which anybody can read: it holds a token and a flash."""
    cookies = story.ada.browser.http.cookies
    session = read_signed(str(cookies.get("portal")))
    told = json.dumps(session) + "".join(str(cookie.value) for cookie in cookies if cookie.name != "sign-in")
    assert set(session) <= {"csrf_token", "_flashes"}
    assert [secret for secret in [*story.secrets, *story.codes, story.ada.email] if secret in told] == []


def read_signed(cookie: str) -> dict[str, Any]:
    """What Flask's cookie says to whoever holds it, without any key."""
    packed = cookie.startswith(".")
    text = cookie.lstrip(".").split(".")[0]
    plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    read: dict[str, Any] = json.loads(zlib.decompress(plain) if packed else plain)
    return read


def test_no_later_page_holds_a_secret(story: Story) -> None:
    """T36, R4: the key is shown until it is confirmed, never again; nor does any page or address repeat a code."""
    ada = story.ada
    bodies = [ada.browser.http.get(ada.portal.base + path) for path in paths(ada) if not path.startswith("/demo")]
    seen = "".join(body.text + body.url + str(body.headers) for body in bodies)
    assert "Ada" in seen
    assert [secret for secret in story.secrets if secret in seen] == []


def test_setting_up_again_shows_another_key(story: Story) -> None:
    """T36, S2.18: a second app has a key of its own; the first one's page is gone."""
    ada = story.ada
    ada.browser.open("/security/totp/enable")
    page = ada.browser.press("Confirm password", {"Password": ada.password})
    shown = page.soup.find(id="setup-key")
    assert shown is not None
    assert shown.get_text().replace(" ", "") != story.key
    assert page.answer.headers["Cache-Control"] == "no-store"


def test_the_database_holds_no_secret_in_plain(story: Story) -> None:
    """T36: in no text and no bytes of any row; the demo inbox, which is the customer's mailbox here, apart."""
    found = b"".join(held(story.ada.portal))
    raw = [story.ada.secret, *(secret.encode() for secret in [*story.secrets, *story.codes])]
    assert story.ada.email.encode() in found
    assert [secret for secret in raw if secret in found] == []


def held(portal: Portal) -> Iterator[bytes]:
    """Every text and every bytes value of the database."""
    with portal.app.app_context():
        for table in Base.metadata.sorted_tables:
            rows = [] if table.name == "demo_mails" else db.session.execute(select(table)).all()
            for value in (value for row in rows for value in row):
                if isinstance(value, bytes | str):
                    yield value if isinstance(value, bytes) else value.encode()
