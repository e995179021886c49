"""Remembered devices: what lets a sign-in in without a code, and for how long."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.access import (
    confirmations,
    devices,
    failures,
    limits,
    own_devices,
    second_factor,
    sign_ins,
)
from portal.access.problems import Gone
from portal.access.steps import Step
from portal.database import write
from portal.extensions import db
from portal.models import Event, RecoverySet, User
from tests.customers import HERE, Customer, Visit
from tests.devices import come_back, come_in_on, device_log, on, remember, remembered

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("app")


def test_a_remembered_device_needs_no_code(ben: Customer, now: datetime) -> None:
    """S1.10, R3: the sign-in is finished, by the device, and has no second factor."""
    visit, _ = come_in_on(ben, remember(ben, now), now)
    standing = visit.standing
    assert standing.step(now) is Step.IN
    assert (standing.raised_by, standing.second_factor_at) == ("device", None)


def test_the_token_of_before_opens_nothing(ben: Customer, now: datetime) -> None:
    """It is new at the raise, as after a code."""
    cookie, half_in = remember(ben, now), ben.half_in(now)
    found = devices.recognise(replace(half_in.standing, where=on(cookie)), cookie, now)
    assert found.token not in (None, half_in.token)
    with pytest.raises(AssertionError, match="opens nothing"):
        _ = half_in.standing


def test_a_change_asks_for_a_code_all_the_same(ben: Customer, now: datetime) -> None:
    """R14: the second factor was skipped, and the password alone is not enough."""
    visit, _ = come_in_on(ben, remember(ben, now), now)
    assert not confirmations.fresh(visit.standing, now)
    with write() as session:
        confirmations.note(session, visit.standing, "totp.disable", now)
    with pytest.raises(Gone), write() as session:
        confirmations.spend(session, visit.standing, "totp.disable", now)
    proved = Visit(second_factor.prove(visit.standing, "totp", ben.app_code(now), now), visit.where)
    assert confirmations.fresh(proved.standing, now)


def test_wrong_passwords_are_forgotten_as_after_a_code(ben: Customer, now: datetime) -> None:
    """The sign-in is finished: the owner is told of five wrong ones, and their count begins anew."""
    cookie = remember(ben, now)
    with write() as session:
        token = sign_ins.open_sign_in(session, ben.user_id, HERE, now, wrong_passwords=5)
    devices.recognise(replace(Visit(token).standing, where=on(cookie)), cookie, now)
    kinds = db.session.scalars(select(Event.kind).where(Event.user_id == ben.user_id)).all()
    assert "signed_in_after_failures" in kinds


def test_nobody_is_remembered_without_having_asked(ben: Customer, now: datetime) -> None:
    """The box is off by default."""
    second_factor.prove(ben.half_in(now).standing, "totp", ben.app_code(now), now)
    assert remembered(ben) == []


def test_a_right_code_remembers_the_browser_in_the_same_transaction(ben: Customer, now: datetime) -> None:
    cookie, standing = devices.new_cookie(), ben.half_in(now).standing
    second_factor.prove(standing, "totp", ben.app_code(now), now, device=cookie)
    [device] = remembered(ben)
    assert (device.ip, device.agent, device.name) == (HERE.ip, HERE.agent, "")
    assert device_log(ben) == [("device_remembered", {"days": 30})]


def test_a_sign_in_that_has_ended_remembers_nothing(ben: Customer, now: datetime) -> None:
    """A password changed meanwhile: what was half in is out, and its browser unknown."""
    standing = ben.half_in(now).standing
    with write() as session:
        sign_ins.end_all(session, ben.user_id, "password_changed", now)
    with pytest.raises(Gone):
        second_factor.prove(standing, "totp", ben.app_code(now), now, device=devices.new_cookie())
    assert remembered(ben) == []


def test_the_database_holds_no_half_of_the_cookie(ben: Customer, now: datetime) -> None:
    cookie = remember(ben, now)
    [device] = remembered(ben)
    stored = repr([vars(device)]).encode() + device.family_hash + device.token_hash
    assert [half for half in cookie.split(".") if half.encode() in stored or len(half) != 43] == []


def test_thirty_days_from_remembering_and_no_longer(ben: Customer, now: datetime) -> None:
    """Fixed, however often it is used."""
    cookie = remember(ben, now)
    _, cookie = come_in_on(ben, cookie, now + 29 * DAY)
    assert come_back(ben, cookie, now + 30 * DAY) == devices.Recognised(known=False)
    _, cookie = come_in_on(ben, cookie, now + 30 * DAY - SECOND)


def test_the_operator_can_shorten_it(app: Flask, ben: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Devices of before too; with nought, none is known, and the list is empty."""
    cookie, settings = remember(ben, now), app.extensions["portal.settings"]
    monkeypatch.setitem(app.extensions, "portal.settings", replace(settings, remember_days=7))
    standing = replace(ben.come_in(now).standing, where=on(cookie))
    assert [device.ends_at for device in own_devices.of(standing, now)] == [now + 7 * DAY]
    assert come_back(ben, cookie, now + 7 * DAY).token is None
    monkeypatch.setitem(app.extensions, "portal.settings", replace(settings, remember_days=0))
    assert come_back(ben, cookie, now + SECOND) == devices.Recognised(known=False)
    assert own_devices.of(standing, now) == []


