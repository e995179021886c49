"""What the database says of somebody's case, and the two mailed ways beside it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.access import codes, password_resets, second_factor
from portal.extensions import db
from portal.models import Event, Recovery
from tests.customers import HERE, NEW_PASSWORD, Customer, Visit, ask_link, mailed_code

MOMENT, HOUR = timedelta(microseconds=1), timedelta(hours=1)
TWO_DAYS, THREE_DAYS = timedelta(hours=48), timedelta(hours=72)


def case_of(who: Customer) -> Recovery:
    """The newest case of somebody, as the database has it."""
    mine = select(Recovery).where(Recovery.user_id == who.user_id).order_by(Recovery.id.desc())
    return db.session.scalars(mine.execution_options(populate_existing=True)).first() or pytest.fail("no case")


def cases() -> int:
    return db.session.scalars(select(func.count(Recovery.id))).one()


def told(kind: str) -> int:
    return db.session.scalars(select(func.count(Event.id)).where(Event.kind == kind)).one()


def reset_by_mail(who: Customer, now: datetime) -> None:
    password_resets.use(ask_link(who.email, HERE, now), NEW_PASSWORD, HERE, now)


def prove_mailbox(visit: Visit, now: datetime) -> None:
    codes.issue(codes.by_sign_in(visit.standing, second_factor.ADDRESS), {}, now)
    second_factor.prove_mailbox(visit.standing, mailed_code(now), now)
