"""A portal to test: the very command that `make run` uses, on a database of its own; and its rows, seen from here."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from flask import Flask
from sqlalchemy import Connection, Table, bindparam, create_engine, text, update

from config import ROOT, Settings
from portal import create_app
from portal.access.limits import STEP
from portal.database import Base, Moment, writing
from portal.extensions import db

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
    """A running portal: two web processes and a worker. `app` sees the same database from the test's process."""

    base: str
    app: Flask
    settings: Settings

    def age(self, span: timedelta) -> None:
        """Let time pass: every time in the database lies `span` further back, and so do the steps of apps."""
        with self.app.app_context(), writing(db.engine).begin() as rows:
            for table in Base.metadata.sorted_tables:
                _age(rows, table, span)


def _age(rows: Connection, table: Table, span: timedelta) -> None:
    """Take a span off every time of one table, found by the columns' type."""
    keys = list(table.primary_key)
    moments = [column for column in table.columns if isinstance(column.type, Moment)]
    steps = [column for column in table.columns if column.name == "last_step"]
    older = [
        {f"key_{key.name}": row[key.name] for key in keys}
        | {f"new_{column.name}": row[column.name] and row[column.name] - span for column in moments}
        | {f"new_{step.name}": max(0, row[step.name] - int(span.total_seconds()) // STEP) for step in steps}
        for row in rows.execute(table.select()).mappings().all()
    ]
    if older and moments:
        mine = (key == bindparam(f"key_{key.name}") for key in keys)
        aged = {column.name: bindparam(f"new_{column.name}", type_=column.type) for column in (*moments, *steps)}
        rows.execute(update(table).where(*mine).values(aged), older)


@contextmanager
def running(env: dict[str, str], log: Path | None = None) -> Iterator[Portal]:
    """Start a portal, and stop it and all it started afterwards. What it says goes to `log`, if that is given."""
    settings = Settings.load(env)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "portal", "serve"]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    with log.open("wb") if log else nullcontext() as said:
        process = subprocess.Popen(command, cwd=ROOT, env=outside | env, stdout=said, stderr=said)  # noqa: S603
        try:
            until(lambda: _ready(settings.base_url, process), seconds=60)
            app = create_app(settings)
            yield Portal(settings.base_url, app, settings)
            with app.app_context():
                db.engine.dispose()
        finally:
            process.terminate()
            process.wait(30)


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
