"""The database can't be written to, or isn't there: every form is answered "busy" and nothing is half done; when that
is over, the same forms do what they say."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

import pytest
from requests import Response
from sqlalchemy import Row, func, select

from portal.database import Base
from portal.extensions import db
from portal.models import Message
from tests.browser import Page
from tests.faults.database import Line, full, held
from tests.faults.forms import Form, forms
from tests.people import People
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running, until

POSTGRESQL = bool(os.environ.get("PORTAL_TEST_DATABASE_URL"))
FAULTS = ["held", "full", *(["gone"] if POSTGRESQL else [])]  # an SQLite file has no server that could go


@dataclass
class Shaky:
    """A portal, and the line to its database."""

    portal: Portal
    line: Line | None

    def fault(self, name: str) -> AbstractContextManager[None]:
        if name == "gone":
            assert self.line
            return self.line.gone()
        return {"held": held, "full": full}[name](self.portal)


@pytest.fixture(scope="module")
def shaky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shaky]:
    database, line = fresh_database("shaky", tmp_path_factory.mktemp("shaky")), None
    with ExitStack() as stack:
        if POSTGRESQL:
            line = stack.enter_context(Line(database).laid())
            database = line.database
        yield Shaky(stack.enter_context(running(environment(database, free_port()))), line)


def _rows(portal: Portal) -> dict[str, list[Row[tuple[object, ...]]]]:
    """Every row of every table."""
    with portal.app.app_context():
        return {
            table.name: sorted(db.session.execute(table.select()).all(), key=repr)
            for table in Base.metadata.sorted_tables
        }


def _nothing_waits(portal: Portal) -> bool | None:
    """Whether the worker has handed over all there was."""
    with portal.app.app_context():
        waiting = select(func.count(Message.id)).where(Message.done_at.is_(None))
        return True if db.session.scalar(waiting) == 0 else None


def _press(ready: list[Form]) -> dict[str, Response]:
    """Press all at once; whoever waits for a lock waits beside the others."""
    with ThreadPoolExecutor(len(ready)) as threads:
        pressed = {form.name: threads.submit(form.press) for form in ready}
        return {name: answer.result(timeout=60) for name, answer in pressed.items()}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_form_is_answered_busy_and_works_when_the_fault_is_over(shaky: Shaky, fault: str) -> None:
    """T45: 503 with a time to come again, no cookie that opens anything, not a row changed, not even a counter; then,
    without a restart, each form leads on."""
    ready = forms(People(shaky.portal))
    until(lambda: _nothing_waits(shaky.portal), seconds=30)
    before = _rows(shaky.portal)
    with shaky.fault(fault):
        answers = _press(ready)
        pages = {name: Page(answer) for name, answer in answers.items()}
    assert _rows(shaky.portal) == before
    assert {name: page.heading for name, page in pages.items() if page.status != 503} == {}
    assert {page.heading for page in pages.values()} == {"The portal is busy"}
    assert {answer.headers["Retry-After"] for answer in answers.values()} == {"5"}
    assert {name for name, answer in answers.items() if set(answer.cookies) - {"portal"}} == set()
    assert {name: answer.headers.get("Location") for name, answer in _press(ready).items()} == {
        form.name: form.leads for form in ready
    }
