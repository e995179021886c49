"""Remembered devices: what lets a sign-in in without a code, for how long, and what makes them forgotten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.access import (
    accounts,
    by_operator,
    confirmations,
    devices,
    factors,
    failures,
    limits,
    own_devices,
    password_change,
    password_resets,
    recovery_codes,
    second_factor,
    sign_ins,
)
from portal.access.addresses import read_address
from portal.access.problems import Gone
from portal.access.steps import Step
from portal.crypto import new_token
from portal.database import write
from portal.extensions import db
from portal.models import Event, RecoverySet, User
from tests.customers import HERE, NEW_PASSWORD, Customer, Visit, ask_link, enrol
from tests.devices import come_back, come_in_on, on, remember, remembered
from tests.together import together

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("app")


def log_of(who: Customer) -> list[tuple[str, dict[str, object]]]:
    """What the log says of somebody's devices, the oldest first."""
    rows = select(Event.kind, Event.facts).where(Event.user_id == who.user_id, Event.kind.startswith("device"))
    return [(kind, facts) for kind, facts in db.session.execute(rows.order_by(Event.id))]


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
    assert log_of(ben) == [("device_remembered", {"days": 30})]


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
    assert ("device_forgotten", {"because": "too_many", "number": 1}) in log_of(ben)


def test_a_browser_is_remembered_once(ben: Customer, now: datetime) -> None:
    """Ticked again, where a code was asked for after all, it takes its own place."""
    cookie = remember(ben, now)
    standing = replace(ben.half_in(now).standing, where=on(cookie))
    second_factor.prove(standing, "totp", ben.app_code(now), now, device=devices.new_cookie())
    assert len(remembered(ben)) == 1
    assert come_back(ben, cookie, now).known is False


def test_the_cookie_is_new_after_each_use(ben: Customer, now: datetime) -> None:
    """T22: its first half stays, its second is new; the new one works."""
    first = remember(ben, now)
    _, second = come_in_on(ben, first, now)
    _, third = come_in_on(ben, second, now + 2 * MINUTE)
    assert len({first, second, third}) == 3
    assert {cookie.split(".")[0] for cookie in (first, second, third)} == {first.split(".")[0]}


def test_the_one_before_is_good_for_a_minute(ben: Customer, now: datetime) -> None:
    """For a second tab, which gets no new one: the first tab's is the browser's."""
    first = remember(ben, now)
    _, second = come_in_on(ben, first, now)
    found = come_back(ben, first, now + limits.DEVICE_GRACE - SECOND)
    assert (bool(found.token), found.cookie) == (True, None)
    assert come_back(ben, second, now + 2 * MINUTE).token


@pytest.mark.parametrize("late", [limits.DEVICE_GRACE, DAY])
def test_an_old_one_kills_the_device_and_tells(ben: Customer, now: datetime, late: timedelta) -> None:
    """T22: whoever has the new one is asked for a code from now on as well."""
    first = remember(ben, now)
    _, second = come_in_on(ben, first, now)
    assert come_back(ben, first, now + late) == devices.Recognised(known=False)
    assert log_of(ben)[-1] == ("device_reused", {})
    assert come_back(ben, second, now + late) == devices.Recognised(known=False)
    assert len([kind for kind, _ in log_of(ben) if kind == "device_reused"]) == 1


def test_one_older_than_that_kills_it_even_within_the_minute(ben: Customer, now: datetime) -> None:
    first = remember(ben, now)
    _, second = come_in_on(ben, first, now)
    come_in_on(ben, second, now)
    assert come_back(ben, first, now) == devices.Recognised(known=False)


def test_a_half_that_was_made_up_kills_it_too(ben: Customer, now: datetime) -> None:
    """Whoever knows the first half has had the cookie; 256 bits are not guessed."""
    cookie = remember(ben, now)
    assert come_back(ben, f"{cookie.split('.')[0]}.{new_token()}", now).token is None
    assert remembered(ben) == []


