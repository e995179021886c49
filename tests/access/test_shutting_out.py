""" "This wasn't me": the link in a notice shuts everybody out, once – and a mailbox gains nothing by it."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.access import (
    events,
    limits,
    mailed_links,
    not_me,
    password_check,
    password_resets,
    removed_factors,
    second_factor,
)
from portal.access.addresses import read_address
from portal.access.events import Kind
from portal.access.problems import Gone, MailboxSpent, PasswordShut, SignInWrong
from portal.access.steps import Step
from portal.database import write
from portal.extensions import db
from portal.models import Event, Factor, User
from tests.customers import HERE, NEW_PASSWORD, Customer, Visit, ask_link, begin, mailed
from tests.together import together

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def link(now: datetime, kind: Kind) -> str:
    """The token in the first notice of this kind that waits."""
    while (told := mailed(now, notice=True))["kind"] != kind.name:
        pass
    return mailed_links.read(mailed_links.NOT_ME, str(told["not_me"]).rpartition("/")[2]) or ""


def notice(who: Customer, now: datetime) -> str:
    """Something that changes no method was told. The token in its notice."""
    with write() as session:
        events.record(session, events.WIZARD_OPENED, events.Actor(who.user_id, who.email, HERE), now)
    return link(now, events.WIZARD_OPENED)


def press(token: str, now: datetime) -> bool:
    not_me.use_link(token, HERE, now)
    return True


def sign_in(who: Customer, password: str, now: datetime) -> Visit:
    return Visit(password_check.sign_in(read_address(who.email), password, HERE, now).token)


def choose_password(who: Customer, now: datetime) -> None:
    password_resets.use(ask_link(who.email, HERE, now), NEW_PASSWORD, HERE, now)


def logged(who: Customer) -> list[str]:
    rows = select(Event.kind).where(Event.user_id == who.user_id).order_by(Event.id)
    return list(db.session.scalars(rows))


def test_every_sign_in_ends(cleo: Customer, now: datetime) -> None:
    """Finished or half; what it was setting up goes with it."""
    visits = [cleo.come_in(now), cleo.half_in(now)]
    begin(visits[0], "totp", now)
    press(notice(cleo, now), now)
    assert [visit.standing.ended(now) for visit in visits] == ["not_me"] * 2
    assert db.session.scalars(select(Factor.id).where(Factor.confirmed_at.is_(None))).all() == []


def test_nobody_else_s_sign_in_ends(ben: Customer, cleo: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    press(notice(cleo, now), now)
    assert visit.standing.step(now) is Step.IN
    assert sign_in(ben, ben.password, now).standing.step(now) is Step.CHECK


def test_the_password_opens_nothing_until_another_is_chosen_by_mail(ben: Customer, now: datetime) -> None:
    press(notice(ben, now), now)
    for _ in range(30):  # and is no try
        with pytest.raises(PasswordShut):
            sign_in(ben, ben.password, now)
    choose_password(ben, now)
    with pytest.raises(SignInWrong):
        sign_in(ben, ben.password, now)
    visit = sign_in(ben, NEW_PASSWORD, now)
    assert Visit(second_factor.prove(visit.standing, "totp", ben.app_code(now), now)).standing.step(now) is Step.IN


def test_only_the_right_password_hears_that_it_is_shut(ben: Customer, now: datetime) -> None:
    """T10: to whoever doesn't know it, nothing is different."""
    press(notice(ben, now), now)
    with pytest.raises(SignInWrong):
        sign_in(ben, "another", now)


def test_a_sign_in_begun_at_the_same_moment_ends_or_never_opens(app: Flask, ben: Customer, now: datetime) -> None:
    token = notice(ben, now)
    opened, _ = together(app, lambda: sign_in(ben, ben.password, now), lambda: press(token, now))
    if isinstance(opened, Visit):
        assert opened.standing.ended(now) == "not_me"
    else:
        assert isinstance(opened, PasswordShut | SignInWrong)


def test_after_it_a_code_from_the_same_mailbox_comes_too_late(cleo: Customer, now: datetime) -> None:
    """R12, T21: the mailbox alone can press, choose a password, and go no further."""
    press(notice(cleo, now), now)
    choose_password(cleo, now)
    visit = sign_in(cleo, NEW_PASSWORD, now)
    with pytest.raises(MailboxSpent):
        second_factor.prove(visit.standing, "email", "123456", now)


def test_the_link_works_for_three_days(ben: Customer, now: datetime) -> None:
    token = notice(ben, now)
    assert not_me.find_link(token, now + limits.NOT_ME_LIFE - SECOND)
    assert not_me.find_link(token, now + limits.NOT_ME_LIFE) is None
    with pytest.raises(Gone):
        press(token, now + limits.NOT_ME_LIFE)
    assert sign_in(ben, ben.password, now).standing.step(now) is Step.CHECK


def test_the_link_works_once(ben: Customer, now: datetime) -> None:
    """Once there is a new password, an old mail doesn't shut it."""
    token = notice(ben, now)
    press(token, now)
    choose_password(ben, now)
    with pytest.raises(Gone):
        press(token, now)
    assert sign_in(ben, NEW_PASSWORD, now).standing.step(now) is Step.CHECK


@pytest.mark.parametrize("_round", range(3))
def test_pressed_twice_at_once_it_acts_once(app: Flask, ben: Customer, now: datetime, _round: int) -> None:
    token = notice(ben, now)
    results = together(app, *[lambda: press(token, now)] * 4)
    assert results.count(True) == 1
    assert logged(ben).count("not_me") == 1


def test_every_notice_has_a_link_of_its_own_but_the_one_about_it(ben: Customer, now: datetime) -> None:
    """The mailbox could go on for ever."""
    first, second = notice(ben, now), notice(ben, now)
    assert first != second
    press(first, now)
    assert "not_me" not in mailed(now, notice=True)
    assert not_me.find_link(second, now)


def test_the_two_links_of_one_mail_do_nothing_for_each_other(ben: Customer, now: datetime) -> None:
    with write() as session:
        actor = events.Actor(ben.user_id, ben.email, HERE)
        events.record(session, events.METHOD_CLOSED, actor, now, link="the other one", method="totp")
    while "link" not in (told := mailed(now, notice=True)):
        pass
    opening, answering = (str(told[name]).rpartition("/")[2] for name in ("link", "not_me"))
    assert not_me.find_link("the other one", now) is None
    assert mailed_links.read(mailed_links.NOT_ME, opening) is None
    assert mailed_links.read(mailed_links.OPEN_METHOD, answering) is None


def test_what_fails_half_way_never_happened(cleo: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    visit, token = cleo.come_in(now), notice(cleo, now)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(removed_factors, "undo", broken)
        with pytest.raises(RuntimeError):
            press(token, now)
    assert visit.standing.step(now) is Step.IN
    assert not_me.find_link(token, now)
    assert db.session.scalar(select(User.password_shut_at).where(User.id == cleo.user_id)) is None
