"""The operator takes second factors away from somebody who has lost them."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select, update

from portal import clock
from portal.access import mailed_links, password_resets
from portal.access.addresses import read_address
from portal.access.steps import Step
from portal.database import write
from portal.extensions import db
from portal.models import Factor, Message, RecoveryCode, ResetLink, User
from tests import customers
from tests.cli.conftest import Operator
from tests.customers import HERE, Customer, mailed

Make = Callable[..., Customer]


def reset(operator: Operator, customer: Customer) -> str:
    return operator.does("users", "reset-factors", customer.email, "--reason", "phone lost", "--yes")


def reset_password(customer: Customer, now: datetime) -> None:
    """By the link in a mail."""
    password_resets.ask(read_address(customer.email), HERE, now)
    link = next(str(facts["link"]) for facts in iter(lambda: mailed(now), None) if "link" in facts)
    password_resets.use(
        mailed_links.read(mailed_links.RESET, link.rpartition("/")[2]) or "", "a louder blue teapot", HERE, now
    )


def step(customer: Customer) -> Step:
    """Where a new sign-in with the right password stands."""
    return customer.half_in(clock.now()).standing.step(clock.now())


def count(column: object) -> int:
    return db.session.scalars(select(func.count(column))).one()  # type: ignore[arg-type]


def test_methods_recovery_codes_and_sign_ins_go(operator: Operator, make: Make) -> None:
    cleo = make("cleo", "totp", "email")
    visit, half = cleo.come_in(clock.now()), cleo.half_in(clock.now())
    customers.begin(visit, "totp", clock.now())
    reset(operator, cleo)
    assert (count(Factor.id), count(RecoveryCode.id)) == (0, 0)
    assert {v.standing.ended(clock.now()) for v in (visit, half)} == {"methods_changed"}


def test_nobody_else_is_touched(operator: Operator, make: Make) -> None:
    cleo, ben = make("cleo", "totp", "email"), make("ben", "totp")
    visit = ben.come_in(clock.now())
    reset(operator, cleo)
    assert visit.standing.step(clock.now()) is Step.IN


def test_the_owner_is_told_why(operator: Operator, make: Make) -> None:
    reset(operator, make("ben", "totp"))
    row = db.session.scalars(select(Message)).one()
    assert (row.template, row.address) == ("notice", "ben@example.org")
    facts = dict(mailed(clock.now(), notice=True))
    assert "/not-me/" in facts.pop("not_me")
    assert facts == {"kind": "methods_reset", "reason": "phone lost", "ip": "", "agent": ""}


def test_the_next_sign_in_proves_the_mailbox_first(operator: Operator, make: Make) -> None:
    """R15: a password alone sets nothing up."""
    ben = make("ben", "totp")
    reset(operator, ben)
    assert step(ben) is Step.PROVE_ADDRESS


def test_a_link_mailed_before_is_dead(operator: Operator, make: Make) -> None:
    ben = make("ben", "totp")
    password_resets.ask(read_address(ben.email), HERE, clock.now())
    reset(operator, ben)
    assert db.session.scalars(select(ResetLink.id).where(ResetLink.expires_at > clock.now())).all() == []


def test_a_password_mailed_afterwards_shuts_the_wizard(operator: Operator, make: Make) -> None:
    """R15: also for a sign-in that has proved the mailbox."""
    ben = make("ben", "totp")
    reset(operator, ben)
    reset_password(ben, clock.now())
    assert step(ben) is Step.WAIT
    proved = ben.half_in(clock.now(), address_proved=True)
    assert proved.standing.step(clock.now()) is Step.WAIT


def test_a_password_mailed_before_shuts_the_wizard_too(operator: Operator, make: Make) -> None:
    """R15: password and factor by one mailbox, in the other order; and the operator is told of it."""
    ben = make("ben", "totp")
    reset_password(ben, clock.now())
    assert "last reset by mail on" in (printed := reset(operator, ben))
    assert "no sign-in has been finished by anything but the mailbox since" in printed
    assert step(ben) is Step.WAIT


def test_a_mailed_password_that_the_app_has_confirmed_shuts_nothing(operator: Operator, make: Make) -> None:
    """R12: the app has proved since that it was its owner. The operator still learns when."""
    ben = make("ben", "totp")
    reset_password(ben, clock.now())
    ben.come_in(clock.now())
    printed = reset(operator, ben)
    assert "last reset by mail on" in printed
    assert "since" not in printed
    assert step(ben) is Step.PROVE_ADDRESS


def test_somebody_who_never_had_a_method_is_not_shut_out(make: Make) -> None:
    """R15 speaks of an operator's reset: dan's mailbox is all the portal knows of him."""
    dan = make("dan")
    reset_password(dan, clock.now())
    assert step(dan) is Step.PROVE_ADDRESS


@pytest.fixture
def opened(operator: Operator, make: Make) -> Customer:
    """ben, whose methods and password were both reset, and whom the operator let into the wizard again."""
    ben = make("ben", "totp")
    reset(operator, ben)
    reset_password(ben, clock.now())
    operator.does("users", "open-wizard", ben.email, "--yes")
    return ben


def test_the_operator_opens_the_wizard_again(opened: Customer) -> None:
    assert step(opened) is Step.PROVE_ADDRESS


def test_another_mailed_password_shuts_it_again(opened: Customer) -> None:
    reset_password(opened, clock.now())
    assert step(opened) is Step.WAIT


def test_a_method_set_up_again_ends_the_story(operator: Operator, make: Make) -> None:
    """From then on a mailed password leads to the code, as for everybody (R12)."""
    ben = make("ben", "totp")
    reset(operator, ben)
    visit = ben.half_in(clock.now(), address_proved=True)
    customers.enrol(visit, "totp", clock.now())
    reset_password(ben, clock.now())
    assert step(ben) is Step.CHECK
    assert operator.types("users", "open-wizard", ben.email, "--yes").exit_code == 1


def test_a_wizard_that_is_not_shut_is_not_opened(operator: Operator, make: Make) -> None:
    make("ben", "totp")
    result = operator.types("users", "open-wizard", "ben@example.org", "--yes")
    assert (result.exit_code, result.stderr) == (1, "Error: The wizard isn't shut for ben@example.org.\n")


def test_opening_needs_a_yes(operator: Operator, make: Make) -> None:
    ben = make("ben", "totp")
    reset(operator, ben)
    reset_password(ben, clock.now())
    assert operator.types("users", "open-wizard", ben.email, then="n\n").exit_code == 1
    assert step(ben) is Step.WAIT


def test_a_reason_is_asked_and_a_yes(operator: Operator, make: Make) -> None:
    ben = make("ben", "totp")
    assert operator.types("users", "reset-factors", ben.email, then="phone lost\nn\n").exit_code == 1
    assert step(ben) is Step.CHECK
    operator.does("users", "reset-factors", ben.email, then="phone lost\ny\n")
    assert step(ben) is Step.PROVE_ADDRESS


@pytest.mark.parametrize("reason", ["", " ", "x" * 201, "a\x1b[2Jb"])
def test_a_reason_is_one_plain_line(operator: Operator, make: Make, reason: str) -> None:
    ben = make("ben", "totp")
    assert operator.types("users", "reset-factors", ben.email, "--reason", reason, "--yes").exit_code == 2
    assert step(ben) is Step.CHECK


def test_where_there_is_nothing_to_reset_nothing_is(operator: Operator, make: Make) -> None:
    dan = make("dan")
    assert operator.types("users", "reset-factors", dan.email, "--reason", "x", "--yes").exit_code == 1
    assert db.session.scalars(select(User.methods_reset_at)).one() is None


def test_the_list_shows_a_shut_wizard(operator: Operator, make: Make) -> None:
    make("ben", "totp")
    with write() as session:
        session.execute(update(User).values(methods_reset_at=clock.now(), mailed_reset_at=clock.now()))
    assert operator.does("users", "list").endswith("; wizard shut\n")
