"""What the owner is told while somebody waits who has lost everything, by however many workers."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.access import recoveries, recovery_notices
from portal.access.recovery_notices import next_notice
from portal.access.steps import Step
from portal.extensions import db
from portal.models import Event, Recovery
from tests.customers import HERE, Customer, begin_recovery, enrolled, make, stop_link
from tests.together import together

MOMENT, HOUR = timedelta(microseconds=1), timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("app")


def notices() -> list[str]:
    """The kinds of what was told of waits, the oldest first."""
    told = select(Event.kind).where(Event.kind.startswith("recovery_")).order_by(Event.id)
    return [kind.removeprefix("recovery_") for kind in db.session.scalars(told) if kind != "recovery_asked"]


def when(wait: int) -> list[int]:
    """At which hours of a wait that long something is told, to the one when it lapses."""
    begun = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    due, hours = begun + wait * HOUR, []
    told = begun
    while later := next_notice(begun, due, due + 72 * HOUR, told):
        hours.append((later - begun) // HOUR)
        told = later
    return hours


def test_the_owner_is_told_every_day_and_an_hour_before_the_end() -> None:
    """At the end, and when nobody used it, as well."""
    assert when(48) == [24, 47, 48, 120]
    assert when(72) == [24, 48, 71, 72, 144]


def test_a_wait_is_told_of_at_these_moments_and_not_before(ben: Customer, now: datetime) -> None:
    begin_recovery(ben.half_in(now), now)
    for hours, kind in ((24, "waiting"), (47, "waiting"), (48, "over"), (120, "stopped")):
        before = notices()
        assert recovery_notices.tell(now + hours * HOUR - MOMENT) == 0
        assert recovery_notices.tell(now + hours * HOUR) == 1
        assert notices() == [*before, kind]
    assert recovery_notices.tell(now + timedelta(days=30)) == 0


def test_what_was_missed_is_told_once(ben: Customer, now: datetime) -> None:
    """No worker for two days: one notice, and the wait has ended all the same."""
    begin_recovery(ben.half_in(now), now)
    later = now + 49 * HOUR
    assert ben.half_in(later).standing.step(later) is Step.RECOVER
    assert [recovery_notices.tell(later) for _ in range(2)] == [1, 0]
    assert notices() == ["begun", "over"]


def test_nobody_is_told_of_a_wait_that_was_stopped(ben: Customer, now: datetime) -> None:
    recoveries.stop_by_link(begin_recovery(ben.half_in(now), now), HERE, now)
    assert recovery_notices.tell(now + timedelta(days=9)) == 0


def test_four_workers_tell_once(app: Flask, now: datetime) -> None:
    """T34: two notices for one moment would hide the third's meaning; none would hide a thief."""
    for number in range(3):
        ben = make("Ben", f"ben.{number}@example.org", "totp", now=now)
        begin_recovery(ben.half_in(now), now)
    outcomes = together(app, *[lambda: recovery_notices.tell(now + 24 * HOUR)] * 4)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert sum(outcome for outcome in outcomes if isinstance(outcome, int)) == 3
    assert notices() == ["begun"] * 3 + ["waiting"] * 3


def test_every_notice_has_a_link_that_stops_it(ben: Customer, now: datetime) -> None:
    """T33, T34: also the one that says that the wait is over."""
    links = [begin_recovery(ben.half_in(now), now)]
    for hours in (24, 47, 48):
        recovery_notices.tell(now + hours * HOUR)
        links.append(stop_link(now + hours * HOUR))
    later = now + 48 * HOUR
    assert all(recoveries.find_to_stop(link, later) for link in links)
    recoveries.stop_by_link(links[1], HERE, later)
    assert not any(recoveries.find_to_stop(link, later) for link in links)


def test_what_nobody_used_lapses_and_takes_nothing(ben: Customer, now: datetime) -> None:
    begin_recovery(ben.half_in(now), now)
    recovery_notices.tell(now + 120 * HOUR)
    case = db.session.scalars(select(Recovery)).one()
    assert (case.cancelled_because, len(enrolled(ben.user_id))) == ("lapsed", 1)


def test_a_new_case_can_be_opened_where_no_worker_closed_the_old(ben: Customer, now: datetime) -> None:
    """The database allows one open case; the lapsed one gives way."""
    begin_recovery(ben.half_in(now), now)
    later = now + 121 * HOUR
    begin_recovery(ben.half_in(later), later)
    reasons = list(db.session.scalars(select(Recovery.cancelled_because).order_by(Recovery.id)))
    assert reasons == ["lapsed", None]
