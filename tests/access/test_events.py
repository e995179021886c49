"""The security log: exact facts, one row for what happened, and a mail to the owner as often as was promised."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.access import events, failures, limits, password_check, second_factor, sign_ins
from portal.access.addresses import read_address
from portal.access.events import KINDS, Actor, Told
from portal.access.problems import CodeWrong, Gone, SignInWrong
from portal.access.where import Where
from portal.database import write
from portal.extensions import db
from portal.models import Event, Message, SignIn
from tests.customers import HERE, Customer, Visit, from_ip, mailed, wrong

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ELSEWHERE = Where("198.51.100.7", "Mozilla/5.0 (iPhone)", b"another")
PROMISED = {  # what limits.py says of notices, told once more
    Told.ALWAYS: {
        *("password_changed", "password_reset", "password_chosen", "method_added", "method_removed", "method_closed"),
        *("method_opened", "methods_reset", "wizard_opened", "recovery_codes_made", "recovery_code_used", "not_me"),
        *(f"recovery_{what}" for what in ("begun", "waiting", "over", "stopped", "done")),
        *("device_remembered", "device_reused"),
        *("support_opened", "support_begun", "support_signed_out"),
    },
    Told.HOURLY: {"new_device", "signed_in_after_failures", "second_step_failed", "password_throttled"},
    Told.NEVER: {
        *("password_wrong", "code_wrong", "primary_chosen", "signed_out_by_operator", "method_back", "method_gone"),
        "recovery_asked",
        "device_forgotten",
        *("support_looked_up", "support_stopped", "staff_reset"),
    },
}


def log_of(who: Customer) -> list[tuple[str, dict[str, object]]]:
    """What the log says of somebody, the oldest first."""
    rows = select(Event.kind, Event.facts).where(Event.user_id == who.user_id).order_by(Event.id)
    return [(kind, facts) for kind, facts in db.session.execute(rows)]


def told() -> list[str]:
    """The notices that wait for the worker."""
    waiting = db.session.scalars(select(Message.id).where(Message.template == "notice", Message.done_at.is_(None)))
    return ["notice" for _ in waiting]


def visit(who: Customer, where: Where, now: datetime, *, wrong_passwords: int = 0) -> Visit:
    """A sign-in from there whose password was right."""
    with write() as session:
        token = sign_ins.open_sign_in(session, who.user_id, where, now, wrong_passwords=wrong_passwords)
    return Visit(token, where)


def finish(who: Customer, at: Visit, now: datetime) -> None:
    with write() as session:
        sign_ins.raise_sign_in(session, at.standing, "totp", now)


def test_every_kind_is_told_as_promised() -> None:
    assert {told: {kind.name for kind in KINDS.values() if kind.told is told} for told in Told} == PROMISED


def test_a_kind_has_its_facts_and_no_others(app: Flask, ben: Customer, now: datetime) -> None:
    """Nothing gets into a row or a mail by accident."""
    actor = ben.half_in(now).standing.actor
    for facts in ({}, {"method": "totp", "name": "", "secret": "x"}, {"name": ""}):
        with pytest.raises(ValueError, match="method_added"), write() as session:
            events.record(session, events.METHOD_ADDED, actor, now, **facts)
    assert log_of(ben) == []


def test_what_is_rolled_back_was_never_said(ben: Customer, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    actor = ben.half_in(now).standing.actor

    def fail() -> None:
        with write() as session:
            events.record(session, events.WIZARD_OPENED, actor, now)
            raise Gone

    with pytest.raises(Gone):
        fail()
    assert (log_of(ben), told()) == ([], [])
    assert "wizard_opened" not in caplog.text


def test_a_change_is_mailed_every_time(ben: Customer, now: datetime) -> None:
    for _ in range(2):
        with write() as session:
            events.record(session, events.WIZARD_OPENED, ben.half_in(now).standing.actor, now)
    assert len(told()) == 2


def test_what_may_come_often_is_mailed_once_an_hour(ben: Customer, cleo: Customer, now: datetime) -> None:
    """A row each time; for each kind and user of its own."""

    def throttled(who: Customer, at: datetime) -> None:
        with write() as session:
            events.record(session, events.PASSWORD_THROTTLED, who.half_in(at).standing.actor, at)

    throttled(ben, now)
    throttled(ben, now + HOUR - MINUTE)
    assert (len(log_of(ben)), len(told())) == (2, 1)
    throttled(cleo, now)
    assert len(told()) == 2
    throttled(ben, now + HOUR)
    assert len(told()) == 3


def test_a_notice_says_where_it_was_done(ben: Customer, now: datetime) -> None:
    finish(ben, visit(ben, ELSEWHERE, now), now)
    facts = dict(mailed(now, notice=True))
    assert "/not-me/" in facts.pop("not_me")
    assert facts == {"kind": "new_device", "method": "totp", "ip": ELSEWHERE.ip, "agent": ELSEWHERE.agent}


def test_a_browser_is_new_until_a_sign_in_was_finished_in_it(ben: Customer, now: datetime) -> None:
    """Half a sign-in makes nobody known."""
    visit(ben, ELSEWHERE, now)
    finish(ben, visit(ben, ELSEWHERE, now), now)
    finish(ben, visit(ben, ELSEWHERE, now + HOUR), now + HOUR)
    assert log_of(ben) == [("new_device", {"method": "totp"})]


def test_a_browser_known_to_somebody_else_is_new(ben: Customer, cleo: Customer, now: datetime) -> None:
    finish(cleo, visit(cleo, ELSEWHERE, now), now)
    finish(ben, visit(ben, ELSEWHERE, now), now)
    assert [kind for kind, _ in log_of(ben)] == ["new_device"]


@pytest.mark.parametrize(("before", "kinds"), [(4, []), (5, ["signed_in_after_failures"])])
def test_five_wrong_tries_before_a_sign_in_are_told(
    ben: Customer, now: datetime, before: int, kinds: list[str]
) -> None:
    finish(ben, ben.half_in(now), now)
    finish(ben, visit(ben, HERE, now + HOUR, wrong_passwords=before), now + HOUR)
    assert [kind for kind, _ in log_of(ben) if kind != "new_device"] == kinds


def test_wrong_passwords_before_a_right_one_stand_on_the_sign_in(ben: Customer, now: datetime) -> None:
    address = read_address(ben.email)
    for n in range(3):
        with pytest.raises(SignInWrong):
            password_check.sign_in(address, "wrong", from_ip(f"198.51.100.{n}"), now)
    at = Visit(password_check.sign_in(address, ben.password, HERE, now).token)
    assert at.standing.wrong_passwords == 3
    assert log_of(ben) == [("password_wrong", {})] * 3


def test_a_wrong_password_for_nobody_is_noted_of_nobody(app: Flask, now: datetime) -> None:
    """T11: the same is written as for somebody's address; no mail goes anywhere."""
    with pytest.raises(SignInWrong):
        password_check.sign_in(read_address("nobody@example.org"), "wrong", HERE, now)
    row = db.session.scalars(select(Event)).one()
    assert (row.user_id, row.kind, row.ip) == (None, "password_wrong", HERE.ip)
    assert told() == []


