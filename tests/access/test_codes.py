"""Codes that are sent: a row each, bound to who asked and for what, alive for ten minutes, spent together (R7)."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.access import codes, counting, second_factor
from portal.access.codes import Asker
from portal.access.problems import CodeExpired, CodeUsed, CodeWrong, LimitReached
from portal.database import write
from portal.extensions import db, keys
from portal.methods.base import CodeMark, judge_sent
from portal.models import Code, Message
from tests.customers import Customer, Visit, mailed_code, wrong
from tests.together import together

MINUTE = timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def visit(cleo: Customer, now: datetime) -> Visit:
    """Cleo's browser at the code step."""
    return cleo.half_in(now)


@pytest.fixture
def asker(visit: Visit) -> Asker:
    return codes.by_sign_in(visit.standing, second_factor.SIGN_IN)


def send(asker: Asker, now: datetime) -> str:
    """Ask for a code. What arrives in the mail."""
    codes.issue(asker, {}, now)
    return mailed_code(now)


def judge(asker: Asker, code: str, now: datetime) -> CodeMark:
    return judge_sent(code, codes.sent(asker), keys(), now)


def use(asker: Asker, code: str, now: datetime) -> bool:
    mark = judge(asker, code, now)
    with write() as session:
        codes.spend(session, mark, asker, now)
        counting.settle(session, (asker.cooldown,), (), now)  # as whoever proves something by it does
    return True


def test_asking_writes_a_code_and_its_message_together(asker: Asker, visit: Visit, now: datetime) -> None:
    codes.issue(asker, {"ip": "192.0.2.1"}, now)
    code, message = db.session.scalars(select(Code)).one(), db.session.scalars(select(Message)).one()
    assert (code.purpose, code.sign_in_id, code.number) == ("sign_in", visit.standing.sign_in_id, 1)
    assert (message.code_id, message.address, message.template) == (code.id, "cleo@example.org", "sign_in_code")
    assert code.expires_at == message.expires_at == now + 10 * MINUTE


def test_the_database_holds_no_code_in_the_clear(asker: Asker, now: datetime) -> None:
    """The row keeps a keyed hash, the outbox a sealed text that goes when it is sent."""
    codes.issue(asker, {}, now)
    sealed, mac = db.session.scalars(select(Message.sealed)).one(), db.session.scalars(select(Code.mac)).one()
    code = mailed_code(now)
    assert sealed is not None
    assert code.encode() not in sealed
    assert code.encode() not in mac
    assert db.session.scalars(select(Message.sealed)).one() is None


def test_a_refused_request_writes_nothing(asker: Asker, now: datetime) -> None:
    codes.issue(asker, {}, now)
    with pytest.raises(LimitReached):
        codes.issue(asker, {}, now)
    assert db.session.scalar(select(func.count(Code.id))) == 1
    assert db.session.scalar(select(func.count(Message.id))) == 1


def test_an_earlier_code_stays_good_when_another_is_asked_for(asker: Asker, now: datetime) -> None:
    """R7: against slow mailboxes."""
    first = send(asker, now)
    send(asker, now + MINUTE)
    assert use(asker, first, now + 2 * MINUTE)


def test_using_one_spends_them_all(asker: Asker, now: datetime) -> None:
    """R7, T07: and the answer says that it was used."""
    first, second = send(asker, now), send(asker, now + MINUTE)
    use(asker, second, now + 2 * MINUTE)
    for code in (first, second):
        with pytest.raises(CodeUsed):
            judge(asker, code, now + 2 * MINUTE)


def test_a_code_lives_ten_minutes_from_its_own_sending(asker: Asker, now: datetime) -> None:
    """R7: "sent" means handed to the mail server, here three minutes after the asking."""
    codes.issue(asker, {}, now)
    handed = now + 3 * MINUTE
    code = mailed_code(handed)
    judge(asker, code, handed + 10 * MINUTE - MOMENT)
    with pytest.raises(CodeExpired):
        judge(asker, code, handed + 10 * MINUTE)


def test_a_newer_code_makes_the_older_live_no_longer(asker: Asker, now: datetime) -> None:
    first = send(asker, now)
    second = send(asker, now + 5 * MINUTE)
    with pytest.raises(CodeExpired):
        judge(asker, first, now + 10 * MINUTE)
    judge(asker, second, now + 10 * MINUTE)


def test_wrong_expired_and_used_are_told_apart(asker: Asker, now: datetime) -> None:
    """G1–G4."""
    code = send(asker, now)
    with pytest.raises(CodeWrong):
        judge(asker, wrong(code), now)
    with pytest.raises(CodeExpired):
        judge(asker, code, now + 10 * MINUTE)
    use(asker, code, now)
    with pytest.raises(CodeUsed):
        judge(asker, code, now + 10 * MINUTE)


