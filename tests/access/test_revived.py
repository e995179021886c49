"""T44: a backup was restored. What it brings back to life ends; who has their method comes in."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.access import (
    accounts,
    after_restore,
    closed_methods,
    codes,
    mailed_links,
    password_resets,
    recovery_codes,
    registrations,
    second_factor,
)
from portal.access.addresses import read_address
from portal.access.limits import CODES_IN_A_ROW, STEP
from portal.access.problems import CodeUsed, RecoveryCodeWrong
from portal.access.steps import Step
from portal.database import write
from portal.delivery import outbox
from portal.extensions import db, keys
from portal.methods.totp import code_at
from portal.models import Factor, Message, RecoveryCode, RecoverySet, Registration, User
from tests import customers
from tests.customers import HERE, Customer, Visit, mailed, mailed_code

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("app")


def prove(visit: Visit, kind: str, code: str, now: datetime) -> Visit:
    return Visit(second_factor.prove(visit.standing, kind, code, now))


def first_link(now: datetime) -> str:
    """The operator makes ada's account. The token of the link she is mailed."""
    accounts.create(read_address("ada@example.org"), "Ada", now)
    return mailed_links.read(mailed_links.RESET, str(mailed(now)["link"]).rpartition("/")[2]) or ""


def waiting() -> list[str]:
    """The templates of the messages that are still to be sent."""
    return list(db.session.scalars(select(Message.template).where(Message.done_at.is_(None))))


def test_every_sign_in_ends(ben: Customer, cleo: Customer, now: datetime) -> None:
    """Finished or half; what it was setting up goes with it."""
    visits = [ben.come_in(now), ben.half_in(now), cleo.come_in(now)]
    customers.begin(visits[0], "email", now)
    after_restore.end_revived(now)
    assert {visit.standing.step(now) for visit in visits} == {Step.SIGN_IN}
    assert db.session.scalars(select(Factor.id).where(Factor.confirmed_at.is_(None))).all() == []


def test_no_code_that_was_sent_works(cleo: Customer, now: datetime) -> None:
    """Not even where its sign-in were to live."""
    visit = cleo.half_in(now)
    codes.issue(codes.by_sign_in(visit.standing, second_factor.SIGN_IN), {}, now)
    code = mailed_code(now)
    after_restore.end_revived(now)
    with pytest.raises(CodeUsed):
        prove(visit, "email", code, now)


def test_a_registration_begins_anew(now: datetime) -> None:
    visit = registrations.begin(read_address("ada@example.org"), HERE, now)
    after_restore.end_revived(now)
    assert registrations.find(visit, now) is None


def test_who_has_finished_registering_stays(now: datetime) -> None:
    """The row tells a second click from a stranger."""
    registrations.begin(read_address("ada@example.org"), HERE, now)
    with write() as session:
        session.execute(update(Registration).values(finished_at=now))
    after_restore.end_revived(now)
    assert len(db.session.scalars(select(Registration.id)).all()) == 1


def test_no_link_works(ben: Customer, now: datetime) -> None:
    token = customers.ask_link(ben.email, HERE, now)
    after_restore.end_revived(now)
    assert password_resets.owner(token, now) is None


def test_no_link_opens_a_closed_method(ben: Customer, now: datetime) -> None:
    """It may have been used since: fifty more wrong codes for whoever still has the mail."""
    with write() as session:
        closed_methods.note_closed(session, ben.half_in(now).standing, "totp", now)
    link = str(mailed(now, notice=True)["link"])
    token = mailed_links.read(mailed_links.OPEN_METHOD, link.rpartition("/")[2]) or ""
    assert closed_methods.find_link(token, now) is not None
    after_restore.end_revived(now)
    assert closed_methods.find_link(token, now) is None


def test_a_first_password_s_link_ends_and_its_owner_is_named(now: datetime) -> None:
    token = first_link(now)
    assert password_resets.owner(token, now) is not None
    ended = after_restore.end_revived(now)
    assert password_resets.owner(token, now) is None
    assert ended.without_password == ["ada@example.org"]
    assert after_restore.end_revived(now).without_password == ["ada@example.org"]


def test_who_has_chosen_a_password_is_not_named(now: datetime) -> None:
    """And has asked for another since, which is not used."""
    token = first_link(now)
    password_resets.use(token, customers.NEW_PASSWORD, HERE, now)
    customers.ask_link("ada@example.org", HERE, now)
    assert after_restore.end_revived(now).without_password == []


def test_no_message_with_a_code_or_a_link_goes_out_again(cleo: Customer, now: datetime) -> None:
    """It was sent before. A notice may come twice, as always, but never be lost."""
    codes.issue(codes.by_sign_in(cleo.half_in(now).standing, second_factor.SIGN_IN), {}, now)
    password_resets.ask(read_address(cleo.email), HERE, now)
    accounts.create(read_address("ada@example.org"), "Ada", now)
    with write() as session:
        outbox.put(session, keys(), template="methods_reset", address=cleo.email, facts={}, now=now)
    assert len(waiting()) == 4
    after_restore.end_revived(now)
    assert waiting() == ["methods_reset"]
    assert db.session.scalars(select(Message.sealed).where(Message.done_at.is_not(None))).all() == [None] * 3


@pytest.mark.parametrize("aside", [-1, 0, 1])
def test_no_code_that_an_app_could_have_shown_works(ben: Customer, now: datetime, aside: int) -> None:
    """T07: the backup knows no step of the last minutes."""
    after_restore.end_revived(now)
    with pytest.raises(CodeUsed):
        prove(ben.half_in(now), "totp", ben.app_code(now, aside), now)


