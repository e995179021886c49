"""The cookie of a remembered device: new after each use, and worth nothing when it is old (T22)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from portal.access import (
    devices,
    limits,
)
from portal.crypto import new_token
from tests.customers import Customer
from tests.devices import come_back, come_in_on, device_log, on, remember, remembered
from tests.together import together

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("app")


def test_the_cookie_is_new_after_each_use(ben: Customer, now: datetime) -> None:
    """T22: its first half stays, its second is new; the new one works."""
    first = remember(ben, now)
    _, second = come_in_on(ben, first, now)
    _, third = come_in_on(ben, second, now + 2 * MINUTE)
    assert len({first, second, third}) == 3
    assert {cookie.split(".")[0] for cookie in (first, second, third)} == {first.split(".")[0]}


def test_the_one_before_is_good_for_a_minute(ben: Customer, now: datetime) -> None:
    """For a second tab, which gets no new one: the first tab's is the browser's."""
    first = remember(ben, now)
    _, second = come_in_on(ben, first, now)
    found = come_back(ben, first, now + limits.DEVICE_GRACE - SECOND)
    assert (bool(found.token), found.cookie) == (True, None)
    assert come_back(ben, second, now + 2 * MINUTE).token


@pytest.mark.parametrize("late", [limits.DEVICE_GRACE, DAY])
def test_an_old_one_kills_the_device_and_tells(ben: Customer, now: datetime, late: timedelta) -> None:
    """T22: whoever has the new one is asked for a code from now on as well."""
    first = remember(ben, now)
    _, second = come_in_on(ben, first, now)
    assert come_back(ben, first, now + late) == devices.Recognised(known=False)
    assert device_log(ben)[-1] == ("device_reused", {})
    assert come_back(ben, second, now + late) == devices.Recognised(known=False)
    assert len([kind for kind, _ in device_log(ben) if kind == "device_reused"]) == 1


def test_one_older_than_that_kills_it_even_within_the_minute(ben: Customer, now: datetime) -> None:
    first = remember(ben, now)
    _, second = come_in_on(ben, first, now)
    come_in_on(ben, second, now)
    assert come_back(ben, first, now) == devices.Recognised(known=False)


def test_a_half_that_was_made_up_kills_it_too(ben: Customer, now: datetime) -> None:
    """Whoever knows the first half has had the cookie; 256 bits are not guessed."""
    cookie = remember(ben, now)
    assert come_back(ben, f"{cookie.split('.')[0]}.{new_token()}", now).token is None
    assert remembered(ben) == []


def test_two_tabs_at_once_both_come_in(app: Flask, ben: Customer, now: datetime) -> None:
    """T22: and one of them brings the browser's new cookie."""
    cookie = remember(ben, now)
    standings = [replace(ben.half_in(now).standing, where=on(cookie)) for _ in range(2)]
    found = together(app, *(lambda s=s: devices.recognise(s, cookie, now) for s in standings))
    assert [isinstance(f, devices.Recognised) and bool(f.token) for f in found] == [True, True]
    assert len([f for f in found if isinstance(f, devices.Recognised) and f.cookie]) == 1
