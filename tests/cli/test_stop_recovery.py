"""The operator sees who waits after losing everything, and stops it when the owner says that it wasn't they (T34)."""

import json
from collections.abc import Callable

from portal import clock
from portal.access import recoveries
from tests.cli.conftest import Operator
from tests.customers import Customer, ask_recovery, begin_recovery

Make = Callable[..., Customer]


def test_the_list_says_until_when_somebody_waits(operator: Operator, make: Make) -> None:
    """Not of a link that was never used."""
    begin_recovery(make("ben", "totp").half_in(clock.now()), clock.now())
    ask_recovery(make("cleo", "totp").half_in(clock.now()), clock.now())
    ben, cleo = operator.does("users", "list").splitlines()
    assert "; lost everything: wait to " in ben
    assert "lost everything" not in cleo
    listed = json.loads(operator.does("users", "list", "--json"))
    assert [bool(user["recovery_due"]) for user in listed] == [True, False]


def test_it_is_stopped_after_asking(operator: Operator, make: Make) -> None:
    """Both of its links are dead, and the owner is told who did it."""
    ben = make("ben", "totp")
    stop = begin_recovery(ben.half_in(clock.now()), clock.now())
    refused = operator.types("users", "stop-recovery", ben.email, then="n\n")
    assert (refused.exit_code, recoveries.find_to_stop(stop, clock.now()) is None) == (1, False)
    assert "wait to" in refused.output
    assert operator.does("users", "stop-recovery", ben.email, then="y\n").endswith("is told by mail.\n")
    assert recoveries.find_to_stop(stop, clock.now()) is None


def test_who_waits_for_nothing_has_nothing_to_stop(operator: Operator, make: Make) -> None:
    ben = make("ben", "totp")
    result = operator.types("users", "stop-recovery", ben.email, "--yes")
    assert (result.exit_code, result.stderr) == (1, "Error: ben@example.org waits for nothing.\n")


def test_the_operator_s_reset_takes_its_place(operator: Operator, make: Make) -> None:
    """Methods reset meanwhile: nothing is left to wait for."""
    ben = make("ben", "totp")
    begin_recovery(ben.half_in(clock.now()), clock.now())
    operator.does("users", "reset-factors", ben.email, "--reason", "phone lost", "--yes")
    assert "lost everything" not in operator.does("users", "list")
