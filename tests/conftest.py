"""What every test may ask for: a running portal and its people, or the rules alone on a quiet database."""

import logging
import signal
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask

from config import Settings
from portal import clock, create_app
from portal.database import Base, writing
from portal.extensions import db
from tests.people import People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

# Files that take long, by their folder. They go first: last, one process would wait for the other's.
LONG = ("smoke", "machine", "bench", "faults")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in LONG)


def pytest_configure() -> None:
    """A run that is told to end stops what it has started, as it does at Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The one portal that all tests over HTTP share."""
    database = fresh_database("portal", tmp_path_factory.mktemp("portal"))
    with running(environment(database, free_port())) as started:
        yield started
        _let_go(started.app)


@pytest.fixture(scope="session")
def quiet_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application on a database that no server and no worker touches."""
    database = fresh_database("rules", tmp_path_factory.mktemp("rules"))
    app = create_app(Settings.load(environment(database, 8000)))
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield app
    _let_go(app)


def _let_go(app: Flask) -> None:
    """Close the connections that this process holds."""
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(quiet_portal: Flask) -> Iterator[Flask]:
    """The rules alone: an application context on empty tables."""
    with quiet_portal.app_context():
        with writing(db.engine).begin() as rows:
            for table in reversed(Base.metadata.sorted_tables):
                rows.execute(table.delete())
        yield quiet_portal


@pytest.fixture
def caplog(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """What is logged, also where a test before made this process write lines of its own, or a command fewer."""
    portal = logging.getLogger("portal")
    monkeypatch.setattr(portal, "propagate", True)
    caplog.set_level(logging.INFO, logger=portal.name)
    return caplog


@pytest.fixture
def now() -> datetime:
    """The moment a rule's story begins."""
    return clock.now()


@pytest.fixture
def people(portal: Portal) -> People:
    return People(portal)


@pytest.fixture
def ada(people: People) -> Person:
    """New: the portal has never heard of her."""
    return people.somebody("ada")


@pytest.fixture
def ben(people: People) -> Person:
    """Has an app."""
    return people.customer("ben", "totp")


@pytest.fixture
def cleo(people: People) -> Person:
    """Has an app and Email MFA; the app is primary."""
    return people.customer("cleo", "totp", "email")


@pytest.fixture
def dan(people: People) -> Person:
    """A customer from before second factors: he has none."""
    return people.customer("dan")


@pytest.fixture
def eve(people: People) -> Person:
    """Outside, with a browser."""
    return people.somebody("eve")
