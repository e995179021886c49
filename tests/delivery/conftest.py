"""A portal of its own for each test, and mail servers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from portal import create_app
from portal.database import Base
from portal.extensions import db
from tests.delivery.servers import Authority, MailServer
from tests.portal_for_tests import environment, fresh_database


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Makes an application with these settings beside the usual ones, in an application context, on empty tables."""
    with ExitStack() as closing:

        def make(**extra: str) -> Flask:
            database = fresh_database("delivery", tmp_path)
            app = create_app(Settings.load(environment(database, 8000, **extra)))
            with app.app_context():
                closing.callback(db.engine.dispose)
            closing.enter_context(app.app_context())  # left before the engine is disposed of
            Base.metadata.create_all(db.engine)
            return app

        yield make


@pytest.fixture
def make_server() -> Iterator[Callable[..., MailServer]]:
    """Starts mail servers, and stops them afterwards."""
    with ExitStack() as closing:
        yield lambda **behaviour: closing.enter_context(MailServer(**behaviour).running())


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whoever signs the mail server's certificate."""
    return Authority(tmp_path_factory.mktemp("authority"))
