"""What the worker purges, and that it leaves the rest alone."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal.access import retention
from portal.database import Base, write
from portal.extensions import db
from portal.models import (
    Code,
    Counter,
    DemoMail,
    Device,
    Factor,
    Message,
    Recovery,
    RecoverySet,
    Registration,
    ResetLink,
    SignIn,
    User,
)

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("app")


def add(row: Base) -> None:
    with write() as session:
        session.add(row)


def user(now: datetime) -> User:
    row = User(email="a@example.org", email_key="a@example.org", name="Ada", password_hash="", created_at=now)
    add(row)
    return row


def sign_in(owner: User, now: datetime, **ends: datetime) -> SignIn:
    times = {"created_at": now, "seen_at": now, "idle_ends_at": now + HOUR, "ends_at": now + HOUR}
    row = SignIn(user_id=owner.id, token_hash=b"t", ip="192.0.2.7", agent="", **{**times, **ends})
    add(row)
    return row


def link(purpose: str, end: datetime) -> ResetLink:
    token_hash = purpose.encode()
    return ResetLink(purpose=purpose, email_key="a@example.org", token_hash=token_hash, created_at=end, expires_at=end)


def left(model: type[Base], moment: datetime) -> int:
    """How many rows are left when the worker has purged at this moment."""
    retention.purge(moment)
    return len(db.session.execute(select(model.__table__)).all())


def test_codes_go_a_day_after_their_end(now: datetime) -> None:
    asker = sign_in(user(now), now)
    add(Code(purpose="sign_in", sign_in_id=asker.id, mac=b"", number=1, created_at=now, expires_at=now))
    assert left(Code, now + 24 * HOUR - SECOND) == 1
    assert left(Code, now + 24 * HOUR) == 0


def test_unfinished_registrations_go_a_day_after_their_beginning(now: datetime) -> None:
    times = {"created_at": now, "expires_at": now + HOUR}
    add(Registration(visit_hash=b"v", email="a@example.org", email_key="a@example.org", **times))
    assert left(Registration, now + 24 * HOUR - SECOND) == 1
    assert left(Registration, now + 24 * HOUR) == 0


def test_links_go_a_day_after_their_end(now: datetime) -> None:
    add(link("reset", now))
    assert left(ResetLink, now + 24 * HOUR - SECOND) == 1
    assert left(ResetLink, now + 24 * HOUR) == 0


def test_a_link_stays_as_long_as_one_it_took_the_place_of(now: datetime) -> None:
    """T20: else the first password's link, which lives for days, would be the newest again."""
    add(link("first", now + 72 * HOUR))
    add(link("reset", now))
    assert left(ResetLink, now + 96 * HOUR - SECOND) == 2
    retention.purge(now + 96 * HOUR)
    assert left(ResetLink, now + 96 * HOUR) == 0


def test_counts_go_two_days_after_their_window(now: datetime) -> None:
    add(Counter(name="codes", subject=b"s", count=1, allowed=1, free_at=now, resets_at=now))
    assert left(Counter, now + 48 * HOUR - SECOND) == 1
    assert left(Counter, now + 48 * HOUR) == 0


def test_a_message_goes_a_day_after_it_was_done_and_never_before(now: datetime) -> None:
    for done_at in (None, now):
        add(Message(template="t", address="a@example.org", created_at=now, due_at=now, done_at=done_at))
    add(DemoMail(recipient="a@example.org", subject="", text="", html="", sent_at=now))
    assert left(Message, now + 24 * HOUR - SECOND) == 2
    assert left(Message, now + 24 * HOUR) == 1
    assert left(DemoMail, now + 24 * HOUR) == 0


def test_a_remembered_device_goes_when_it_is_over(now: datetime) -> None:
    times = {"created_at": now, "used_at": now, "rotated_at": now, "expires_at": now + HOUR}
    hashes = {"family_hash": b"f", "token_hash": b"t"}
    add(Device(user_id=user(now).id, name="", ip="192.0.2.7", agent="", **hashes, **times))
    assert left(Device, now + HOUR - SECOND) == 1
    assert left(Device, now + HOUR) == 0


def test_a_method_that_was_not_finished_goes_and_a_confirmed_one_stays(now: datetime) -> None:
    owner = user(now)
    pending = sign_in(owner, now)
    add(Factor(user_id=owner.id, kind="totp", name="", created_at=now, confirmed_at=now, slot=1))
    add(Factor(user_id=owner.id, kind="totp", name="", created_at=now, sign_in_id=pending.id, expires_at=now + HOUR))
    assert left(Factor, now + HOUR - SECOND) == 2
    assert left(Factor, now + HOUR) == 1


@pytest.mark.parametrize("ending", ["ended_at", "idle_ends_at", "ends_at"])
def test_recovery_codes_can_be_read_no_longer_than_their_sign_in_lasts(ending: str, now: datetime) -> None:
    owner = user(now)
    add(
        RecoverySet(
            user_id=owner.id,
            number=1,
            salt=b"",
            created_at=now,
            sign_in_id=sign_in(owner, now).id,
            sealed=b"ten codes",
        )
    )
    retention.purge(now)
    assert db.session.scalar(select(RecoverySet.sealed)) == b"ten codes"
    with write() as session:
        setattr(session.scalars(select(SignIn)).one(), ending, now)
    retention.purge(now)
    assert db.session.scalar(select(RecoverySet.sealed)) is None


def test_cases_of_losing_everything_go_a_year_after_their_opening(now: datetime) -> None:
    """As long as sign-ins and the log; they hold no secret but a link's hash."""
    owner, year = user(now), timedelta(days=365)
    times = {"opened_at": now, "link_ends_at": now + HOUR, "cancelled_at": now + HOUR}
    add(Recovery(user_id=owner.id, kind="customer", link_hash=b"l", **times))
    assert left(Recovery, now + year - SECOND) == 1
    assert left(Recovery, now + year) == 0
