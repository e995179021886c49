"""Changing the data keys while the portal runs."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal import clock
from portal.access import codes, factors, key_rotation, recovery_codes, second_factor
from portal.crypto import KEY_ID, KeyRing
from portal.database import write
from portal.delivery import outbox
from portal.extensions import db, keys
from portal.models import Factor, Message, RecoverySet
from tests.cli.conftest import Operator
from tests.customers import Customer, enrol, enrolled, mailed, mailed_code

Make = Callable[..., Customer]
NEW, LOST = b"a newer key, 32 characters or more!", b"another key that was thrown away too early"


@pytest.fixture
def old(app: Flask) -> Iterator[KeyRing]:
    """The keys as they were; given back afterwards."""
    before = keys()
    yield before
    app.extensions["portal.keys"] = before


def swap(app: Flask, *secrets: bytes) -> None:
    app.extensions["portal.keys"] = KeyRing(secrets)


def secrets_of(app: Flask) -> tuple[bytes, ...]:
    return tuple(app.extensions["portal.settings"].data_keys)


def rotated(operator: Operator) -> dict[str, object]:
    found = json.loads(operator.types("keys", "rotate", "--json").stdout)
    assert isinstance(found, dict)
    return found


def ids(column: object) -> set[bytes]:
    """Which keys a column was encrypted with."""
    found = db.session.scalars(select(column)).all()  # type: ignore[call-overload]
    return {value[:KEY_ID] for value in found if value is not None}


@pytest.mark.usefixtures("old")
def test_everything_sealed_is_sealed_with_the_newest_key(app: Flask, operator: Operator, make: Make) -> None:
    """An app's secret, that of an app just removed, five waiting messages (four are notices), readable recovery codes:
    each is read with the new key alone."""
    cleo = make("cleo", "totp", "email")
    visit = cleo.come_in(clock.now())
    with write() as session:
        recovery_codes.store(session, visit.standing, recovery_codes.prepare(), clock.now())
    enrol(visit, "totp", clock.now())
    with write() as session:
        second = max(row.id for row in enrolled(cleo.user_id))
        factors.remove(session, visit.standing, "totp", clock.now(), factor_id=second)
        outbox.put(session, keys(), template="t", address=cleo.email, facts={"word": "teapot"}, now=clock.now())
    shown = recovery_codes.unsaved(visit.standing)
    swap(app, NEW, *secrets_of(app))
    assert rotated(operator)["encrypted_anew"] == {
        "factors": 1,
        "removed factors": 1,
        "messages": 5,
        "recovery sets": 1,
    }
    swap(app, NEW)
    assert factors.secret(next(row for row in enrolled(cleo.user_id) if row.secret)) == cleo.secret
    assert recovery_codes.unsaved(visit.standing) == shown
    assert mailed(clock.now()) == {"word": "teapot"}


@pytest.mark.usefixtures("old")
def test_the_app_signs_in_before_between_and_after(app: Flask, operator: Operator, make: Make) -> None:
    ben = make("ben", "totp")
    swap(app, NEW, *secrets_of(app))
    for aside in (-1, 0, 1):
        visit, now = ben.half_in(clock.now()), clock.now()
        assert second_factor.prove(visit.standing, "totp", ben.app_code(now, aside), now)
        operator.does("keys", "rotate")


@pytest.mark.usefixtures("old")
def test_a_second_run_finds_nothing(app: Flask, operator: Operator, make: Make) -> None:
    make("ben", "totp")
    swap(app, NEW, *secrets_of(app))
    assert "factors encrypted anew: 1\n" in operator.does("keys", "rotate")
    again = operator.does("keys", "rotate")
    assert "factors encrypted anew: 0\n" in again
    assert again.endswith("No older key is needed any more.\n")


@pytest.mark.usefixtures("old")
def test_more_rows_than_one_batch_are_done(
    app: Flask, operator: Operator, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    with write() as session:
        for _ in range(5):
            outbox.put(session, keys(), template="t", address="a@example.org", facts={}, now=clock.now())
    swap(app, NEW, *secrets_of(app))
    rotated(operator)
    assert ids(Message.sealed) == {keys().newest}


@pytest.mark.usefixtures("old")
def test_a_row_that_changed_meanwhile_is_left_alone(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal goes on: what was written between reading and writing stands."""
    make("ben", "totp")
    swap(app, NEW, *secrets_of(app))
    fresh = keys().encrypt(b"another secret", "factor 0 totp")
    sealed = key_rotation.SEALED[0]
    rows = key_rotation._older(sealed, 0)
    with write() as session:
        session.execute(update(Factor).values(secret=fresh))
    assert key_rotation._renew(sealed, rows) == 0
    assert db.session.scalars(select(Factor.secret)).one() == fresh


