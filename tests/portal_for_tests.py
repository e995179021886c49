"""A portal to test: the very command that `make run` uses, on a database of its own; and its rows, seen from here."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, TypeVar

from flask import Flask
from sqlalchemy import (
    ColumnElement,
    Connection,
    Interval,
    String,
    Table,
    case,
    create_engine,
    func,
    literal,
    text,
    type_coerce,
    update,
)
from sqlalchemy.exc import OperationalError

from config import ROOT, Settings
from portal import create_app
from portal.access.limits import STEP
from portal.database import Base, Moment, writing
from portal.extensions import db
from portal.models import DemoMail

T = TypeVar("T")
# As cheap as argon2id can be: a test proves the rules around the hash, not the hash. Memory in KiB, passes, lanes.
CHEAP = "8,1,1"


def environment(database_url: str, port: int, **extra: str) -> dict[str, str]:
    """The settings of a portal under test. Behind one proxy, so that each person can have an address of their own."""
    return {
        "PORT": str(port),
        "PORTAL_ENV": "development",
        "PORTAL_BASE_URL": f"http://localhost:{port}",
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_SECRET_KEYS": secrets.token_urlsafe(32),
        "PORTAL_DATA_KEYS": secrets.token_urlsafe(32),
        "PORTAL_ARGON2": CHEAP,
        "PORTAL_PROXIES": "1",
        **extra,
    }


@dataclass
class Portal:
    """A running portal: two web processes and a worker. `app` sees the same database from the test's process, `pid` is
    the process that started the others, `env` what it was told."""

    base: str
    app: Flask
    settings: Settings
    pid: int
    env: dict[str, str]

    def age(self, span: timedelta) -> None:
        """Let time pass, in whole seconds: every time in the database lies `span` further back, and so do the steps of
        apps. The demo inbox stays as it is: when it forgets, the mails that come next have the numbers of before."""
        until(lambda: self._aged(span), seconds=30)

    def _aged(self, span: timedelta) -> bool | None:
        """Whether it passed; not when a worker wrote the same rows in another order, and PostgreSQL ended the knot."""
        try:
            with self.app.app_context(), writing(db.engine).begin() as rows:
                for table in Base.metadata.sorted_tables:
                    if table is not DemoMail.__table__:
                        _age(rows, table, span)
        except OperationalError:
            return None
        return True


def _age(rows: Connection, table: Table, span: timedelta) -> None:
    """Take a span off every time of one table, found by the columns' type, in one statement."""
    whole = int(span.total_seconds())
    aged: dict[str, ColumnElement[Any]] = {
        column.name: _earlier(column, whole, rows.dialect.name)
        for column in table.columns
        if isinstance(column.type, Moment)
    }
    if "last_step" in table.columns:
        step = table.columns["last_step"]
        aged["last_step"] = case((step > whole // STEP, step - whole // STEP), else_=0)
    if aged:
        rows.execute(update(table).values(aged))


def _earlier(moment: ColumnElement[Any], seconds: int, database: str) -> ColumnElement[Any]:
    """A time so many seconds before; in SQLite it is text, of which the part behind the seconds stays as it is."""
    if database == "postgresql":
        return moment - literal(timedelta(seconds=seconds), Interval)
    told = type_coerce(moment, String)
    to_the_second = func.strftime("%Y-%m-%d %H:%M:%S", func.substr(told, 1, 19), f"-{seconds} seconds")
    return type_coerce(to_the_second.concat(func.substr(told, 20)), moment.type)


@contextmanager
def running(env: dict[str, str], log: Path | None = None) -> Iterator[Portal]:
    """Start a portal, and stop it and all it started afterwards. What it says goes to `log`, if that is given."""
    settings = Settings.load(env)
    with log.open("wb") if log else tempfile.TemporaryFile() as said:
        process = command("serve", env, said)
        try:
            until(lambda: _ready(settings.base_url, process), seconds=60)
            app = create_app(settings)
            yield Portal(settings.base_url, app, settings, process.pid, env)
            with app.app_context():
                db.engine.dispose()
        finally:
            process.terminate()
            process.wait(30)


def command(name: str, env: dict[str, str], said: IO[bytes] | None = None) -> "subprocess.Popen[bytes]":
    """Start one of the portal's own commands; of this shell's settings it hears nothing."""
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "portal", name]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return subprocess.Popen(words, cwd=ROOT, env=outside | env, stdout=said, stderr=said)  # noqa: S603


def _ready(base: str, process: "subprocess.Popen[bytes]") -> bool | None:
    assert process.poll() is None, "the portal ended by itself"
    try:
        with urllib.request.urlopen(f"{base}/readyz") as answer:  # noqa: S310
            return True if answer.status == 200 else None
    except (urllib.error.URLError, ConnectionError):
        return None


def fresh_database(name: str, folder: Path) -> str:
    """The address of an empty database: an SQLite file, or a schema of the PostgreSQL that is being tested on."""
    name += os.environ.get("PYTEST_XDIST_WORKER", "")  # each of the suite's processes has its own
    server = os.environ.get("PORTAL_TEST_DATABASE_URL")
    if not server:
        return f"sqlite:///{folder / name}.db"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {name}"))
    engine.dispose()
    return f"{server}?options=-csearch_path%3D{name}"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def until(found: Callable[[], T | None], seconds: float = 10) -> T:
    """Wait for something to be there, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (value := found()) is not None:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not there after {seconds} seconds")
