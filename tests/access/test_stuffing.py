"""Many addresses from one place, and many wrong passwords in the whole portal, as the rules count them."""

import logging
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.access import counting, limits, password_check, stuffing
from portal.access.addresses import read_address
from portal.access.limit_sentences import Hit, Limit, Window
from portal.access.problems import LimitReached, PasswordWrong, SignInWrong
from portal.database import write
from portal.extensions import db
from portal.models import Counter
from tests.customers import IP, Customer, from_ip
from tests.together import together

MOMENT = timedelta(microseconds=1)
WRONG = "a loud red teapot"
ELSEWHERE = "198.51.100.7"
WINDOW, PAUSE = timedelta(minutes=10), timedelta(minutes=15)
ALARM_STANDS = timedelta(minutes=15)
HALVED = [(limit, window) for limit in limits.ALL if limit.halved for window in limit.windows if not window.pause]

pytestmark = pytest.mark.usefixtures("app")


def sign_in(email: str, password: str, now: datetime, ip: str = IP) -> None:
    password_check.sign_in(read_address(email), password, where=from_ip(ip), now=now)


def wrong(email: str, now: datetime, ip: str = IP) -> None:
    with pytest.raises(SignInWrong):
        sign_in(email, WRONG, now, ip)


def waits(now: datetime, ip: str = IP) -> bool:
    name, subject = stuffing.waits(ip)
    free_at = db.session.scalar(select(Counter.free_at).where(Counter.name == name, Counter.subject == subject))
    try:
        stuffing.refuse(free_at, now)
    except LimitReached:
        return True
    return False


def counted(limit: Limit) -> list[int]:
    return list(db.session.scalars(select(Counter.count).where(Counter.name.in_([w.name for w in limit.windows]))))


def wrong_so_far(count: int, now: datetime) -> None:
    """So many wrong passwords were typed in the portal within the last minutes: the alarm's row, as it would stand."""
    counting.take((Hit(limits.ALARM, counting.WHOLE_PORTAL),), now)
    with write() as session:
        session.execute(update(Counter).where(Counter.name == limits.ALARM.name).values(count=count))


def raise_alarm(now: datetime) -> None:
    wrong_so_far(999, now)
    assert counting.take((Hit(limits.ALARM, counting.WHOLE_PORTAL),), now) == {limits.ALARM.name: 1000}


def test_the_tenth_address_makes_its_network_wait(ben: Customer, now: datetime) -> None:
    """T01: nine and ben's right password are let in; ten are not, to the end of a quarter of an hour."""
    for number in range(9):
        wrong(f"customer.{number}@example.org", now)
    sign_in(ben.email, ben.password, now)
    later = now + timedelta(minutes=5)  # so that the ten wrong passwords in five minutes are none of it
    wrong("customer.9@example.org", later)
    for moment in (later, later + PAUSE - MOMENT):
        with pytest.raises(LimitReached) as refused:
            sign_in(ben.email, ben.password, moment)
        assert (refused.value.until, refused.value.what) == (later + PAUSE, "network")
    sign_in(ben.email, ben.password, later, ELSEWHERE)
    sign_in(ben.email, ben.password, later + PAUSE)


def test_one_address_many_times_is_one_address(now: datetime) -> None:
    """T01: somebody who forgot his password makes no office wait; it is his address that does."""
    for _ in range(15):
        stuffing.note("ben@example.org", IP, now)
    assert counted(limits.ADDRESSES_BY_NETWORK) == [1]
    assert not waits(now)


def test_after_ten_minutes_an_address_is_another_again(now: datetime) -> None:
    """T01: the count is of ten minutes, not of all time."""
    for number in range(9):
        stuffing.note(f"customer.{number}@example.org", IP, now)
    stuffing.note("customer.0@example.org", IP, now + WINDOW - MOMENT)
    assert not waits(now + WINDOW - MOMENT)
    for number in range(9):
        stuffing.note(f"customer.{number}@example.org", IP, now + WINDOW)
    assert not waits(now + WINDOW)
    stuffing.note("customer.9@example.org", IP, now + WINDOW)
    assert waits(now + WINDOW)


