"""A forgotten password: who gets a link, how long it works, and what a reset leaves behind (R12)."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.access import mailed_links, password_check, password_resets, sign_ins
from portal.access.addresses import read_address
from portal.access.limits import RESET_LIFE
from portal.access.passwords import Hasher
from portal.access.problems import Gone, PasswordInContext, PasswordTooShort, SignInWrong
from portal.database import write
from portal.delivery import outbox
from portal.extensions import db, keys
from portal.models import Message, ResetLink, User
from tests.customers import HERE, IP, NEW_PASSWORD, Customer, ask_link, find, from_ip, make
from tests.together import together

MOMENT = timedelta(microseconds=1)
pytestmark = pytest.mark.usefixtures("app")


def ask(email: str, now: datetime, ip: str = IP) -> None:
    password_resets.ask(read_address(email), from_ip(ip), now)


def waiting() -> int:
    return db.session.scalars(select(func.count(Message.id))).one()


def sign_in(who: Customer, password: str, now: datetime) -> str:
    address = read_address(who.email)
    return password_check.sign_in(address, password, HERE, now).token


def test_a_link_sets_a_new_password_and_the_old_one_is_wrong(ben: Customer, now: datetime) -> None:
    password_resets.use(ask_link(ben.email, HERE, now), NEW_PASSWORD, HERE, now)
    assert sign_in(ben, NEW_PASSWORD, now)
    with pytest.raises(SignInWrong):
        sign_in(ben, ben.password, now)


def test_looking_spends_nothing(ben: Customer, now: datetime) -> None:
    """T20: a mail scanner opens links too."""
    token = ask_link(ben.email, HERE, now)
    owners = [password_resets.owner(token, now) for _ in range(5)]
    assert [owner and owner.email for owner in owners] == [ben.email] * 5
    password_resets.use(token, NEW_PASSWORD, HERE, now)


def test_a_link_works_once(ben: Customer, now: datetime) -> None:
    token = ask_link(ben.email, HERE, now)
    password_resets.use(token, NEW_PASSWORD, HERE, now)
    assert password_resets.owner(token, now) is None
    with pytest.raises(Gone):
        password_resets.use(token, "another five blue spoons", HERE, now)


def test_a_link_works_for_thirty_minutes(ben: Customer, now: datetime) -> None:
    """Limits: the last moment, and the first one after."""
    token = ask_link(ben.email, HERE, now)
    assert password_resets.owner(token, now + RESET_LIFE - MOMENT)
    with pytest.raises(Gone):
        password_resets.use(token, NEW_PASSWORD, HERE, now + RESET_LIFE)


def test_only_the_newest_link_works(ben: Customer, now: datetime) -> None:
    first, second = ask_link(ben.email, HERE, now), ask_link(ben.email, HERE, now)
    with pytest.raises(Gone):
        password_resets.use(first, NEW_PASSWORD, HERE, now)
    password_resets.use(second, NEW_PASSWORD, HERE, now)


def test_using_the_newest_brings_no_older_one_back(ben: Customer, now: datetime) -> None:
    first, second = ask_link(ben.email, HERE, now), ask_link(ben.email, HERE, now)
    password_resets.use(second, NEW_PASSWORD, HERE, now)
    with pytest.raises(Gone):
        password_resets.use(first, "another five blue spoons", HERE, now)


def test_of_two_links_asked_for_at_once_one_works(app: Flask, ben: Customer, now: datetime) -> None:
    """No order of two requests leaves two links alive."""
    assert together(app, *[lambda: ask(ben.email, now)] * 3) == [None] * 3
    usable = []
    while waiting_facts := _next_link(now):
        usable.append(password_resets.owner(waiting_facts, now) is not None)
    assert sorted(usable) == [False, False, True]


def test_ten_uses_at_once_set_one_password(app: Flask, ben: Customer, now: datetime) -> None:
    token = ask_link(ben.email, HERE, now)
    outcomes = together(app, *[lambda: password_resets.use(token, NEW_PASSWORD, HERE, now)] * 4)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Gone", "Gone", "Gone", "NoneType"]


@pytest.mark.parametrize(
    ("password", "problem"), [("short", PasswordTooShort), ("ben@example.org-ben", PasswordInContext)]
)
def test_a_refused_password_spends_nothing(
    ben: Customer, now: datetime, password: str, problem: type[Exception]
) -> None:
    token = ask_link(ben.email, HERE, now)
    with pytest.raises(problem):
        password_resets.use(token, password, HERE, now)
    password_resets.use(token, NEW_PASSWORD, HERE, now)


def test_a_reset_ends_every_sign_in_and_opens_none(cleo: Customer, now: datetime) -> None:
    """T15, T21: with the reason; nobody is signed in by it."""
    visits = [cleo.come_in(now), cleo.come_in(now), cleo.half_in(now)]
    password_resets.use(ask_link(cleo.email, HERE, now), NEW_PASSWORD, HERE, now)
    assert {visit.standing.ended(now) for visit in visits} == {"password_changed"}
    assert find(visits[0].token) is not None


def test_somebody_else_s_sign_ins_go_on(ben: Customer, cleo: Customer, now: datetime) -> None:
    visit = cleo.come_in(now)
    password_resets.use(ask_link(ben.email, HERE, now), NEW_PASSWORD, HERE, now)
    assert visit.standing.ended(now) is None
    assert sign_in(cleo, cleo.password, now)


def test_three_links_an_hour_and_five_a_day_go_to_one_address(ben: Customer, now: datetime) -> None:
    """Limits: N, N+1, and after the window."""
    sent: list[int] = []
    for hours in (0, 0, 0, 0, 1, 1, 1, 24):
        before = waiting()
        ask(ben.email, now + timedelta(hours=hours), f"192.0.2.{len(sent)}")
        sent.append(waiting() - before)
    assert sent == [1, 1, 1, 0, 1, 1, 0, 1]


def test_ten_an_hour_are_asked_for_from_one_network(now: datetime) -> None:
    for number in range(11):
        ask(f"somebody.{number}@example.org", now)
    assert waiting() == 10


def test_a_link_goes_to_the_address_as_its_owner_wrote_it(now: datetime) -> None:
    """Who spells it otherwise may own another mailbox."""
    make("Zoe", "zoe@example.org", now=now)
    ask("ZOE@example.org", now)
    assert db.session.scalar(select(Message.address)) == "zoe@example.org"


def test_a_link_to_an_address_nobody_has_resets_nothing(now: datetime) -> None:
    token = ask_link("nobody@example.org", HERE, now)
    assert password_resets.owner(token, now) is None
    with pytest.raises(Gone):
        password_resets.use(token, NEW_PASSWORD, HERE, now)


def test_the_database_holds_no_token(ben: Customer, now: datetime) -> None:
    token = ask_link(ben.email, HERE, now)
    row = db.session.execute(select(ResetLink.__table__)).one()
    assert token.encode() not in repr(tuple(row)).encode()
    assert len(row.token_hash) == 32


@pytest.mark.parametrize("signed", ["", "x", "token.signature", "é", ".eJw", "[1]", "a" * 5000])
def test_what_the_portal_did_not_sign_is_no_link(signed: str) -> None:
    assert mailed_links.read(mailed_links.RESET, signed) is None


def test_a_link_is_good_for_its_own_path_only() -> None:
    """What was signed to open a method resets no password, and the other way round."""
    for path, other in [(mailed_links.RESET, mailed_links.OPEN_METHOD), (mailed_links.OPEN_METHOD, mailed_links.RESET)]:
        signed = mailed_links.url(path, "a token").rpartition("/")[2]
        assert mailed_links.read(path, signed) == "a token"
        assert mailed_links.read(other, signed) is None


def test_a_reset_is_noted_until_a_sign_in_is_finished(ben: Customer, now: datetime) -> None:
    """R12: the mark, and who takes it back."""
    password_resets.use(ask_link(ben.email, HERE, now), NEW_PASSWORD, HERE, now)
    visit = ben.half_in(now)
    assert visit.standing.mailbox_spent
    with write() as session:
        sign_ins.raise_sign_in(session, visit.standing, "totp", now)
    assert not ben.half_in(now).standing.mailbox_spent


def test_a_password_hashed_cheaply_is_hashed_anew(app: Flask, ben: Customer, now: datetime) -> None:
    """A cost that was raised reaches each customer at the next sign-in."""
    cheap = _hash_otherwise(ben)
    assert sign_in(ben, ben.password, now)
    stored = db.session.scalar(select(User.password_hash).where(User.id == ben.user_id))
    assert stored
    assert stored != cheap
    assert not app.extensions["portal.hasher"].outdated(stored)


def test_a_wrong_password_is_never_hashed_anew(ben: Customer, now: datetime) -> None:
    cheap = _hash_otherwise(ben)
    with pytest.raises(SignInWrong):
        sign_in(ben, "not the password", now)
    assert db.session.scalar(select(User.password_hash).where(User.id == ben.user_id)) == cheap


def test_sign_ins_at_once_all_succeed_while_one_hashes_anew(app: Flask, ben: Customer, now: datetime) -> None:
    for _ in range(5):
        _hash_otherwise(ben)
        outcomes = together(app, *[lambda: sign_in(ben, ben.password, now)] * 4)
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []


def _hash_otherwise(who: Customer) -> str:
    """As if argon2's cost had been another one."""
    other = Hasher((16, 2, 1)).hash(who.password)
    with write() as session:
        session.execute(update(User).where(User.id == who.user_id).values(password_hash=other))
    return other


def _next_link(now: datetime) -> str | None:
    """The token of the link that has waited longest."""
    with write() as session:
        claimed = outbox.claim(session, now)
        if claimed:
            outbox.done(session, claimed, now)
    link = str(claimed.facts(keys())["link"]) if claimed else ""
    return mailed_links.read(mailed_links.RESET, link.rpartition("/")[2])