def test_two_tabs_at_once_both_come_in(app: Flask, ben: Customer, now: datetime) -> None:
    """T22: and one of them brings the browser's new cookie."""
    cookie = remember(ben, now)
    standings = [replace(ben.half_in(now).standing, where=on(cookie)) for _ in range(2)]
    found = together(app, *(lambda s=s: devices.recognise(s, cookie, now) for s in standings))
    assert [isinstance(f, devices.Recognised) and bool(f.token) for f in found] == [True, True]
    assert len([f for f in found if isinstance(f, devices.Recognised) and f.cookie]) == 1


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


# --- What makes them forgotten (R3) ---


def changes_password(who: Customer, visit: Visit, now: datetime) -> None:
    with write() as session:
        sign_ins.lock_user(session, who.user_id)
        password_change.put(session, visit.standing, password_change.prepare(visit.standing, NEW_PASSWORD), now)


def resets_password(who: Customer, _visit: Visit, now: datetime) -> None:
    password_resets.use(ask_link(who.email, HERE, now), NEW_PASSWORD, HERE, now)


def switches_on(_who: Customer, visit: Visit, now: datetime) -> None:
    enrol(visit, "email", now)


def adds_an_app(_who: Customer, visit: Visit, now: datetime) -> None:
    enrol(visit, "totp", now)


def switches_off(_who: Customer, visit: Visit, now: datetime) -> None:
    enrol(visit, "email", now)
    with write() as session:
        factors.remove(session, visit.standing, "email", now)


def uses_recovery_code(who: Customer, _visit: Visit, now: datetime) -> None:
    recovery_codes.use(who.half_in(now).standing, who.codes[0], now)


def operator_resets(who: Customer, _visit: Visit, now: datetime) -> None:
    by_operator.reset_methods(accounts.find(read_address(who.email)), "phone lost", now)


def operator_signs_out(who: Customer, _visit: Visit, now: datetime) -> None:
    by_operator.sign_out(accounts.find(read_address(who.email)), now)


def operator_signs_everybody_out(_who: Customer, _visit: Visit, now: datetime) -> None:
    by_operator.sign_out_everybody(now)


Happens = Callable[[Customer, Visit, datetime], None]
# What happens, and whether the browser that did it stays remembered.
FORGETTING: list[tuple[Happens, bool]] = [
    (changes_password, False),
    (resets_password, False),
    (switches_on, True),
    (adds_an_app, True),
    (switches_off, True),
    (uses_recovery_code, False),
    (operator_resets, False),
    (operator_signs_out, False),
    (operator_signs_everybody_out, False),
]


@pytest.mark.parametrize(("happens", "stays"), FORGETTING, ids=[f.__name__ for f, _ in FORGETTING])
def test_what_forgets_devices(ben: Customer, cleo: Customer, now: datetime, happens: Happens, stays: bool) -> None:
    """R3, R13, complaint C3: all of this user's, or all but the one that asked; nobody else's, but for everybody."""
    hers, other = remember(cleo, now), remember(ben, now)
    visit, mine = come_in_on(ben, remember(ben, now), now)
    happens(ben, visit, now)
    left = [device.family_hash for device in remembered(ben)]
    assert left == ([devices.family_hash(mine)] if stays else [])
    assert devices.family_hash(other) not in left
    assert bool(come_back(cleo, hers, now).token) is (happens is not operator_signs_everybody_out)


def test_a_change_from_elsewhere_forgets_them_all(ben: Customer, now: datetime) -> None:
    """The browser that asks is not among them."""
    remember(ben, now)
    enrol(ben.come_in(now), "email", now)
    assert remembered(ben) == []
    assert log_of(ben)[-1] == ("device_forgotten", {"because": "methods_changed", "number": 1})


def test_new_recovery_codes_forget_none(ben: Customer, now: datetime) -> None:
    remember(ben, now)
    with write() as session:
        recovery_codes.store(session, ben.come_in(now).standing, recovery_codes.prepare(), now)
    assert len(remembered(ben)) == 1


def test_nobody_is_told_that_the_second_step_was_not_finished(ben: Customer, now: datetime) -> None:
    """It was skipped, and the sign-in is finished."""
    come_in_on(ben, remember(ben, now), now)
    assert failures.tell_of_abandoned(now + 2 * limits.ABANDONED) == 0