def test_nothing_sent_means_nothing_is_right(asker: Asker, now: datetime) -> None:
    with pytest.raises(CodeWrong):
        judge(asker, "000000", now)


def test_a_code_is_good_in_the_sign_in_that_asked_only(cleo: Customer, asker: Asker, now: datetime) -> None:
    """A 6.6.2: a code read out on the telephone opens no other browser."""
    code = send(asker, now)
    other = codes.by_sign_in(cleo.half_in(now).standing, second_factor.SIGN_IN)
    with pytest.raises(CodeWrong):
        judge(other, code, now)


@pytest.mark.parametrize("purpose", [second_factor.ENROL, second_factor.ADDRESS])
def test_a_code_is_good_for_its_purpose_only(visit: Visit, asker: Asker, purpose: str, now: datetime) -> None:
    """A code to sign in with switches nothing on."""
    code = send(asker, now)
    with pytest.raises(CodeWrong):
        judge(codes.by_sign_in(visit.standing, purpose), code, now)


def test_spending_leaves_other_purposes_alone(visit: Visit, asker: Asker, now: datetime) -> None:
    enrol = codes.by_sign_in(visit.standing, second_factor.ENROL)
    other = send(enrol, now)
    use(asker, send(asker, now), now)
    assert use(enrol, other, now)


def test_one_code_is_spent_once_however_many_try(app: Flask, asker: Asker, now: datetime) -> None:
    """T06: the statement that spends decides, not one that looked before."""
    mark = judge(asker, send(asker, now), now)

    def spend() -> bool:
        with write() as session:
            codes.spend(session, mark, asker, now)
        return True

    results = together(app, *[spend] * 20)
    assert results.count(True) == 1
    assert sum(isinstance(result, CodeUsed) for result in results) == 19


def test_the_cooldown_is_for_one_purpose(visit: Visit, asker: Asker, now: datetime) -> None:
    """A first code for another purpose never waits."""
    send(asker, now)
    assert codes.sending(asker, now).may_send_at == now + MINUTE
    send(codes.by_sign_in(visit.standing, second_factor.ENROL), now)


def test_the_cooldown_is_the_users_in_every_browser(cleo: Customer, asker: Asker, now: datetime) -> None:
    send(asker, now)
    other = codes.by_sign_in(cleo.half_in(now).standing, second_factor.SIGN_IN)
    assert codes.sending(other, now).may_send_at == now + MINUTE


def test_a_used_code_clears_the_cooldown(asker: Asker, now: datetime) -> None:
    use(asker, send(asker, now), now)
    assert codes.sending(asker, now).may_send_at is None


def test_a_used_code_clears_no_cap(cleo: Customer, now: datetime) -> None:
    """Ten an hour for a user, whatever became of them."""
    for _ in range(10):
        asker = codes.by_sign_in(cleo.half_in(now).standing, second_factor.SIGN_IN)
        use(asker, send(asker, now), now)
    with pytest.raises(LimitReached) as refused:
        codes.issue(codes.by_sign_in(cleo.half_in(now).standing, second_factor.SIGN_IN), {}, now)
    assert refused.value.until == now + timedelta(hours=1)


def test_one_sign_in_sends_five_at_most(asker: Asker, now: datetime) -> None:
    for _ in range(5):
        use(asker, send(asker, now), now)
    with pytest.raises(LimitReached) as refused:
        codes.issue(asker, {}, now)
    assert refused.value.until == now + timedelta(days=1)


def test_another_users_codes_are_not_counted(ben: Customer, asker: Asker, now: datetime) -> None:
    send(asker, now)
    send(codes.by_sign_in(ben.half_in(now).standing, second_factor.SIGN_IN), now)


def test_the_page_learns_number_time_and_wait(asker: Asker, now: datetime) -> None:
    """S4.6, R7: "code 2, handed to the mail server at …"."""
    send(asker, now)
    send(asker, now + 2 * MINUTE)
    told = codes.sending(asker, now + 2 * MINUTE + timedelta(seconds=30))
    assert (told.asked, told.number, told.status, told.at) == (True, 2, "handed", now + 2 * MINUTE)
    assert told.left == 90


def test_before_a_password_the_page_learns_nothing(asker: Asker, now: datetime) -> None:
    """T10: what became of a message would tell whether somebody is a customer."""
    send(asker, now)
    told = codes.sending(asker, now, told=False)
    assert (told.status, told.at) == (None, None)


def test_before_the_first_code_there_is_nothing_to_tell(asker: Asker, now: datetime) -> None:
    assert codes.sending(asker, now) == codes.Sending(False, 0, None, 0, None, None)