def test_the_app_s_next_code_works_a_minute_later(ben: Customer, now: datetime) -> None:
    after_restore.end_revived(now)
    later = now + 2 * timedelta(seconds=STEP)
    assert prove(ben.half_in(later), "totp", ben.app_code(later), later).standing.raised_at == later


def test_a_step_from_a_clock_set_back_opens_nothing(ben: Customer, now: datetime) -> None:
    """T38: a mark far ahead counts as a mistake of the clock, so it can't stay where it is."""
    with write() as session:
        session.execute(update(Factor).values(last_step=int(now.timestamp()) // STEP + 1000))
    after_restore.end_revived(now)
    with pytest.raises(CodeUsed):
        prove(ben.half_in(now), "totp", ben.app_code(now), now)


def test_recovery_codes_are_made_anew_by_whoever_has_their_method(ben: Customer, now: datetime) -> None:
    """R5: the old ones open nothing; the step after the app's code is to make new ones, with a number of their own."""
    after_restore.end_revived(now)
    with pytest.raises(RecoveryCodeWrong):
        recovery_codes.use(ben.half_in(now).standing, ben.codes[0], now)
    visit = ben.come_in(now + MINUTE)
    assert visit.standing.step(now + MINUTE) is Step.SAVE_CODES
    assert recovery_codes.unsaved(visit.standing) is None
    recovery_codes.replace(visit.standing, recovery_codes.prepare(), now)
    shown = recovery_codes.unsaved(visit.standing)
    assert shown
    assert (shown.number, len(shown.codes)) == (2, 10)
    recovery_codes.finish(visit.standing, now + MINUTE)
    assert visit.standing.step(now + MINUTE) is Step.IN
    assert recovery_codes.use(ben.half_in(now).standing, shown.codes[0], now)


def test_codes_that_were_on_the_screen_are_gone_too(ben: Customer, now: datetime) -> None:
    with write() as session:
        recovery_codes.store(session, ben.come_in(now).standing, recovery_codes.prepare(), now)
    after_restore.end_revived(now)
    assert db.session.scalars(select(RecoverySet.sealed)).all() == [None]
    assert db.session.scalars(select(RecoveryCode.id)).all() == []


def test_passwords_and_methods_stay(cleo: Customer, now: datetime) -> None:
    """Both of hers, and the primary one."""
    before = db.session.execute(select(User.password_hash, User.primary_method)).all()
    after_restore.end_revived(now)
    assert {row.kind for row in customers.enrolled(cleo.user_id)} == {"totp", "email"}
    assert db.session.execute(select(User.password_hash, User.primary_method)).all() == before


def test_who_had_only_recovery_codes_left_is_named(ben: Customer, cleo: Customer, now: datetime) -> None:
    """R12: Email MFA alone after a mailed reset; or an app closed after fifty wrong codes. cleo has another method."""
    ada = customers.make("Ada", "ada@example.org", "email", now=now)
    with write() as session:
        session.execute(update(User).where(User.id.in_((ada.user_id, cleo.user_id))).values(mailed_reset_at=now))
        closed = update(Factor).where(Factor.user_id == ben.user_id)
        session.execute(closed.values(wrong_codes=CODES_IN_A_ROW))
    assert after_restore.end_revived(now).shut_out == [ada.email, ben.email]


def test_who_can_sign_in_is_not_named(ben: Customer, dan: Customer, now: datetime) -> None:
    """Not dan either, who has nothing to lose: his mailbox leads him to the wizard."""
    customers.make("Ada", "ada@example.org", "email", now=now)
    with write() as session:
        session.execute(update(User).where(User.id == dan.user_id).values(mailed_reset_at=now))
    assert after_restore.end_revived(now).shut_out == []


def test_more_rows_than_one_batch_are_done(
    ben: Customer, cleo: Customer, dan: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after_restore, "BATCH", 1)
    for customer in (ben, cleo, dan):
        customers.ask_link(customer.email, HERE, now)
    counts = after_restore.end_revived(now).counts
    assert (counts["links"], counts["recovery codes"], counts["time steps of apps"]) == (3, 20, 2)


def test_broken_off_it_is_run_again(
    app: Flask, ben: Customer, cleo: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first run has done stays done; the second does the rest, and a third finds nothing to end."""
    token = customers.ask_link(ben.email, HERE, now)
    visit = cleo.come_in(now)
    with monkeypatch.context() as broken:
        broken.setattr(after_restore, "_end_links", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            after_restore.end_revived(now)
    assert visit.standing.step(now) is Step.SIGN_IN
    assert password_resets.owner(token, now) is not None
    after_restore.end_revived(now)
    assert password_resets.owner(token, now) is None
    again = after_restore.end_revived(now).counts
    assert again.pop("time steps of apps") == 2
    assert set(again.values()) == {0}


def _interrupted(*_: object) -> int:
    raise KeyboardInterrupt


def test_a_restored_step_is_the_newest_that_could_have_been_used(ben: Customer, now: datetime) -> None:
    """The last second before the restore: a code shown one step early is the newest that was accepted."""
    present = int(now.timestamp()) // STEP
    prove(ben.half_in(now), "totp", code_at(ben.secret, present + 1), now)
    used = db.session.scalars(select(Factor.last_step)).one()
    after_restore.end_revived(now)
    assert db.session.scalars(select(Factor.last_step).execution_options(populate_existing=True)).one() == used
