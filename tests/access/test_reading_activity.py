"""The log as its owner reads it: one order, one's own rows alone, and the same cost however long it has grown."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, text

from portal.access import activity, events, limits
from portal.access.activity import ALL, CHANGES, GROUPS, SIGN_INS, WARNINGS, Line, Place
from portal.access.events import KINDS, Actor, Kind
from portal.access.retention import EVENTS
from portal.database import write, writing
from portal.extensions import db
from portal.models import Event, SignIn
from tests.customers import HERE, Customer
from tests.statements import statements_of

MINUTE, MOMENT = timedelta(minutes=1), timedelta(microseconds=1)


def happens(who: Customer, kind: Kind, now: datetime) -> None:
    with write() as session:
        events.record(session, kind, Actor(who.user_id, who.email, HERE), now)


def said(lines: tuple[Line, ...]) -> list[str]:
    return [line.kind for line in lines]


def all_of(who: Customer, group: str, now: datetime) -> list[Line]:
    """Every page, one after the other."""
    page = activity.read_page(who.user_id, group, now)
    found = list(page.lines)
    while page.older:
        page = activity.read_page(who.user_id, group, now, page.older)
        assert page.lines
        found += page.lines
    return found


def test_every_kind_is_in_one_group() -> None:
    grouped = [kind.name for kinds in GROUPS.values() for kind in kinds]
    assert sorted(grouped) == sorted(KINDS)


def test_log_and_sign_ins_are_one_list_the_newest_first(ben: Customer, now: datetime) -> None:
    """A finished sign-in is a line, an unfinished one with a right password too."""
    ben.come_in(now)
    happens(ben, events.PASSWORD_CHANGED, now + MINUTE)
    ben.half_in(now + 2 * MINUTE)
    found = activity.read_page(ben.user_id, ALL, now + 3 * MINUTE)
    assert said(found.lines) == ["sign_in_unfinished", "password_changed", "new_device", "signed_in"]
    assert found.lines[-1].facts == {"method": "totp"}
    assert (found.lines[0].ip, found.lines[0].agent) == (HERE.ip, HERE.agent)


def test_the_filter_shows_one_group(ben: Customer, now: datetime) -> None:
    ben.come_in(now)
    happens(ben, events.PASSWORD_CHANGED, now)
    happens(ben, events.PASSWORD_WRONG, now)
    shown = {group: said(activity.read_page(ben.user_id, group, now).lines) for group in GROUPS}
    assert shown == {
        SIGN_INS: ["password_wrong", "signed_in"],
        CHANGES: ["password_changed"],
        WARNINGS: ["new_device"],
    }


def test_nobody_sees_another_s(ben: Customer, cleo: Customer, now: datetime) -> None:
    """T48."""
    cleo.come_in(now)
    happens(cleo, events.PASSWORD_CHANGED, now)
    assert activity.read_page(ben.user_id, ALL, now).lines == ()
    assert list(activity.everything(ben.user_id, ALL, now)) == []
    newest = activity.read_page(cleo.user_id, ALL, now).lines[0].place
    assert activity.read_page(ben.user_id, ALL, now, newest).lines == ()


@pytest.mark.parametrize("group", [ALL, SIGN_INS, CHANGES])
def test_pages_show_each_line_once(ben: Customer, now: datetime, group: str) -> None:
    """Many at the very same moment too, from both tables, across the pages' edges."""
    for i in range(30):
        at = now + (i // 10) * MINUTE
        happens(ben, events.PASSWORD_CHANGED if i % 2 else events.PASSWORD_WRONG, at)
        ben.half_in(at)
    later = now + 5 * MINUTE
    found = all_of(ben, group, later)
    assert len({line.place for line in found}) == len(found) == {ALL: 60, SIGN_INS: 45, CHANGES: 15}[group]
    assert found == list(activity.everything(ben.user_id, group, later))
    assert [line.place for line in found] == sorted((line.place for line in found), reverse=True)


@pytest.mark.parametrize(("lines", "more"), [(limits.ACTIVITY_PAGE, False), (limits.ACTIVITY_PAGE + 1, True)])
def test_a_page_has_so_many_lines(ben: Customer, now: datetime, lines: int, more: bool) -> None:
    for _ in range(lines):
        happens(ben, events.PASSWORD_WRONG, now)
    page = activity.read_page(ben.user_id, ALL, now)
    assert (len(page.lines), page.older is not None) == (limits.ACTIVITY_PAGE, more)


def test_what_happens_meanwhile_moves_no_older_page(ben: Customer, now: datetime) -> None:
    for i in range(40):
        happens(ben, events.PASSWORD_WRONG, now + i * MINUTE)
    later = now + 60 * MINUTE
    first = activity.read_page(ben.user_id, ALL, later)
    second = activity.read_page(ben.user_id, ALL, later, first.older)
    happens(ben, events.PASSWORD_CHANGED, later)
    assert activity.read_page(ben.user_id, ALL, later, first.older) == second


def test_a_year_is_shown(ben: Customer, now: datetime) -> None:
    happens(ben, events.PASSWORD_WRONG, now - EVENTS)
    happens(ben, events.PASSWORD_CHANGED, now - EVENTS + MOMENT)
    assert said(activity.read_page(ben.user_id, ALL, now).lines) == ["password_changed"]


@pytest.mark.parametrize("event", [True, False])
def test_a_place_is_read_as_it_is_written(now: datetime, event: bool) -> None:
    place = Place(now, event, 7)
    assert Place.read(str(place)) == place


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "1-2-3", "--", "-" * 500, "20261122T140300123456", "20261122T140300123456-1"),
        *("20261122T140300123456-1-x", "20261122T140300123456-1--7", "20261122T140300123456-1-99999999999"),
        "99999999T140300123456-1-7",
    ],
)
def test_anything_else_is_no_place(text: str) -> None:
    assert Place.read(text) is None


