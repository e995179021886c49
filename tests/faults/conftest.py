"""A portal that hands its mails to an address where a test puts whom it likes."""

from collections.abc import Iterator

import pytest

from tests.people import People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running


@pytest.fixture(scope="session")
def mail_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def mailing(tmp_path_factory: pytest.TempPathFactory, mail_port: int) -> Iterator[Portal]:
    """That portal."""
    database = fresh_database("faults", tmp_path_factory.mktemp("faults"))
    address = {"PORTAL_MAIL_SERVER": "localhost", "PORTAL_MAIL_PORT": str(mail_port), "PORTAL_MAIL_TLS": "none"}
    with running(environment(database, free_port(), **address)) as started:
        yield started


@pytest.fixture
def fay(mailing: Portal) -> Person:
    """Has Email MFA alone."""
    return People(mailing).customer("fay", "email")


@pytest.fixture
def cleo(mailing: Portal) -> Person:
    """Has Email MFA, which is primary, and an app."""
    return People(mailing).customer("cleo", "email", "totp")
