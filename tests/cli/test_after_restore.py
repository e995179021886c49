"""T44: the operator has restored a backup, and runs the command before the portal is opened."""

import json
from collections.abc import Callable

from sqlalchemy import update

from portal import clock
from portal.access.steps import Step
from portal.database import write
from portal.models import User
from tests.cli.conftest import Operator
from tests.customers import Customer

Make = Callable[..., Customer]
QUESTION = "Is every web process and worker stopped, and the backup restored?"


def test_it_asks_first(operator: Operator, make: Make) -> None:
    visit = make("ben", "totp").come_in(clock.now())
    result = operator.types("after-restore", then="n\n")
    assert (result.exit_code, QUESTION in result.output) == (1, True)
    assert visit.standing.step(clock.now()) is Step.IN
    operator.does("after-restore", then="y\n")
    assert visit.standing.step(clock.now()) is Step.SIGN_IN


def test_it_says_what_it_ended(operator: Operator, make: Make) -> None:
    make("ben", "totp").come_in(clock.now())
    printed = operator.does("after-restore", "--yes").splitlines()
    assert printed == [
        "remembered devices: 0",
        "sign-ins: 1",
        "registrations: 0",
        "codes: 0",
        "messages with a code or link: 0",
        "links: 0",
        "links in notices: 1",
        "removed methods: 0",
        "lost accesses: 0",
        "recovery codes: 10",
        "time steps of apps: 1",
    ]


def test_it_names_those_who_need_help(operator: Operator, make: Make) -> None:
    """ada has not chosen a password; cleo had nothing but the mailbox and her recovery codes."""
    operator.does("users", "create", "ada@example.org", "--name", "Ada")
    cleo = make("cleo", "email")
    with write() as session:
        session.execute(update(User).where(User.id == cleo.user_id).values(mailed_reset_at=clock.now()))
    found = json.loads(operator.does("after-restore", "--yes", "--json"))
    assert (found["without_password"], found["shut_out"]) == (["ada@example.org"], ["cleo@example.org"])
    assert (found["ended"]["links"], found["ended"]["messages with a code or link"]) == (1, 1)
    printed = operator.does("after-restore", "--yes")
    assert "another:\n  ada@example.org\n" in printed
    assert printed.endswith("then users reset-factors:\n  cleo@example.org\n")


def test_who_is_shut_out_comes_in_by_the_operator(operator: Operator, make: Make) -> None:
    """R15: both commands that the document names, and not one of them alone."""
    cleo = make("cleo", "email")
    with write() as session:
        session.execute(update(User).values(mailed_reset_at=clock.now()))
    operator.does("after-restore", "--yes")
    operator.does("users", "reset-factors", cleo.email, "--reason", "restored", "--yes")
    assert cleo.half_in(clock.now()).standing.step(clock.now()) is Step.WAIT
    operator.does("users", "open-wizard", cleo.email, "--yes")
    assert cleo.half_in(clock.now()).standing.step(clock.now()) is Step.PROVE_ADDRESS
