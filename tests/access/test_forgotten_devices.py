"""What makes remembered devices forgotten (R3)."""

from collections.abc import Callable
from datetime import datetime

import pytest

from portal.access import (
    accounts,
    after_restore,
    by_operator,
    devices,
    factors,
    not_me,
    password_change,
    password_resets,
    recovery_codes,
    sign_ins,
)
from portal.access.addresses import read_address
from portal.database import write
from tests.access.test_shutting_out import notice
from tests.customers import HERE, NEW_PASSWORD, Customer, Visit, ask_link, enrol
from tests.devices import come_back, come_in_on, device_log, remember, remembered

pytestmark = pytest.mark.usefixtures("app")


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


def says_it_was_not_them(who: Customer, _visit: Visit, now: datetime) -> None:
    not_me.use_link(notice(who, now), HERE, now)


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
    (says_it_was_not_them, False),
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
    assert device_log(ben)[-1] == ("device_forgotten", {"because": "methods_changed", "number": 1})


def test_new_recovery_codes_forget_none(ben: Customer, now: datetime) -> None:
    remember(ben, now)
    with write() as session:
        recovery_codes.store(session, ben.come_in(now).standing, recovery_codes.prepare(), now)
    assert len(remembered(ben)) == 1


def test_none_is_known_after_a_restore(ben: Customer, now: datetime) -> None:
    """T44: it may have been forgotten since, because it was stolen."""
    cookie = remember(ben, now)
    assert after_restore.end_revived(now).counts["remembered devices"] == 1
    assert come_back(ben, cookie, now).known is False