def test_the_sixth_takes_the_place_of_the_oldest(ben: Customer, now: datetime) -> None:
    cookies = [remember(ben, now + n * MINUTE) for n in range(limits.DEVICES)]
    assert come_back(ben, cookies[0], now + 5 * MINUTE).token
    remember(ben, now + 6 * MINUTE)
    assert len(remembered(ben)) == limits.DEVICES
    assert come_back(ben, cookies[0], now + 7 * MINUTE).known is False
    assert come_back(ben, cookies[1], now + 7 * MINUTE).token
    assert ("device_forgotten", {"because": "too_many", "number": 1}) in device_log(ben)


def test_a_browser_is_remembered_once(ben: Customer, now: datetime) -> None:
    """Ticked again, where a code was asked for after all, it takes its own place."""
    cookie = remember(ben, now)
    standing = replace(ben.half_in(now).standing, where=on(cookie))
    second_factor.prove(standing, "totp", ben.app_code(now), now, device=devices.new_cookie())
    assert len(remembered(ben)) == 1
    assert come_back(ben, cookie, now).known is False


def test_somebody_else_s_device_is_left_alone(ben: Customer, cleo: Customer, now: datetime) -> None:
    """T22, T48: cleo signs in at ben's browser: she is asked for a code, and he stays remembered."""
    cookie = remember(ben, now)
    assert come_back(cleo, cookie, now) == devices.Recognised()
    assert come_back(ben, cookie, now).token


@pytest.mark.parametrize("cookie", ["", ".", "x", "x.y", "." * 300, "a.b.c"])
def test_what_is_no_cookie_is_nothing(ben: Customer, now: datetime, cookie: str) -> None:
    remember(ben, now)
    assert come_back(ben, cookie, now) == devices.Recognised(known=False)
    assert len(remembered(ben)) == 1


def test_it_finishes_no_sign_in_after_a_mailed_reset(cleo: Customer, now: datetime) -> None:
    """R12: even if the reset had forgotten none."""
    cookie = remember(cleo, now)
    with write() as session:
        session.execute(update(User).where(User.id == cleo.user_id).values(mailed_reset_at=now))
    assert come_back(cleo, cookie, now) == devices.Recognised()
    assert cleo.half_in(now).standing.mailbox_spent


def test_it_leads_to_no_recovery_codes(ben: Customer, now: datetime) -> None:
    """R5, R14: whoever comes to an unfinished set makes a new one by a button. That takes a second factor."""
    cookie = remember(ben, now)
    with write() as session:
        session.execute(update(RecoverySet).where(RecoverySet.user_id == ben.user_id).values(saved_at=None))
    assert come_back(ben, cookie, now) == devices.Recognised()


def test_it_finishes_only_what_waits_for_a_code(ben: Customer, now: datetime) -> None:
    """Neither a sign-in that is in, nor one of somebody without a method."""
    cookie = remember(ben, now)
    inside = replace(ben.come_in(now).standing, where=on(cookie))
    assert devices.recognise(inside, cookie, now) == devices.Recognised()


def test_a_sign_in_that_ended_meanwhile_is_not_let_in(ben: Customer, now: datetime) -> None:
    """And the cookie it came with stays good: nothing was rotated."""
    cookie = remember(ben, now)
    standing = replace(ben.half_in(now).standing, where=on(cookie))
    with write() as session:
        sign_ins.end_all(session, ben.user_id, "operator", now)
    with pytest.raises(Gone):
        devices.recognise(standing, cookie, now)
    assert come_back(ben, cookie, now).token


def test_nobody_is_told_that_the_second_step_was_not_finished(ben: Customer, now: datetime) -> None:
    """It was skipped, and the sign-in is finished."""
    come_in_on(ben, remember(ben, now), now)
    assert failures.tell_of_abandoned(now + 2 * limits.ABANDONED) == 0
