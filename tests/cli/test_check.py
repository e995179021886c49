"""What `portal check` finds, and that it finds nothing where all is well."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import flask_migrate
import pytest
from flask import Flask

from config import ROOT, Settings
from portal import clock
from portal.access import soundness
from portal.crypto import KeyRing
from portal.database import Base, write
from portal.extensions import db
from portal.models import Message
from tests import customers
from tests.cli.conftest import Operator

SOUND = Settings.load(
    {
        "PORTAL_BASE_URL": "https://portal.example.org",
        "PORTAL_DATABASE_URL": "postgresql+psycopg://portal@db.example.org/portal",
        "PORTAL_SECRET_KEYS": "kFJ3vb0q8yL2nXw5Rt7ZcPa1SdE9uHgM",
        "PORTAL_DATA_KEYS": "Qm4Tz8bN1xVw6Ky0HsJ2rLd7PfC5gUeA",
        "PORTAL_MAIL_SERVER": "mail.example.org",
        "PORTAL_MAIL_SENDER": "portal@example.org",
        "PORTAL_PROXIES": "1",
        "PORTAL_COMPANY": "Teapots",
        "PORTAL_SUPPORT": "support@example.org",
    }
)
KEY = SOUND.data_keys[0]

FAULTS: list[tuple[dict[str, object], str, str]] = [
    ({"env": "development"}, "unsafe", "development"),
    ({"base_url": "http://portal.example.org", "proxies": 0}, "unsafe", "https"),
    ({"proxies": 0}, "unsafe", "proxies"),
    ({"argon2": (8, 1, 1)}, "unsafe", "argon2"),
    ({"mail_server": ""}, "unsafe", "mail"),
    ({"mail_tls": "none"}, "unsafe", "mail"),
    ({"secret_keys": (b"s" * 40,)}, "unsafe", "keys"),
    ({"secret_keys": (KEY,)}, "unsafe", "keys"),
    ({"data_keys": (KEY, KEY[::-1])}, "warning", "keys"),
    ({"database_url": "sqlite:////portal.db"}, "warning", "sqlite"),
    ({"mail_sender": "portal@localhost"}, "warning", "mail_sender"),
    ({"company": "Example Company"}, "warning", "company"),
    ({"support": "support@example.com"}, "warning", "support"),
]


@pytest.fixture
def migrated(make_app: Callable[..., Flask]) -> Flask:
    """A database as an operator makes it."""
    app = make_app()
    Base.metadata.drop_all(db.engine)
    flask_migrate.upgrade(directory=str(ROOT / "migrations"))
    return app


def found(ahead: timedelta = timedelta()) -> list[tuple[str, str]]:
    """What the database tells when this machine's clock is so far ahead."""
    return [(f.level, f.about) for f in soundness.database_findings(lambda: clock.now() + ahead)]


def put_message(*, created: timedelta, due: timedelta) -> None:
    now = clock.now()
    with write() as session:
        session.add(Message(template="t", address="a@example.org", created_at=now - created, due_at=now - due))


def test_a_new_database_has_no_user(migrated: Flask) -> None:
    """Nor any other row: whoever is in it came later."""
    rows = [row for table in Base.metadata.sorted_tables for row in db.session.execute(table.select())]
    assert rows == []


def test_sound_settings_are_sound() -> None:
    assert list(soundness.settings_findings(SOUND)) == []


@pytest.mark.parametrize(("changes", "level", "about"), FAULTS)
def test_each_fault_is_found(changes: dict[str, object], level: str, about: str) -> None:
    """And nothing else with it."""
    faults = list(soundness.settings_findings(replace(SOUND, **changes)))  # type: ignore[arg-type]
    assert [(fault.level, fault.about) for fault in faults] == [(level, about)]


def test_one_key_twice_is_found() -> None:
    twice = soundness.settings_findings(replace(SOUND, data_keys=(KEY, KEY)))
    assert {finding.level for finding in twice} == {"unsafe", "warning"}


@pytest.mark.usefixtures("migrated")
def test_a_sound_database_is_sound() -> None:
    assert found() == []


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("ahead", [-4, 4])
def test_a_clock_that_differs_is_found(ahead: int) -> None:
    """T38: more than two seconds, and one more that SQLite doesn't tell."""
    assert ("unsafe", "clock") in found(timedelta(seconds=ahead))


@pytest.mark.usefixtures("migrated")
def test_a_database_that_was_not_upgraded_is_found() -> None:
    flask_migrate.downgrade(directory=str(ROOT / "migrations"), revision="0002")
    assert found() == [("unsafe", "migrations")]


def test_an_empty_database_is_found(make_app: Callable[..., Flask]) -> None:
    make_app()
    Base.metadata.drop_all(db.engine)
    assert found() == [("unsafe", "migrations")]


@pytest.mark.usefixtures("migrated")
def test_messages_that_nobody_takes_are_found() -> None:
    put_message(created=timedelta(minutes=2), due=timedelta(minutes=2))
    assert found() == [("unsafe", "worker")]


@pytest.mark.usefixtures("migrated")
def test_messages_that_do_not_get_through_are_found() -> None:
    put_message(created=timedelta(minutes=6), due=-timedelta(minutes=5))
    assert found() == [("warning", "messages")]


@pytest.mark.usefixtures("migrated")
def test_a_message_put_a_moment_ago_is_no_finding() -> None:
    put_message(created=timedelta(seconds=1), due=timedelta(seconds=1))
    assert found() == []


def test_a_missing_data_key_is_found(migrated: Flask) -> None:
    """T44: a key left out is told, not taken for "no second factor"."""
    customers.make("Ben", "ben@example.org", "totp", now=clock.now())
    migrated.extensions["portal.keys"] = KeyRing((KEY,))
    assert found() == [("unsafe", "data_keys")]


def test_a_key_that_is_still_needed_is_found(migrated: Flask) -> None:
    customers.make("Ben", "ben@example.org", "totp", now=clock.now())
    migrated.extensions["portal.keys"] = KeyRing((KEY, *migrated.extensions["portal.settings"].data_keys))
    assert found() == [("warning", "data_keys")]


def test_the_command_exits_with_one_when_something_is_unsafe(migrated: Flask) -> None:
    result = Operator(migrated).types("check", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["unsafe"] > 0) == (1, True)
    assert {"level", "about", "words"} == set(told["findings"][0])


def test_the_command_exits_with_nought_when_nothing_is(migrated: Flask) -> None:
    migrated.extensions["portal.settings"] = SOUND
    assert Operator(migrated).does("check") == "Unsafe: 0. Warnings: 0.\n"


def test_no_secret_is_printed(migrated: Flask) -> None:
    migrated.extensions["portal.settings"] = replace(SOUND, secret_keys=(b"s" * 40,), mail_password="teapot")
    printed = Operator(migrated).types("check").output
    assert not any(word in printed for word in ("s" * 40, KEY.decode(), "teapot"))