def _wrong_codes(who: Customer, at: Visit, codes: int, now: datetime) -> None:
    for _ in range(codes):
        with pytest.raises(CodeWrong):
            second_factor.prove(at.standing, "totp", wrong(who.app_code(now)), now)


def test_three_wrong_codes_after_a_right_password_are_told_once(ben: Customer, now: datetime) -> None:
    """ASVS 6.3.5: somebody knows the password."""
    at = ben.half_in(now)
    _wrong_codes(ben, at, 2, now)
    assert told() == []
    _wrong_codes(ben, at, 4, now)
    assert ("second_step_failed", {"wrong": 3}) in log_of(ben)
    assert len(told()) == 1
    assert failures.tell_of_abandoned(now + HOUR) == 0


def test_wrong_codes_of_somebody_who_is_in_are_only_noted(ben: Customer, now: datetime) -> None:
    _wrong_codes(ben, ben.come_in(now), 4, now)
    assert [kind for kind, _ in log_of(ben) if kind != "new_device"] == ["code_wrong"] * 4


def test_a_second_step_nobody_finished_is_told_after_ten_minutes(ben: Customer, now: datetime) -> None:
    ben.half_in(now)
    assert failures.tell_of_abandoned(now + limits.ABANDONED - MINUTE) == 0
    assert failures.tell_of_abandoned(now + limits.ABANDONED) == 1
    assert failures.tell_of_abandoned(now + HOUR) == 0
    assert log_of(ben) == [("second_step_failed", {"wrong": 0})]


def _finish_in(where: Where) -> Callable[[Customer, datetime], None]:
    return lambda ben, now: finish(ben, visit(ben, where, now), now)


@pytest.mark.parametrize(("where", "expected"), [(HERE, 0), (ELSEWHERE, 1)], ids=["same browser", "another"])
def test_whoever_begins_again_and_comes_in_is_not_told(
    ben: Customer, now: datetime, where: Where, expected: int
) -> None:
    """In the same browser, that is: the owner's own sign-in hides nobody else's."""
    ben.half_in(now)
    _finish_in(where)(ben, now + MINUTE)
    assert failures.tell_of_abandoned(now + limits.ABANDONED) == expected


def test_pressing_sign_out_hides_nothing(ben: Customer, now: datetime) -> None:
    at = ben.half_in(now)
    with write() as session:
        sign_ins.end(session, at.standing.sign_in_id, "signed_out", now)
    assert failures.tell_of_abandoned(now + limits.ABANDONED) == 1


def test_waiting_for_a_code_asked_for_lately_is_no_giving_up(cleo: Customer, now: datetime) -> None:
    """S4.6: mail may take its time."""
    at = cleo.half_in(now)
    cleo.answer("email", at, now + 9 * MINUTE)
    assert failures.tell_of_abandoned(now + limits.ABANDONED) == 0
    assert failures.tell_of_abandoned(now + limits.ABANDONED + 9 * MINUTE) == 1


def test_a_newcomer_who_gives_up_is_told_of_nothing(dan: Customer, now: datetime) -> None:
    """There is no second step yet that could fail."""
    dan.half_in(now)
    assert failures.tell_of_abandoned(now + limits.ABANDONED) == 0


def test_two_workers_tell_once(ben: Customer, now: datetime) -> None:
    at = ben.half_in(now)
    for _ in range(2):
        failures.tell_of_abandoned(now + limits.ABANDONED)
    assert len(told()) == 1
    assert db.session.scalar(select(SignIn.told_at).where(SignIn.id == at.standing.sign_in_id)) is not None


@pytest.mark.parametrize(("nth", "expected"), [(99, 0), (100, 1), (101, 0)])
def test_the_hundredth_wrong_password_in_a_row_is_told(ben: Customer, now: datetime, nth: int, expected: int) -> None:
    password_check._note_wrong(Actor(ben.user_id, ben.email, HERE), nth, now)
    assert len(told()) == expected


def test_the_log_names_no_mailbox(ben: Customer, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    finish(ben, replace(ben.half_in(now), where=ELSEWHERE), now)
    assert "signed_in" in caplog.text
    assert ben.email not in caplog.text
