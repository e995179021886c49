"""What its owner sees of a remembered device, and forgets by hand."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from portal.access import devices, own_devices
from portal.access.problems import Gone
from portal.access.standing import Standing
from tests.customers import HERE, Customer
from tests.devices import come_back, come_in_on, on, remember, remembered

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("app")


def inside(who: Customer, now: datetime, cookie: str = "") -> Standing:
    """In by a code, in the browser that holds this cookie."""
    standing = who.come_in(now).standing
    return replace(standing, where=on(cookie)) if cookie else standing


def test_the_list_says_which_since_when_from_where_and_until_when(ben: Customer, now: datetime) -> None:
    """This browser first, then the one used last; never somebody else's."""
    mine, other = remember(ben, now), remember(ben, now + MINUTE)
    come_in_on(ben, other, now + 3 * MINUTE)
    remember(ben, now + 2 * MINUTE)
    found = own_devices.of(inside(ben, now, mine), now + 4 * MINUTE)
    assert [(d.this, d.used_at - now) for d in found] == [(True, 0 * MINUTE), (False, 3 * MINUTE), (False, 2 * MINUTE)]
    assert {(d.ip, d.agent, d.ends_at - d.created_at) for d in found} == {(HERE.ip, HERE.agent, 30 * DAY)}


def test_the_address_is_that_of_the_last_use(ben: Customer, now: datetime) -> None:
    cookie = remember(ben, now)
    standing = replace(ben.half_in(now).standing, where=replace(on(cookie), ip="198.51.100.7", agent="Firefox"))
    devices.recognise(standing, cookie, now)
    [found] = own_devices.of(inside(ben, now), now)
    assert (found.ip, found.agent) == ("198.51.100.7", "Firefox")


def test_one_that_is_over_is_not_listed(ben: Customer, now: datetime) -> None:
    remember(ben, now)
    assert own_devices.of(inside(ben, now), now + 30 * DAY) == []


def test_a_device_gets_a_name_from_its_owner_only(ben: Customer, cleo: Customer, now: datetime) -> None:
    """T48."""
    remember(ben, now)
    [device] = remembered(ben)
    own_devices.rename(ben.user_id, device.id, "Kitchen")
    with pytest.raises(Gone):
        own_devices.rename(cleo.user_id, device.id, "Mine now")
    assert remembered(ben)[0].name == "Kitchen"


def test_one_is_forgotten_and_the_others_stay(ben: Customer, cleo: Customer, now: datetime) -> None:
    """T48: cleo can't forget ben's."""
    first, second = remember(ben, now), remember(ben, now)
    number = remembered(ben)[0].id
    with pytest.raises(Gone):
        own_devices.forget_one(inside(cleo, now), number, now)
    own_devices.forget_one(inside(ben, now), number, now)
    with pytest.raises(Gone):
        own_devices.forget_one(inside(ben, now), number, now)
    assert [come_back(ben, cookie, now).known for cookie in (first, second)] == [False, True]


def test_all_are_forgotten_this_browser_too(ben: Customer, cleo: Customer, now: datetime) -> None:
    hers, mine = remember(cleo, now), remember(ben, now)
    remember(ben, now)
    own_devices.forget_every(inside(ben, now, mine), now)
    assert (remembered(ben), bool(come_back(cleo, hers, now).token)) == ([], True)


def test_signing_out_completely_forgets_this_browser_whoever_it_was_remembered_for(
    ben: Customer, cleo: Customer, now: datetime
) -> None:
    """S1.10 (a): also where somebody else has signed in since, or nobody is in any more. The others stay."""
    his, hers = remember(ben, now), remember(cleo, now)
    other = remember(ben, now)
    own_devices.forget_this(on(his), now)
    own_devices.forget_this(HERE, now)
    assert [come_back(ben, his, now).known, bool(come_back(ben, other, now).token)] == [False, True]
    assert come_back(cleo, hers, now).token
