"""The right moment for a test about time steps."""

import time

from portal.access.limits import STEP
from tests.portal_for_tests import until

ENOUGH = 4  # seconds of a step for a few requests


def early_in_a_step() -> int:
    """The present time step, once enough of it is left for what follows."""
    until(lambda: True if time.time() % STEP < STEP - ENOUGH else None)
    return int(time.time()) // STEP