@pytest.mark.usefixtures("old")
def test_a_row_whose_key_is_gone_is_told_and_left(app: Flask, operator: Operator, make: Make) -> None:
    """T44: a key taken away too early is no reason to forget a second factor."""
    make("ben", "totp")
    before = ids(Factor.secret)
    swap(app, NEW)
    result = operator.types("keys", "rotate", "--json")
    assert (result.exit_code, json.loads(result.stdout)["need_lost_key"]) == (1, 1)
    assert ids(Factor.secret) == before


@pytest.mark.usefixtures("old")
def test_an_altered_row_still_needs_its_key(app: Flask, operator: Operator, make: Make) -> None:
    make("ben", "totp")
    row = db.session.scalars(select(Factor.secret)).one()
    with write() as session:
        session.execute(update(Factor).values(secret=(row or b"")[:-1] + b"?"))
    swap(app, NEW, *secrets_of(app))
    result = operator.types("keys", "rotate", "--json")
    assert (result.exit_code, json.loads(result.stdout)["need_older_key"]) == (1, 1)


@pytest.mark.usefixtures("old")
def test_codes_sent_before_keep_the_older_key_for_twenty_minutes(app: Flask, operator: Operator, make: Make) -> None:
    """Ten in which the mail may wait, ten to type it."""
    visit, now = make("ben", "email").half_in(clock.now()), clock.now()
    asker = codes.by_sign_in(visit.standing, second_factor.SIGN_IN)
    codes.issue(asker, {}, now)
    swap(app, NEW, *secrets_of(app))
    until = (now + timedelta(minutes=20)).isoformat(timespec="seconds")
    assert rotated(operator)["codes_until"] == until
    assert second_factor.prove(visit.standing, "email", mailed_code(now), clock.now())
    assert rotated(operator)["codes_until"] is None


@contextmanager
def busy(app: Flask, customer: Customer) -> Iterator[list[bool]]:
    """Somebody reads the app's secret all the time."""
    read: list[bool] = []
    stop = Event()

    def reading() -> None:
        with app.app_context():
            while not stop.is_set():
                read.append(factors.secret(enrolled(customer.user_id)[0]) == customer.secret)

    thread = Thread(target=reading)
    thread.start()
    try:
        yield read
    finally:
        stop.set()
        thread.join()


@pytest.mark.usefixtures("old")
def test_nobody_notices_a_rotation(app: Flask, operator: Operator, make: Make) -> None:
    """T44: under load, no code of an app fails."""
    ben = make("ben", "totp")
    with busy(app, ben) as read:
        for number in range(5):
            swap(app, b"key number %d, 32 characters or more" % number, *secrets_of(app), *_numbered(number))
            operator.does("keys", "rotate")
    assert read
    assert all(read)


def _numbered(number: int) -> list[bytes]:
    return [b"key number %d, 32 characters or more" % earlier for earlier in range(number)]


@pytest.mark.usefixtures("old")
def test_no_key_is_printed(app: Flask, operator: Operator, make: Make) -> None:
    make("ben", "totp")
    swap(app, NEW, *secrets_of(app), LOST)
    printed = operator.does("keys", "rotate") + operator.does("keys", "rotate", "--json")
    assert not any(key.decode() in printed for key in (NEW, LOST, *secrets_of(app)))
    assert ids(RecoverySet.sealed) == set()
