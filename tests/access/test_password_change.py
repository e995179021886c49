"""A new password for somebody who knows the old one."""

from datetime import datetime

import pytest
from sqlalchemy import select

from portal.access import password_change, password_resets
from portal.access.problems import Gone, PasswordCommon, PasswordInContext, PasswordTooShort
from portal.database import write
from portal.extensions import db, hasher
from portal.models import User
from tests.customers import HERE, NEW_PASSWORD, Customer, Visit, ask_link, find

pytestmark = pytest.mark.usefixtures("app")


def change(visit: Visit, now: datetime) -> str:
    hashed = password_change.prepare(visit.standing, NEW_PASSWORD)
    with write() as session:
        return password_change.put(session, visit.standing, hashed, now)


def test_the_new_password_is_right_and_the_old_one_wrong(ben: Customer, now: datetime) -> None:
    change(ben.come_in(now), now)
    stored = db.session.scalar(select(User.password_hash).where(User.id == ben.user_id))
    assert hasher().verify(stored, NEW_PASSWORD)
    assert not hasher().verify(stored, ben.password)


def test_this_sign_in_goes_on_under_a_new_token(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    renewed = change(visit, now)
    assert find(visit.token) is None
    assert Visit(renewed).standing.ended(now) is None


def test_every_other_sign_in_ends_with_the_reason(ben: Customer, now: datetime) -> None:
    """T15: finished or not."""
    visit, others = ben.come_in(now), [ben.come_in(now), ben.half_in(now)]
    change(visit, now)
    assert {other.standing.ended(now) for other in others} == {"password_changed"}


def test_a_mailed_link_dies(ben: Customer, now: datetime) -> None:
    token, visit = ask_link(ben.email, HERE, now), ben.come_in(now)
    change(visit, now)
    assert password_resets.owner(token, now) is None


def test_a_replaced_token_changes_nothing(ben: Customer, now: datetime) -> None:
    """The second of two tabs that change it at once."""
    visit = ben.come_in(now)
    before = visit.standing
    change(visit, now)
    with pytest.raises(Gone), write() as session:
        password_change.put(session, before, "another hash", now)
    stored = db.session.scalar(select(User.password_hash).where(User.id == ben.user_id))
    assert hasher().verify(stored, NEW_PASSWORD)


@pytest.mark.parametrize(
    ("password", "problem"),
    [("short", PasswordTooShort), ("ben@example.org-ben", PasswordInContext), ("abababababab", PasswordCommon)],
)
def test_a_bad_password_is_refused(ben: Customer, now: datetime, password: str, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        password_change.prepare(ben.come_in(now).standing, password)
