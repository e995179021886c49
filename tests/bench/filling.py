"""A database full of customers and of what they did before. Everybody's address, secret and token follow from their
number, so that the visitors need not be told."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, Table, func, insert, select, text

from config import ROOT
from portal import clock
from portal.access import factors, limits
from portal.access.recovery_codes import SALT
from portal.crypto import token_hash
from portal.database import Base, writing
from portal.extensions import db, keys

Row = dict[str, Any]
AT_ONCE = 5000  # rows in one statement
VISITORS = 8  # the first ones are signed in already, and look at pages
LONGEST_AGO = timedelta(days=80)  # the worker must find nothing to purge
TABLES = Base.metadata.tables


def email(number: int) -> str:
    return f"customer{number}@example.org"


def secret(number: int) -> bytes:
    """What the customer's app holds."""
    return hashlib.sha256(f"secret {number}".encode()).digest()[:20]


def token(number: int) -> str:
    """The cookie of a visitor who is signed in already."""
    return f"bench-{number}"


def mark(number: int) -> str:
    """The cookie by which a customer's browser is known again, from when they came before."""
    return f"mark-{number}"


def fill(app: Flask, users: int, log: int, password_hashes: tuple[str, ...]) -> None:
    """Make users with an app and saved recovery codes, and `log` rows in each table of `LOG`; sign the first ones in.

    They take the hashes in turn: user 1 the first, user 2 the second …
    """
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        now = clock.now()
        everybody = range(1, users + 1)
        with writing(db.engine).begin() as rows:
            _insert(rows, "users", (_user(n, password_hashes[(n - 1) % len(password_hashes)], now) for n in everybody))
            assert rows.scalar(select(func.max(TABLES["users"].c.id))) == users, "the numbers are not the users' ids"
            _insert(rows, "factors", (_app(n, now) for n in everybody))
            _insert(rows, "recovery_sets", (_set(n, now) for n in everybody))
            _insert(rows, "recovery_codes", ({"set_id": n, "digest": bytes([i])} for n in everybody for i in range(10)))
            for name, row in LOG.items():
                _insert(rows, name, (row(i % users + 1, i, now - LONGEST_AGO * (log - i) / log) for i in range(log)))
            _insert(rows, "sign_ins", (_signed_in(n, now) for n in range(1, min(VISITORS, users) + 1)))
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect() as connection:
                connection.execute(text("ANALYZE"))
        db.engine.dispose()


def _insert(rows: Connection, name: str, made: Iterator[Row]) -> None:
    table: Table = TABLES[name]
    while batch := list(islice(made, AT_ONCE)):
        rows.execute(insert(table), batch)


def _user(n: int, password_hash: str, now: datetime) -> Row:
    more = {"password_hash": password_hash, "primary_method": "totp", "created_at": now - LONGEST_AGO}
    return {"email": email(n), "email_key": email(n), "name": f"Customer {n}", **more}


def _app(n: int, now: datetime) -> Row:
    sealed = keys().encrypt(secret(n), factors.row_name(n, "totp"))
    more = {"created_at": now - LONGEST_AGO, "confirmed_at": now - LONGEST_AGO}
    return {"user_id": n, "kind": "totp", "name": "App 1", "secret": sealed, "slot": 1, **more}


def _set(n: int, now: datetime) -> Row:
    then = now - LONGEST_AGO
    return {"user_id": n, "number": 1, "salt": bytes(SALT), "created_at": then, "saved_at": then}


def _signed_in(n: int, now: datetime) -> Row:
    begun = {"created_at": now, "seen_at": now, "raised_at": now, "second_factor_at": now, "raised_by": "totp"}
    ends = {"idle_ends_at": now + limits.IDLE, "ends_at": now + limits.SIGN_IN_LIFE}
    where = {"ip": "192.0.2.1", "agent": "Mozilla/5.0", "device_hash": token_hash(mark(n))}
    return {"user_id": n, "token_hash": token_hash(token(n)), **where, **begun, **ends}


def _past_sign_in(n: int, number: int, then: datetime) -> Row:
    over = {"ended_at": then + limits.IDLE, "ended_because": "signed_out"}
    return _signed_in(n, then) | {"token_hash": hashlib.sha256(f"past {number}".encode()).digest(), **over}


def _event(n: int, _: int, then: datetime) -> Row:
    return {
        "user_id": n,
        "kind": "password_changed",
        "at": then,
        "ip": "192.0.2.1",
        "agent": "Mozilla/5.0",
        "facts": {},
    }


# What grows as customers come and go: table → the row of user `n`, the `number`th of all, at a moment of the past.
LOG: dict[str, Callable[[int, int, datetime], Row]] = {
    "sign_ins": _past_sign_in,
    "events": _event,
}
