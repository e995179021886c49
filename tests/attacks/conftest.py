"""People who stay for a whole module."""

import pytest

from tests.people import People
from tests.portal_for_tests import Portal


@pytest.fixture(scope="module")
def people_of_module(portal: Portal) -> People:
    return People(portal)
