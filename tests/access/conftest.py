"""The same people as everywhere, here as the rules know them: rows in a quiet database."""

from datetime import datetime

import pytest
from flask import Flask

from tests import customers
from tests.customers import Customer


@pytest.fixture
def ben(app: Flask, now: datetime) -> Customer:
    """Has an app."""
    return customers.make("Ben", "ben@example.org", "totp", now=now)


@pytest.fixture
def cleo(app: Flask, now: datetime) -> Customer:
    """Has an app and Email MFA; the app is primary."""
    return customers.make("Cleo", "cleo@example.org", "totp", "email", now=now)


@pytest.fixture
def dan(app: Flask, now: datetime) -> Customer:
    """A customer from before second factors: he has none."""
    return customers.make("Dan", "dan@example.org", now=now)


@pytest.fixture
def dora(app: Flask, now: datetime) -> Customer:
    """Has Email MFA alone."""
    return customers.make("Dora", "dora@example.org", "email", now=now)
