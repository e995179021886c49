"""A set of recovery codes until it is saved: one encrypted copy, readable by the sign-in that made it (R5)."""

import re
from datetime import datetime

import pytest
from sqlalchemy import select, update

from portal.access import recovery_codes, sign_ins
from portal.crypto import Unreadable
from portal.database import write
from portal.extensions import db
from portal.models import RecoveryCode, RecoverySet
from tests.access.test_recovery_codes import remake
from tests.customers import Customer


def sealed() -> bytes | None:
    """The readable copy, as the database has it."""
    return db.session.scalars(select(RecoverySet.sealed)).one()


def test_its_maker_sees_the_same_ten_until_they_are_saved(ben: Customer, now: datetime) -> None:
    """R5: on every reload, in groups of four."""
    visit = ben.come_in(now)
    codes = remake(visit, now)
    for _ in range(2):
        shown = recovery_codes.unsaved(visit.standing)
        assert shown is not None
        assert [code.replace("-", "") for code in shown.codes] == list(codes)
        assert all(re.fullmatch(r"(\w{4}-){3}\w{4}", code) for code in shown.codes)


def test_no_other_sign_in_sees_them(ben: Customer, cleo: Customer, now: datetime) -> None:
    remake(ben.come_in(now), now)
    assert recovery_codes.unsaved(ben.come_in(now).standing) is None
    assert recovery_codes.unsaved(cleo.come_in(now).standing) is None


def test_saving_erases_the_readable_copy(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    remake(visit, now)
    assert visit.standing.codes_unsaved
    recovery_codes.finish(visit.standing, now)
    assert sealed() is None
    assert recovery_codes.unsaved(visit.standing) is None
    assert not visit.standing.codes_unsaved


def test_nobody_saves_what_they_have_not_seen(ben: Customer, now: datetime) -> None:
    maker, other = ben.come_in(now), ben.come_in(now)
    remake(maker, now)
    recovery_codes.finish(other.standing, now)
    assert maker.standing.codes_unsaved
    assert sealed() is not None


def test_the_first_set_is_greeted_once(dan: Customer, now: datetime) -> None:
    visit = dan.come_in(now)
    remake(visit, now)
    assert recovery_codes.finish(visit.standing, now) is True
    assert recovery_codes.finish(visit.standing, now) is False
    remake(visit, now)
    assert recovery_codes.finish(visit.standing, now) is False


def test_the_end_of_the_sign_in_erases_the_readable_copy(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    remake(visit, now)
    with write() as session:
        sign_ins.end(session, visit.standing.sign_in_id, "signed_out", now)
    assert sealed() is None


def test_the_readable_copy_is_encrypted_for_its_row(ben: Customer, cleo: Customer, now: datetime) -> None:
    """Moved to another's row it can't be read there."""
    mine, hers = ben.come_in(now), cleo.come_in(now)
    codes = remake(mine, now)
    remake(hers, now)
    stolen = db.session.scalar(select(RecoverySet.sealed).where(RecoverySet.user_id == ben.user_id))
    assert stolen is not None
    assert codes[0].encode() not in stolen
    with write() as session:
        session.execute(update(RecoverySet).where(RecoverySet.user_id == cleo.user_id).values(sealed=stolen))
    with pytest.raises(Unreadable):
        recovery_codes.unsaved(hers.standing)


def test_the_database_holds_digests_only(ben: Customer) -> None:
    digests = db.session.scalars(select(RecoveryCode.digest)).all()
    assert len(set(digests)) == 10
    assert not any(code.encode() in digest for code in ben.codes for digest in digests)
