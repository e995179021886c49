"""The operator at the terminal, on a quiet database or on the one that customers use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from click.testing import Result
from flask import Flask

from tests import customers
from tests.customers import Customer
from tests.delivery.conftest import authority, make_app, make_server
from tests.portal_for_tests import Portal

__all__ = ["authority", "make_app", "make_server"]


@dataclass(frozen=True)
class Operator:
    """Types commands after `flask --app wsgi portal`."""

    app: Flask

    def types(self, *words: str, then: str = "") -> Result:
        """A command, and what is typed when it asks. Nothing of Python's own is ever shown."""
        result = self.app.test_cli_runner().invoke(args=["portal", *words], input=then)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def does(self, *words: str, then: str = "") -> str:
        """A command that must go well. What it prints."""
        result = self.types(*words, then=then)
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture
def operator(app: Flask) -> Operator:
    return Operator(app)


@pytest.fixture
def operator_of_portal(portal: Portal) -> Operator:
    return Operator(portal.app)


@pytest.fixture
def make(app: Flask, now: datetime) -> Callable[..., Customer]:
    """Makes customers with these methods on."""
    return lambda name, *kinds: customers.make(name.title(), f"{name}@example.org", *kinds, now=now)
