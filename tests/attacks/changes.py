"""What a request did to the tables: nothing, or exactly what a plain press of the same button does."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import Table, update

from portal.access.limits import CODES_IN_A_ROW
from portal.database import Base, write, writing
from portal.extensions import db
from portal.models import Counter, Factor, SignIn

Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
Changes = list[str]
# What a refused try leaves: it is counted and noted. `forget_tries` undoes the counting.
TRIES = {"counters", "events", "wrong_codes"}
# Control characters, marks that turn the writing round, nobody's characters, and what stands for unreadable bytes.
UNCLEAN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufffd\uffff]")
MADE_UP = re.compile(r"somebody\.\d+@")


def no_rows(app: Flask) -> None:
    """Empty every table."""
    with app.app_context(), writing(db.engine).begin() as rows:
        for table in reversed(Base.metadata.sorted_tables):
            rows.execute(table.delete())


def forget_tries(app: Flask) -> None:
    """So that what comes next is looked at, not refused for what came before; a method that is closed stays so."""
    with app.app_context(), write() as session:
        session.query(Counter).delete()
        few = (Factor.wrong_codes > 0, Factor.wrong_codes < CODES_IN_A_ROW)
        session.execute(update(Factor).where(*few).values(wrong_codes=0))
        session.execute(update(SignIn).where(SignIn.wrong_codes > 0).values(wrong_codes=0))


def every_row(app: Flask) -> Rows:
    """Every row of every table by its key, but for what counts and notes tries."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in TRIES]
    with app.app_context():
        return {table.name: dict(_rows(table)) for table in tables}


def _rows(table: Table) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for row in db.session.execute(table.select()).mappings():
        yield tuple(row[key.name] for key in table.primary_key), {n: v for n, v in row.items() if n not in TRIES}


def changes(before: Rows, after: Rows) -> Changes:
    """What became of each row, told so that two presses of one button tell the same: without keys, times, secrets."""
    told = []
    for table in before:
        old, new = before[table], after[table]
        told += [f"+ {table} {_told(row)}" for key, row in new.items() if key not in old]
        told += [f"- {table}" for key in old if key not in new]
        for key in old.keys() & new.keys():
            changed = {name: value for name, value in new[key].items() if value != old[key][name]}
            told += [f"~ {table} {_told(changed)}"] if changed else []
    return sorted(told)


def _told(row: dict[str, Any]) -> str:
    return repr({name: _plain(name, value) for name, value in sorted(row.items())})


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if name in ("id", "last_step", "password_hash") or name.endswith("_id") or isinstance(value, bytes | datetime):
        return "set"
    most = {"name": 60, "reason": 200}.get(name, 0)
    if isinstance(value, str) and 0 < len(value) <= most and not UNCLEAN.search(value):
        return f"a {name} in one clean line"
    return MADE_UP.sub("somebody@", value) if isinstance(value, str) else value