def test_a_page_reads_no_more_rows_than_it_shows(house_log: Customer, app: Flask, now: datetime) -> None:
    """Along the index, wherever the page begins; nothing is sorted, nothing else of the table is looked at."""
    middle = Place(now - 500 * MINUTE, True, 1)
    for before in (None, middle):
        with statements_of(app) as given:
            assert len(activity.read_page(house_log.user_id, ALL, now, before).lines) == limits.ACTIVITY_PAGE
        assert len(given) == 2
    for statement, index in ((activity._EVENTS, "ix_events_of_user"), (activity._SIGN_INS, "ix_sign_ins_of_user")):
        plan = _plan(str(statement.compile(db.engine, compile_kwargs={"render_postcompile": True})), house_log, now)
        assert index in plan
        assert not any(word in plan.upper() for word in ("TEMP B-TREE", "SORT", "SEQ SCAN", "SCAN EVENTS"))


@pytest.fixture
def house_log(ben: Customer, cleo: Customer, now: datetime) -> Customer:
    """Ten thousand lines and as many sign-ins of ben's and of cleo's, told in turn."""
    rows: list[dict[str, Any]] = [
        {"user_id": who.user_id, "kind": "password_wrong", "at": now - i * MINUTE, "ip": "", "agent": "", "facts": {}}
        for i in range(1, 5001)
        for who in (ben, cleo)
    ]
    visits = [
        {**row, "created_at": row["at"], "seen_at": row["at"], "idle_ends_at": row["at"], "ends_at": row["at"]}
        | {"token_hash": f"{row['user_id']} {row['at']}".encode()}
        for row in rows
    ]
    columns = [column.name for column in SignIn.__table__.columns]
    with writing(db.engine).begin() as connection:
        connection.execute(insert(Event), rows)
        connection.execute(insert(SignIn), [{n: v for n, v in row.items() if n in columns} for row in visits])
    with db.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
    return ben


def _plan(statement: str, who: Customer, now: datetime) -> str:
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    values = {"user": who.user_id, "since": now - EVENTS, "at": now, "id": 1, "most": 26}
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            order = ("user", "since", "at", "id", "most")
            plain = tuple(str(values[name])[:26] if name in ("since", "at") else values[name] for name in order)
            return str(connection.exec_driver_sql(f"{explain} {statement}", (*plain, 0)).all())
        return str(connection.exec_driver_sql(f"{explain} {statement}", values).all())
