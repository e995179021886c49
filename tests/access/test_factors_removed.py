"""Switching methods off: the last one stays, the primary is handed on, other sign-ins end."""

from datetime import datetime

import pytest
from flask import Flask

from portal.access import factors
from portal.access.problems import Gone, LastMethod
from tests.access.test_factors import kinds, primary, remove
from tests.customers import Customer, begin, enrol, enrolled
from tests.together import together


def test_one_of_two_is_removed(cleo: Customer, now: datetime) -> None:
    remove(cleo.come_in(now), "email", now)
    assert kinds(cleo) == ["totp"]


def test_the_last_method_can_t_be_removed(ben: Customer, now: datetime) -> None:
    """R2, S3.7: and nothing of it is gone."""
    visit = ben.come_in(now)
    with pytest.raises(LastMethod):
        remove(visit, "totp", now)
    assert kinds(ben) == ["totp"]


def test_the_last_of_several_apps_can_t_be_removed(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    enrol(visit, "totp", now)
    first, second = enrolled(ben.user_id)
    remove(visit, "totp", now, first.id)
    with pytest.raises(LastMethod):
        remove(visit, "totp", now, second.id)
    assert kinds(ben) == ["totp"]


def test_a_method_being_set_up_is_no_other_method(ben: Customer, now: datetime) -> None:
    """R2 counts what is enrolled."""
    visit = ben.come_in(now)
    begin(visit, "email", now)
    with pytest.raises(LastMethod):
        remove(visit, "totp", now)


@pytest.mark.parametrize("_round", range(3))
def test_two_tabs_never_remove_the_last_two_methods(app: Flask, cleo: Customer, now: datetime, _round: int) -> None:
    """T: one wins, the other is told that it is the last one."""
    visit = cleo.come_in(now)
    results = together(app, lambda: remove(visit, "totp", now), lambda: remove(visit, "email", now))
    assert results.count(True) == 1
    assert sum(isinstance(result, LastMethod) for result in results) == 1
    assert len(kinds(cleo)) == 1


def test_what_is_off_can_t_be_switched_off(ben: Customer, now: datetime) -> None:
    with pytest.raises(Gone):
        remove(ben.come_in(now), "email", now)


def test_switching_off_takes_all_apps(cleo: Customer, now: datetime) -> None:
    visit = cleo.come_in(now)
    enrol(visit, "totp", now)
    remove(visit, "totp", now)
    assert kinds(cleo) == ["email"]


def test_after_the_primary_goes_the_other_is_primary(cleo: Customer, now: datetime) -> None:
    """S3.11."""
    assert primary(cleo) == "totp"
    remove(cleo.come_in(now), "totp", now)
    assert primary(cleo) == "email"


def test_the_primary_stays_when_the_other_goes(cleo: Customer, now: datetime) -> None:
    remove(cleo.come_in(now), "email", now)
    assert primary(cleo) == "totp"


def test_removing_one_of_two_apps_leaves_the_primary(cleo: Customer, now: datetime) -> None:
    visit = cleo.come_in(now)
    enrol(visit, "totp", now)
    remove(visit, "totp", now, enrolled(cleo.user_id)[-1].id)
    assert primary(cleo) == "totp"


def test_removing_ends_every_other_sign_in(cleo: Customer, now: datetime) -> None:
    mine, other = cleo.come_in(now), cleo.come_in(now)
    remove(mine, "email", now)
    assert mine.standing.ended(now) is None
    assert other.standing.ended(now) == "methods_changed"


def test_cleo_chooses_her_primary(cleo: Customer, now: datetime) -> None:
    """S3.9."""
    factors.set_primary(cleo.come_in(now).standing, "email", now)
    assert primary(cleo) == "email"


@pytest.mark.parametrize("kind", ["email", "pigeon", ""])
def test_what_is_not_on_can_t_be_primary(ben: Customer, now: datetime, kind: str) -> None:
    begin(ben.come_in(now), "email", now)
    with pytest.raises(Gone):
        factors.set_primary(ben.come_in(now).standing, kind, now)
    assert primary(ben) == "totp"