def test_twenty_addresses_at_once_are_all_counted(app: Flask, now: datetime) -> None:
    """T01: no two share a count, and none of them is lost."""
    acts = [lambda n=n: stuffing.note(f"customer.{n}@example.org", IP, now) for n in range(9)]
    twice = [*acts, *acts]
    assert [result for result in together(app, *twice) if result] == []
    assert counted(limits.ADDRESSES_BY_NETWORK) == [9]
    assert not waits(now)


def test_right_passwords_count_nothing(ben: Customer, cleo: Customer, now: datetime) -> None:
    """T01: neither for the network nor for the portal, and so wait for nobody's row."""
    for who in (ben, cleo):
        sign_in(who.email, who.password, now)
    assert counted(limits.ADDRESSES_BY_NETWORK) == counted(limits.ALARM) == []


def test_a_thousand_wrong_passwords_raise_the_alarm_once(now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    """T01: from a thousand places; the log says so at the thousandth, and not again while it stands."""
    with caplog.at_level(logging.INFO, "portal.events"):
        wrong_so_far(998, now)
        stuffing.note("customer.999@example.org", "198.51.100.1", now)
        assert caplog.messages == []
        for number in range(1000, 1004):
            stuffing.note(f"customer.{number}@example.org", f"198.51.100.{number % 100}", now)
    assert caplog.messages == ["alarm"]
    assert counted(limits.ALARM) == [1000]


def test_wrong_confirmations_count_too(ben: Customer, now: datetime) -> None:
    """T01: at the change of a method as at sign-in."""
    with pytest.raises(PasswordWrong):
        password_check.confirm(ben.come_in(now).standing, WRONG, now)
    assert counted(limits.ADDRESSES_BY_NETWORK) == counted(limits.ALARM) == [1]


@pytest.mark.parametrize(("limit", "window"), HALVED, ids=[window.name for _, window in HALVED])
def test_half_is_allowed_while_the_alarm_stands(limit: Limit, window: Window, now: datetime) -> None:
    """T01: half, and one more is refused to the alarm's end, or to the window's if that is sooner."""
    hits, moment = (Hit(limit, "network eve"),), now
    for _ in range(window.allowed // 2):
        moment = counting.free_from(hits, moment) or moment
        counting.take(hits, moment)
    moment = counting.free_from(hits, moment) or moment
    assert counting.free_from(hits, moment) is None
    raise_alarm(moment)
    ends = min(moment + ALARM_STANDS, now + window.lasts)
    with pytest.raises(LimitReached) as refused:
        counting.take(hits, moment)
    assert refused.value.until == counting.free_from(hits, moment) == ends
    counting.take(hits, ends)


def test_five_addresses_are_enough_while_the_alarm_stands(now: datetime) -> None:
    """T01: also where more than five had been counted before it."""
    for number in range(7):
        stuffing.note(f"customer.{number}@example.org", IP, now)
    raise_alarm(now)
    for number in range(4):
        stuffing.note(f"customer.{number}@example.org", ELSEWHERE, now)
    assert (waits(now), waits(now, ELSEWHERE)) == (False, False)
    for ip in (IP, ELSEWHERE):
        stuffing.note("customer.8@example.org", ip, now)
    assert (waits(now), waits(now, ELSEWHERE)) == (True, True)


def test_what_counts_no_network_address_is_not_halved(now: datetime) -> None:
    """T01: an attack on all takes nothing from one customer's own tries."""
    raise_alarm(now)
    for _ in range(10):
        counting.take((Hit(limits.CODES, "user 1"),), now)
    with pytest.raises(LimitReached):
        counting.take((Hit(limits.CODES, "user 1"),), now)
    assert {limit.name for limit, _ in HALVED} == {
        "passwords by network",
        "posts by network",
        "codes by network",
        "recovery codes by network",
        "sent by network",
        "registrations by network",
    }
