"""The outbox: at least once, by one worker at a time, and a code never after its life."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask

from portal.access.limits import CODE_LIFE
from portal.crypto import Unreadable
from portal.database import write
from portal.delivery import outbox
from portal.delivery.outbox import LEASE, Claimed
from portal.extensions import db, keys
from portal.models import Code, Message
from tests.delivery.asking import ADDRESS, CODE, LIFE, ask_code

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("app")


def claim(now: datetime) -> Claimed | None:
    with write() as session:
        return outbox.claim(session, now)


def must_claim(now: datetime) -> Claimed:
    claimed = claim(now)
    assert claimed is not None
    return claimed


def fail(now: datetime) -> None:
    claimed = must_claim(now)
    with write() as session:
        outbox.failed(session, claimed, now)


def put_notice(now: datetime) -> int:
    with write() as session:
        return outbox.put(session, keys(), template="notice", address=ADDRESS, facts={"code": CODE}, now=now)


def row() -> Message:
    return db.session.query(Message).populate_existing().one()


def test_a_claimed_message_tells_its_facts_and_the_table_does_not(now: datetime) -> None:
    put_notice(now)
    assert must_claim(now).facts(keys()) == {"code": CODE}
    assert CODE.encode() not in (row().sealed or b"")


def test_a_body_cannot_be_moved_to_another_row(now: datetime) -> None:
    put_notice(now)
    claimed = must_claim(now)
    moved = Claimed(**{**vars(claimed), "address": "eve@example.org"})
    with pytest.raises(Unreadable):
        moved.facts(keys())


class ChangedTheirMind(Exception):
    pass


def put_and_change_mind(now: datetime) -> None:
    with write() as session:
        outbox.put(session, keys(), template="notice", address=ADDRESS, facts={}, now=now)
        raise ChangedTheirMind


def test_what_is_rolled_back_is_never_sent(now: datetime) -> None:
    with pytest.raises(ChangedTheirMind):
        put_and_change_mind(now)
    assert claim(now) is None


def test_a_claimed_message_is_nobody_elses(now: datetime) -> None:
    put_notice(now)
    assert claim(now)
    assert claim(now) is None
    assert claim(now + LEASE - SECOND) is None


def test_the_message_of_a_killed_worker_becomes_due_again(now: datetime) -> None:
    put_notice(now)
    first = must_claim(now)
    assert must_claim(now + LEASE).facts(keys()) == first.facts(keys())


def test_a_worker_that_was_too_slow_disturbs_nobody(now: datetime) -> None:
    put_notice(now)
    slow, quick = must_claim(now), must_claim(now + LEASE)
    with write() as session:
        outbox.failed(session, slow, now + LEASE)
        outbox.refused(session, slow, now + LEASE)
        assert outbox.done(session, quick, now + LEASE)
        assert not outbox.done(session, slow, now + LEASE)
    assert row().handed_at == now + LEASE


def test_twenty_messages_and_four_workers_hand_each_over_once(app: Flask, now: datetime) -> None:
    wanted = {put_notice(now) for _ in range(20)}

    def work(_worker: int) -> list[int]:
        mine = []
        with app.app_context():
            while claimed := claim(now):
                mine.append(claimed.id)
        return mine

    with ThreadPoolExecutor(4) as workers:
        found = [number for numbers in workers.map(work, range(4)) for number in numbers]
    assert sorted(found) == sorted(wanted)


def test_tried_again_after_1_5_and_25_minutes_then_given_up(now: datetime) -> None:
    put_notice(now)
    moment = now
    for wait in (1, 5, 25):
        fail(moment)
        moment += wait * MINUTE
        assert claim(moment - SECOND) is None
    fail(moment)
    assert (row().done_at, row().sealed, row().trouble) == (moment, None, "gave_up")
    assert claim(moment + 60 * MINUTE) is None


def test_a_code_is_not_kept_for_a_try_after_its_life(now: datetime) -> None:
    ask_code(now)
    fail(now)
    fail(now + 1 * MINUTE)
    fail(now + 6 * MINUTE)  # the next would be at 31 minutes
    assert row().sealed is None
    assert claim(now + 31 * MINUTE) is None


def test_a_code_lives_ten_minutes_from_its_sending(now: datetime) -> None:
    code_id = ask_code(now)
    sent_at = now + 4 * MINUTE
    claimed = must_claim(sent_at)
    with write() as session:
        assert outbox.done(session, claimed, sent_at)
    code = db.session.get_one(Code, code_id)
    assert code.expires_at == sent_at + CODE_LIFE
    assert (row().sealed, row().done_at) == (None, sent_at)


@pytest.mark.parametrize("word", ["refused", "expired"])
def test_an_ending_erases_the_body_and_gives_no_life(word: str, now: datetime) -> None:
    code_id = ask_code(now)
    claimed = must_claim(now)
    with write() as session:
        ending = outbox.refused if word == "refused" else outbox.expired
        ending(session, claimed, now)
    assert row().sealed is None
    assert db.session.get_one(Code, code_id).expires_at == now + LIFE
    assert outbox.status(db.session(), code_id) == (word, now)


def test_the_page_is_told_what_became_of_a_message(now: datetime) -> None:
    code_id = ask_code(now)
    assert outbox.status(db.session(), code_id) == ("waiting", now)
    fail(now)
    assert outbox.status(db.session(), code_id) == ("trouble", now + MINUTE)
    claimed = must_claim(now + MINUTE)
    with write() as session:
        outbox.done(session, claimed, now + MINUTE)
    assert outbox.status(db.session(), code_id) == ("handed", now + MINUTE)
    assert outbox.status(db.session(), code_id + 1) is None
