"""Making, listing and signing out users."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.access import mailed_links, password_resets
from portal.access.addresses import read_address
from portal.access.password_check import sign_in
from portal.access.problems import Gone, SignInWrong
from portal.database import Base
from portal.extensions import db
from portal.models import Message, ResetLink, SignIn, User
from tests.cli.conftest import Operator
from tests.customers import HERE, Customer, find, from_ip, mailed

Make = Callable[..., Customer]


def stored_hash(email: str) -> str:
    return db.session.scalars(select(User.password_hash).where(User.email_key == email)).one()


def test_a_new_user_is_mailed_a_link(operator: Operator) -> None:
    operator.does("users", "create", "ada@example.org", "--name", "Ada")
    facts = mailed(clock.now())
    assert facts["name"] == "Ada"
    assert mailed_links.read(mailed_links.RESET, str(facts["link"]).rpartition("/")[2])


def test_nobody_signs_in_before_the_password_is_chosen(operator: Operator) -> None:
    """Not with an empty password either, nor with what stands in the source."""
    operator.does("users", "create", "ada@example.org", "--name", "Ada")
    ada = read_address("ada@example.org")
    for number, guess in enumerate((" ", "nobody's password", stored_hash("ada@example.org"), "Ada")):
        with pytest.raises(SignInWrong):
            sign_in(ada, guess, from_ip(f"192.0.2.{number}"), clock.now())


def test_the_first_link_lives_for_three_days(operator: Operator) -> None:
    """72 hours, to the last second."""
    operator.does("users", "create", "ada@example.org", "--name", "Ada")
    token = mailed_links.read(mailed_links.RESET, str(mailed(clock.now())["link"]).rpartition("/")[2])
    assert token
    end = db.session.scalars(select(ResetLink.created_at)).one() + timedelta(hours=72)
    owner = password_resets.owner(token, end - timedelta(seconds=1))
    assert (owner and owner.purpose) == "first"
    assert password_resets.owner(token, end) is None


def test_the_first_link_works_once_and_spends_no_mailbox(operator: Operator) -> None:
    """R12: choosing a first password resets nothing."""
    operator.does("users", "create", "ada@example.org", "--name", "Ada")
    token = mailed_links.read(mailed_links.RESET, str(mailed(clock.now())["link"]).rpartition("/")[2]) or ""
    password_resets.use(token, "a quiet green teapot", HERE, clock.now())
    with pytest.raises(Gone):
        password_resets.use(token, "another quiet teapot", HERE, clock.now())
    assert db.session.scalars(select(User.mailed_reset_at)).one() is None


def test_an_address_has_one_account(operator: Operator, make: Make) -> None:
    make("ben")
    result = operator.types("users", "create", "BEN@example.org", "--name", "Ben")
    assert (result.exit_code, result.stderr) == (1, "Error: BEN@example.org has an account already.\n")


@pytest.mark.parametrize(
    "words",
    [
        ("users", "create", "nobody", "--name", "Ada"),
        ("users", "create", "ada@example.org"),
        ("users", "create", "ada@example.org", "--name", " "),
        ("users", "create", "ada@example.org", "--name", "A" * 61),
        ("users", "sign-out"),
        ("users", "sign-out", "ada@example.org", "--everybody"),
        ("users", "reset-factors", "ada"),
        ("users", "rename"),
        ("mail", "test", "ada"),
    ],
)
def test_wrong_use_ends_with_two(operator: Operator, words: tuple[str, ...]) -> None:
    assert operator.types(*words).exit_code == 2


@pytest.mark.parametrize("command", ["reset-factors", "open-wizard", "stop-recovery", "sign-out"])
def test_an_unknown_address_is_refused(operator: Operator, command: str) -> None:
    words = ["--reason", "lost"] if command == "reset-factors" else []
    result = operator.types("users", command, "ada@example.org", *words)
    assert (result.exit_code, result.stderr) == (1, "Error: Nobody has the address ada@example.org.\n")


def test_the_list_tells_address_name_methods_and_last_sign_in(operator: Operator, make: Make) -> None:
    make("cleo", "totp", "email").come_in(clock.now())
    make("dan")
    cleo, dan = operator.does("users", "list").splitlines()
    assert cleo.startswith("cleo@example.org  Cleo; totp, email; last sign-in ")
    assert dan == "dan@example.org   Dan; no method; never signed in"


def test_the_list_is_json_for_scripts_and_holds_no_secret(operator: Operator, make: Make) -> None:
    cleo = make("cleo", "totp", "email")
    listed = operator.does("users", "list", "--json")
    assert [set(user) for user in json.loads(listed)] == [
        {"email", "name", "methods", "last_sign_in", "created", "wizard_shut", "recovery_due"}
    ]
    assert stored_hash(cleo.email) not in listed


def test_nobody_at_all_is_listed_too(operator: Operator) -> None:
    assert operator.does("users", "list") == ""
    assert json.loads(operator.does("users", "list", "--json")) == []


def test_signing_one_user_out_leaves_the_others_in(operator: Operator, make: Make) -> None:
    ben, cleo = make("ben", "totp").come_in(clock.now()), make("cleo", "totp").come_in(clock.now())
    assert operator.does("users", "sign-out", "ben@example.org") == "Sign-ins ended: 1\n"
    assert ben.standing.ended(clock.now()) == "operator"
    assert cleo.standing.ended(clock.now()) is None


def test_everybody_is_signed_out_in_batches(operator: Operator, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.access.by_operator.BATCH", 2)
    ben = make("ben", "totp")
    for _ in range(5):
        ben.come_in(clock.now())
    assert operator.does("users", "sign-out", "--everybody", "--yes") == "Sign-ins ended: 5\n"
    assert db.session.scalars(select(SignIn.id).where(SignIn.ended_at.is_(None))).all() == []


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_everybody_stays_in_unless_the_operator_says_yes(operator: Operator, make: Make, answer: str) -> None:
    visit = make("ben", "totp").come_in(clock.now())
    assert operator.types("users", "sign-out", "--everybody", then=answer).exit_code == 1
    assert visit.standing.ended(clock.now()) is None


def test_a_half_finished_sign_in_ends_as_well(operator: Operator, make: Make) -> None:
    visit = make("ben", "totp").half_in(clock.now())
    operator.does("users", "sign-out", "ben@example.org")
    assert find(visit.token) is not None
    assert visit.standing.ended(clock.now()) == "operator"


def test_the_link_is_read_by_nobody_but_the_owner(operator: Operator) -> None:
    """It stands encrypted in the outbox, and not on the terminal."""
    printed = operator.does("users", "create", "ada@example.org", "--name", "Ada")
    sealed = db.session.scalars(select(Message.sealed)).one()
    assert sealed is not None
    assert b"password/reset" not in sealed
    assert "password/reset" not in printed


def test_a_database_without_tables_takes_one_line(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    Base.metadata.drop_all(db.engine)
    result = Operator(app).types("users", "list")
    assert (result.exit_code, result.stderr.count("\n"), result.stderr[:6]) == (1, 1, "Error:")
