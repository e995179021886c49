"""What the desk may see and whom it may look up; and that its own people are nobody's customers."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from portal.access import desk, events
from portal.access.addresses import read_address
from portal.access.problems import CustomerUnknown, LimitReached
from portal.database import write
from tests.access.recovery_cases import told
from tests.customers import Customer, Visit, mailed, make
from tests.desk import member


@pytest.fixture
def ben(app: Flask, now: datetime) -> Customer:
    return make("Ben", "ben@example.org", "totp", now=now)


@pytest.fixture
def lena(app: Flask, now: datetime) -> Visit:
    return member("support", now).come_in(now)


@pytest.fixture
def omar(app: Flask, now: datetime) -> Visit:
    return member("approver", now).come_in(now)


def test_a_look_up_is_logged_and_counted_found_or_not(ben: Customer, lena: Visit, now: datetime) -> None:
    """Look-ups: 30 an hour."""
    desk.look_up(lena.standing, read_address(ben.email), now)
    for _ in range(29):
        with pytest.raises(CustomerUnknown):
            desk.look_up(lena.standing, read_address("nobody@example.org"), now)
    with pytest.raises(LimitReached):
        desk.look_up(lena.standing, read_address(ben.email), now)
    assert told("support_looked_up") == 30
    desk.look_up(lena.standing, read_address(ben.email), now + timedelta(hours=1))


def test_staff_are_no_customers(lena: Visit, omar: Visit, now: datetime) -> None:
    """T34: not to be looked up, and their notices hold no link that opens anything."""
    with pytest.raises(CustomerUnknown):
        desk.look_up(lena.standing, read_address(omar.standing.email), now)
    with write() as session:
        events.record(session, events.METHOD_CLOSED, omar.standing.actor, now, link="token", method="totp")
    told = mailed(now, notice=True)
    while told["kind"] != "method_closed":
        told = mailed(now, notice=True)
    assert (told["desk"], "link" in told) == (True, False)


def test_a_mask_tells_no_address() -> None:
    """T34."""
    masked = [desk.mask(email) for email in ("a@example.org", "abc@example.org", "abcdef@example.org")]
    assert masked == ["a***@example.org", "a***@example.org", "a***f@example.org"]
    networks = [desk.masked_network(ip) for ip in ("192.0.2.7", "2001:db8:1:2::3", "")]
    assert networks == ["192.0.*.*", "2001:0db8:*", ""]
