"""What an answer costs: hashes and statements. Counted where the test can look, in an application of its own on the
running portal's database.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.access.passwords import AT_ONCE, Hasher
from portal.extensions import db
from tests.people import Person


@dataclass
class Work:
    """The hashes made and the statements run, in order."""

    hashes: int = 0
    statements: list[str] = field(default_factory=list)


def work_of(person: Person, path: str, data: dict[str, str]) -> Work:
    """What posting a form from nobody's browser costs."""
    client = person.portal.app.test_client()
    with _counted(person) as work:
        _post(client, person, path, data)
    return work


def counting_digests(person: Person, answer: str) -> int:
    """How many recovery codes are hashed to judge an answer typed by a half-signed-in person."""
    client = person.portal.app.test_client()
    client.set_cookie("sign-in", str(person.browser.http.cookies["sign-in"]), domain="localhost")
    with _counted(person) as work:
        _post(client, person, "/sign-in/recovery-code", {"code": answer})
    return work.hashes


def post(person: Person, path: str, data: dict[str, str]) -> TestResponse:
    """What a form is answered, sent from nobody's browser to an application in this process."""
    return _post(person.portal.app.test_client(), person, path, data)


def post_while_busy(person: Person, path: str, data: dict[str, str]) -> TestResponse:
    """What a form is answered while this process makes as many hashes as it may."""
    turns = person.portal.app.extensions["portal.hasher"]._turns
    with ExitStack() as held:
        for _ in range(AT_ONCE):
            held.enter_context(turns)
        return _post(person.portal.app.test_client(), person, path, data)


class Held:
    """An argon2 whose hashes don't end before `go` is set. `now` are under way, never more than `most` were."""

    def __init__(self, argon2: PasswordHasher) -> None:
        self._argon2, self._lock, self.go = argon2, Lock(), Event()
        self.now = self.most = 0

    def verify(self, stored: str, password: str) -> bool:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go.wait()
        with self._lock:
            self.now -= 1
        return self._argon2.verify(stored, password)


@contextmanager
def hashes_held(app: Flask) -> Iterator[Held]:
    """The application's hashes begin, and end only when the test says so."""
    plain = app.extensions["portal.hasher"]
    hasher = Hasher(app.extensions["portal.settings"].argon2)
    held = Held(hasher._argon2)
    hasher._argon2 = held  # type: ignore[assignment]
    app.extensions["portal.hasher"] = hasher
    try:
        yield held
    finally:
        held.go.set()
        app.extensions["portal.hasher"] = plain


def _post(client: FlaskClient, person: Person, path: str, data: dict[str, str]) -> TestResponse:
    base = person.portal.base
    headers = {"Origin": base, "X-Forwarded-For": str(person.browser.http.headers["X-Forwarded-For"])}
    page = client.get(path, base_url=base, headers=headers).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return client.post(path, base_url=base, headers=headers, data={"csrf_token": token[1], **data})


@contextmanager
def _counted(person: Person) -> Iterator[Work]:
    work, app = Work(), person.portal.app
    plain = app.extensions["portal.hasher"]
    with app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        work.statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    app.extensions["portal.hasher"] = _Counting(person.portal.settings.argon2, work)
    try:
        yield work
    finally:
        app.extensions["portal.hasher"] = plain
        event.remove(engine, "before_cursor_execute", note)


class _Argon2:
    """An argon2 that tells of every hash it makes."""

    def __init__(self, argon2: PasswordHasher, work: Work) -> None:
        self._argon2, self._work = argon2, work

    def hash(self, password: str) -> str:
        self._work.hashes += 1
        return self._argon2.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        self._work.hashes += 1
        return self._argon2.verify(stored, password)


class _Counting(Hasher):
    """The portal's own hasher, counting."""

    def __init__(self, cost: tuple[int, int, int], work: Work) -> None:
        super().__init__(cost)
        self._argon2 = _Argon2(self._argon2, work)  # type: ignore[assignment]
        self._work = work

    def digest(self, code: str, salt: bytes) -> bytes:
        self._work.hashes += 1
        return super().digest(code, salt)
