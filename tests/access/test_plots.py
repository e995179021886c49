"""The numbers behind the operator's plots."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import update

from portal.access import codes, counting, events, plots, second_factor
from portal.access.limit_sentences import Hit
from portal.access.limits import LOOK_UPS
from portal.database import write
from portal.models import SignIn
from tests.customers import mailed_code, make
from tests.desk import member
from tests.statements import statements_of

HOUR = timedelta(hours=1)


def test_methods_are_counted_by_customer_without_the_desk(app: Flask, now: datetime) -> None:
    make("Ben", "ben@example.org", "totp", now=now)
    make("Cleo", "cleo@example.org", "totp", "email", now=now)
    make("Dan", "dan@example.org", now=now)
    member("admin", now)
    found = plots.read(now)
    assert (found.customers, dict(found.methods)) == (3, {"totp": 2, "email": 1})


def test_each_hour_has_its_sign_ins_and_failures(app: Flask, now: datetime) -> None:
    """Two days, the present hour last; what is older is in none."""
    ben = make("Ben", "ben@example.org", "totp", now=now)
    start = now.replace(minute=0, second=0, microsecond=0)
    for at in (start, start - HOUR, start - HOUR, start - 47 * HOUR, start - 48 * HOUR):
        visit = ben.come_in(now)
        with write() as session:
            mine = update(SignIn).where(SignIn.id == visit.standing.sign_in_id)
            session.execute(mine.values(raised_at=at, ends_at=at + 12 * HOUR))
            events.record(session, events.PASSWORD_WRONG, visit.standing.actor, at)
    found = plots.read(now).hours
    assert len(found) == 48
    numbers = {(start - hour.at) // HOUR: (hour.sign_ins, hour.failures) for hour in found if hour.sign_ins}
    assert numbers == {0: (1, 1), 1: (2, 2), 47: (1, 1)}


def test_codes_are_told_by_purpose(app: Flask, now: datetime) -> None:
    """Using one spends all: whoever asked counts once."""
    cleo = make("Cleo", "cleo@example.org", "email", now=now)
    visit = cleo.half_in(now)
    asker = codes.by_sign_in(visit.standing, second_factor.SIGN_IN)
    codes.issue(asker, {}, now)
    later = now + timedelta(minutes=2)
    codes.issue(asker, {}, later)
    second_factor.prove(visit.standing, "email", mailed_code(later), later)
    codes.issue(codes.by_sign_in(cleo.half_in(later).standing, second_factor.ADDRESS), {}, later)
    assert plots.read(later).codes == (plots.Sent("address", 1, 0), plots.Sent("sign_in", 2, 1))


def test_a_limit_shows_while_it_refuses(app: Flask, now: datetime) -> None:
    for _ in range(30):
        counting.take((Hit(LOOK_UPS, "user 1"),), now)
    counting.take((Hit(LOOK_UPS, "user 2"),), now)
    assert plots.read(now).limits == (("look-ups, per hour", 1),)
    assert plots.read(now + HOUR).limits == ()


def test_waiting_messages_are_counted(app: Flask, now: datetime) -> None:
    cleo = make("Cleo", "cleo@example.org", "email", now=now)
    assert plots.read(now).waiting == 0
    codes.issue(codes.by_sign_in(cleo.half_in(now).standing, second_factor.SIGN_IN), {}, now)
    found = plots.read(now)
    assert (found.waiting, found.oldest) == (1, now)


def test_it_costs_the_same_however_many_there_are(app: Flask, now: datetime) -> None:
    """A handful of queries."""
    for number in range(5):
        make("Ben", f"ben.{number}@example.org", "totp", now=now)
        with statements_of(app) as statements:
            plots.read(now)
        assert len(statements) <= 8
