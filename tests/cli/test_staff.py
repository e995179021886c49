"""`portal staff …`: the operator makes, lists, resets and removes the people of the support desk."""

import json

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.access import staff
from portal.access.addresses import read_address
from portal.extensions import db
from portal.models import Factor, ResetLink, SignIn, User
from tests.cli.conftest import Operator
from tests.customers import mailed, make
from tests.desk import member

LENA = "lena@example.com"


def test_somebody_is_made_and_gets_a_link(operator: Operator, app: Flask) -> None:
    """Staff invite: nobody can sign in before it is used."""
    answer = operator.types("staff", "create", LENA, "--role", "support")
    assert (answer.exit_code, "A link is on its way" in answer.output) == (0, True)
    assert "/staff/welcome/" in str(mailed(clock.now())["link"])
    made = staff.find(read_address(LENA))
    assert (made.role, made.has_app, made.last_sign_in_at) == ("support", False, None)


def test_the_same_address_may_be_a_customer_s_too(operator: Operator, app: Flask) -> None:
    """Two people to the portal: a stolen mailbox opens one of them at most."""
    make("Lena", LENA, "email", now=clock.now())
    assert operator.types("staff", "create", LENA, "--role", "admin").exit_code == 0
    assert [user["email"] for user in json.loads(operator.types("users", "list", "--json").output)] == [LENA]
    assert [one["role"] for one in json.loads(operator.types("staff", "list", "--json").output)] == ["admin"]
    assert operator.types("users", "reset-factors", LENA, "--reason", "x", "--yes").exit_code == 0
    assert db.session.scalars(select(User.role).order_by(User.id)).all() == [None, "admin"]


@pytest.mark.parametrize("words", [("--role", "boss"), (), ("--role", "support", "--role", "root")])
def test_a_role_is_one_of_three(operator: Operator, app: Flask, words: tuple[str, ...]) -> None:
    assert operator.types("staff", "create", LENA, *words).exit_code == 2


def test_nobody_is_made_twice(operator: Operator, app: Flask) -> None:
    member("support", clock.now(), LENA)
    answer = operator.types("staff", "create", LENA, "--role", "admin")
    assert (answer.exit_code, staff.find(read_address(LENA)).role) == (1, "support")


def test_the_list_says_who_has_an_app(operator: Operator, app: Flask) -> None:
    """Never a secret."""
    member("approver", clock.now(), LENA)
    operator.types("staff", "create", "omar@example.com", "--role", "support")
    answer = operator.types("staff", "list").output
    assert "approver; app; never signed in" in answer
    assert "support; no app yet; never signed in" in answer
    facts = json.loads(operator.types("staff", "list", "--json").output)
    assert set(facts[0]) == {"number", "email", "role", "has_app", "last_sign_in", "created"}


def test_a_reset_takes_password_and_app_and_mails_a_link(operator: Operator, app: Flask) -> None:
    lena = member("support", clock.now(), LENA)
    before = db.session.scalars(select(User.password_hash).where(User.id == lena.user_id)).one()
    lena.come_in(clock.now())
    assert operator.types("staff", "reset", LENA, "--yes").exit_code == 0
    db.session.expire_all()
    assert db.session.scalars(select(Factor.id).where(Factor.user_id == lena.user_id)).all() == []
    alive = select(SignIn.id).where(SignIn.user_id == lena.user_id, SignIn.ended_at.is_(None))
    assert db.session.scalars(alive).all() == []
    assert db.session.scalars(select(User.password_hash).where(User.id == lena.user_id)).one() != before
    assert len(db.session.scalars(select(ResetLink.id).where(ResetLink.expires_at > clock.now())).all()) == 1


def test_who_is_removed_has_nothing_left_and_comes_back_under_the_same_number(operator: Operator, app: Flask) -> None:
    """The log's numbers mean one person for ever."""
    lena = member("admin", clock.now(), LENA)
    assert operator.types("staff", "remove", LENA, "--yes").exit_code == 0
    assert operator.types("staff", "list").output == ""
    assert operator.types("staff", "reset", LENA, "--yes").exit_code == 1
    usable = select(ResetLink.id).where(ResetLink.expires_at > clock.now(), ResetLink.used_at.is_(None))
    assert db.session.scalars(usable).all() == []
    assert operator.types("staff", "create", LENA, "--role", "support").exit_code == 0
    back = staff.find(read_address(LENA))
    assert (back.id, back.role, back.has_app) == (lena.user_id, "support", False)


@pytest.mark.parametrize("command", ["reset", "remove"])
def test_it_asks_first_and_knows_only_its_own(operator: Operator, app: Flask, command: str) -> None:
    make("Ben", "ben@example.com", "totp", now=clock.now())
    assert operator.types("staff", command, "ben@example.com", "--yes").exit_code == 1
    member("support", clock.now(), LENA)
    assert operator.types("staff", command, LENA, then="n\n").exit_code == 1
    assert staff.find(read_address(LENA)).has_app


@pytest.mark.parametrize("words", [("staff",), *((("staff", c)) for c in ("create", "list", "reset", "remove"))])
def test_each_explains_itself(operator: Operator, app: Flask, words: tuple[str, ...]) -> None:
    assert "Usage:" in operator.types(*words, "--help").output
