"""What the database holds about somebody, to see that an attack changed nothing."""

from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select

from portal.database import Base
from portal.extensions import db
from portal.models import Code, Device, Factor, Message, RecoveryCode, RecoverySet, Registration, SignIn, User
from tests.people import Person
from tests.portal_for_tests import Portal

# What time and the worker change by themselves.
RESTLESS = {"seen_at", "idle_ends_at", "due_at", "attempts", "handed_at", "done_at", "sealed", "trouble", "expires_at"}
Rows = dict[str, list[tuple[Any, ...]]]


def about(person: Person) -> Rows:
    """All rows of one person."""
    with person.portal.app.app_context():
        user = select(User.id).where(User.email_key == person.email)
        sign_ins = select(SignIn.id).where(SignIn.user_id.in_(user))
        registrations = select(Registration.id).where(Registration.email_key == person.email)
        sets = select(RecoverySet.id).where(RecoverySet.user_id.in_(user))
        return {
            **_rows(User, User.email_key == person.email),
            **_rows(SignIn, SignIn.user_id.in_(user)),
            **_rows(Device, Device.user_id.in_(user)),
            **_rows(Factor, Factor.user_id.in_(user)),
            **_rows(RecoverySet, RecoverySet.user_id.in_(user)),
            **_rows(RecoveryCode, RecoveryCode.set_id.in_(sets)),
            **_rows(Registration, Registration.email_key == person.email),
            **_rows(Code, or_(Code.sign_in_id.in_(sign_ins), Code.registration_id.in_(registrations))),
            **_rows(Message, Message.address == person.email),
        }


def keys(portal: Portal) -> dict[str, set[Any]]:
    """The primary keys of every table; demo mails are the worker's."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != "demo_mails"]
    with portal.app.app_context():
        return {table.name: {tuple(row) for row in db.session.execute(select(*table.primary_key))} for table in tables}


def added(before: dict[str, set[Any]], after: dict[str, set[Any]]) -> dict[str, int]:
    """How many rows each table has gained; the worker may have purged others meanwhile."""
    return {table: len(after[table] - before[table]) for table in after}


def _rows(model: type[Any], mine: ColumnElement[bool]) -> Rows:
    table: Table = model.__table__
    columns = [column for column in table.columns if column.name not in RESTLESS]
    return {
        table.name: [
            tuple(row) for row in db.session.execute(select(*columns).where(mine).order_by(*table.primary_key))
        ]
    }
