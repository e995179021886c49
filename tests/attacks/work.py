"""What an answer costs: hashes and statements. Counted where the test can look, in an application of its own on the
running portal's database.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from portal.access.passwords import Hasher
from portal.extensions import db
from tests.people import Person


@dataclass
class Work:
    """The hashes made and the statements run, in order."""

    hashes: int = 0
    statements: list[str] = field(default_factory=list)


def work_of(person: Person, path: str, data: dict[str, str]) -> Work:
    """What posting a form from nobody's browser costs."""
    app, base = person.portal.app, person.portal.base
    client = app.test_client()
    headers = {"Origin": base, "X-Forwarded-For": str(person.browser.http.headers["X-Forwarded-For"])}
    page = client.get(path, base_url=base, headers=headers).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    with _counted(person) as work:
        client.post(path, base_url=base, headers=headers, data={"csrf_token": token[1], **data})
    return work


@contextmanager
def _counted(person: Person) -> Iterator[Work]:
    work, app = Work(), person.portal.app
    plain = app.extensions["portal.hasher"]
    with app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        work.statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    app.extensions["portal.hasher"] = _counting(plain, work)
    try:
        yield work
    finally:
        app.extensions["portal.hasher"] = plain
        event.remove(engine, "before_cursor_execute", note)


def _counting(hasher: Hasher, work: Work) -> Hasher:
    """The same hasher; its argon2 tells of every hash."""

    class Argon2:
        def hash(self, password: str) -> str:
            work.hashes += 1
            return argon2.hash(password)

        def verify(self, stored: str, password: str) -> bool:
            work.hashes += 1
            return argon2.verify(stored, password)

    argon2, counting = hasher._argon2, object.__new__(Hasher)
    counting.__dict__.update(vars(hasher) | {"_argon2": Argon2()})
    return counting
