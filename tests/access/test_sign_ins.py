"""A sign-in is a row: opened, raised under a new token, ended with a reason."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.access import limits, sign_ins
from portal.access.overview import read_overview
from portal.access.problems import Gone
from portal.access.steps import Step
from portal.database import write
from portal.extensions import db
from portal.models import SignIn
from tests.customers import Customer, Visit, find
from tests.together import together

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


def raised(visit: Visit, now: datetime, by: str = "totp") -> Visit:
    before = visit.standing
    with write() as session:
        return Visit(sign_ins.raise_sign_in(session, before, by, now))


def end(visit: Visit, because: str, now: datetime) -> None:
    with write() as session:
        sign_ins.end(session, visit.standing.sign_in_id, because, now)


def test_a_password_alone_opens_nothing(ben: Customer, now: datetime) -> None:
    """S1.13, T13."""
    assert ben.half_in(now).standing.step(now) is Step.CHECK


def test_a_second_factor_lets_in(ben: Customer, now: datetime) -> None:
    standing = raised(ben.half_in(now), now, "email").standing
    assert standing.step(now) is Step.IN
    assert (standing.raised_at, standing.raised_by, standing.second_factor_at) == (now, "email", now)


def test_the_old_token_opens_nothing_after_the_raise(ben: Customer, now: datetime) -> None:
    """T13: whoever knew it before holds nothing."""
    visit = ben.half_in(now)
    new = raised(visit, now)
    assert find(visit.token) is None
    assert new.token != visit.token


def test_a_sign_in_is_raised_once_by_one_token(ben: Customer, now: datetime) -> None:
    before = ben.half_in(now).standing
    with write() as session:
        token = sign_ins.raise_sign_in(session, before, "totp", now)
    with pytest.raises(Gone), write() as session:
        sign_ins.raise_sign_in(session, before, "totp", now)
    assert find(token)


def test_twenty_raises_at_once_give_one_token(app: Flask, ben: Customer, now: datetime) -> None:
    before = ben.half_in(now).standing

    def go() -> str:
        with write() as session:
            return sign_ins.raise_sign_in(session, before, "totp", now)

    results = together(app, *[go] * 20)
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, Gone) for result in results) == 19


def test_what_has_ended_is_not_raised(ben: Customer, now: datetime) -> None:
    visit = ben.half_in(now)
    before = visit.standing
    end(visit, "signed_out", now)
    with pytest.raises(Gone), write() as session:
        sign_ins.raise_sign_in(session, before, "totp", now)


def test_a_fresh_proof_keeps_the_first_moment_and_changes_the_token(ben: Customer, now: datetime) -> None:
    """R14: proved again before a change, twenty minutes later."""
    visit = ben.come_in(now)
    again = raised(visit, now + 20 * MINUTE)
    assert again.standing.raised_at == now
    assert again.standing.second_factor_at == now + 20 * MINUTE
    assert find(visit.token) is None


def test_an_unknown_token_opens_nothing(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    assert all(find(token) is None for token in ("", "x", visit.token[:-1], visit.token + "A"))


def test_the_database_holds_no_token(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    stored = db.session.scalars(select(SignIn.token_hash)).all()
    assert visit.token.encode() not in stored


def test_half_in_is_over_after_half_an_hour(ben: Customer, now: datetime) -> None:
    standing = ben.half_in(now).standing
    assert standing.step(now + 30 * MINUTE - MOMENT) is Step.CHECK
    assert standing.step(now + 30 * MINUTE) is Step.SIGN_IN
    assert standing.ended(now + 30 * MINUTE) == "idle"


def test_idle_is_over_after_an_hour(ben: Customer, now: datetime) -> None:
    standing = ben.come_in(now).standing
    assert standing.ended(now + HOUR - MOMENT) is None
    assert standing.ended(now + HOUR) == "idle"


def test_everything_is_over_after_twelve_hours(ben: Customer, now: datetime) -> None:
    """However busy one is."""
    visit, moment = ben.come_in(now), now
    while moment < now + 12 * HOUR:
        sign_ins.seen(visit.standing, Step.IN, moment)
        moment += 30 * MINUTE
    assert visit.standing.ended(now + 12 * HOUR - MOMENT) is None
    assert visit.standing.ended(now + 12 * HOUR) == "absolute"


def test_use_keeps_a_sign_in_alive(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    sign_ins.seen(visit.standing, Step.IN, now + 59 * MINUTE)
    assert visit.standing.ended(now + 118 * MINUTE) is None
    assert visit.standing.ended(now + 119 * MINUTE) == "idle"


def test_the_wizard_has_half_an_hour_from_its_last_step(dan: Customer, now: datetime) -> None:
    visit = dan.half_in(now, address_proved=True)
    sign_ins.seen(visit.standing, Step.SET_UP, now + 20 * MINUTE)
    assert visit.standing.ended(now + 50 * MINUTE - MOMENT) is None
    assert visit.standing.ended(now + 50 * MINUTE) == "idle"


def test_waiting_at_the_code_step_makes_it_no_longer(ben: Customer, now: datetime) -> None:
    visit = ben.half_in(now)
    sign_ins.seen(visit.standing, Step.CHECK, now + 29 * MINUTE)
    assert visit.standing.ended(now + 30 * MINUTE) == "idle"


def test_use_is_noted_once_a_minute_at_most(ben: Customer, now: datetime) -> None:
    """No write for every page."""
    visit = ben.come_in(now)
    sign_ins.seen(visit.standing, Step.IN, now + MINUTE - MOMENT)
    assert visit.standing.seen_at == now
    sign_ins.seen(visit.standing, Step.IN, now + MINUTE)
    assert visit.standing.seen_at == now + MINUTE


def test_use_does_not_wake_the_dead(ben: Customer, now: datetime) -> None:
    visit = ben.come_in(now)
    before = visit.standing
    end(visit, "signed_out", now)
    sign_ins.seen(before, Step.IN, now + 5 * MINUTE)
    assert visit.standing.ended(now) == "signed_out"


def test_the_first_reason_stays(ben: Customer, now: datetime) -> None:
    """Why one was signed out is said at the next click."""
    visit = ben.come_in(now)
    end(visit, "wrong_passwords", now)
    end(visit, "signed_out", now + MINUTE)
    assert visit.standing.ended(now + MINUTE) == "wrong_passwords"
    assert visit.standing.step(now) is Step.SIGN_IN


def test_the_others_end_and_this_one_does_not(ben: Customer, cleo: Customer, now: datetime) -> None:
    """S2.8: half in or in, but nobody else's."""
    mine, other, half, hers = ben.come_in(now), ben.come_in(now), ben.half_in(now), cleo.come_in(now)
    with write() as session:
        sign_ins.end_others(session, mine.standing, "methods_changed", now)
    assert [visit.standing.ended(now) for visit in (mine, other, half, hers)] == [
        None,
        "methods_changed",
        "methods_changed",
        None,
    ]


def test_ten_finished_sign_ins_and_the_oldest_ends(ben: Customer, now: datetime) -> None:
    visits = [ben.come_in(now + n * MINUTE) for n in range(11)]
    ended = [visit.standing.ended(now + 11 * MINUTE) for visit in visits]
    assert ended == ["too_many"] + [None] * 10


def test_half_finished_ones_are_not_counted(ben: Customer, now: datetime) -> None:
    """T: whoever has the password alone can't sign ben out."""
    mine = ben.come_in(now)
    half = [ben.half_in(now) for _ in range(limits.SIGN_INS + 5)]
    for _ in range(limits.SIGN_INS - 1):
        ben.come_in(now)
    assert {visit.standing.ended(now) for visit in (mine, *half)} == {None}


def test_a_fresh_proof_counts_no_sign_in_twice(ben: Customer, now: datetime) -> None:
    visits = [ben.come_in(now + n * MINUTE) for n in range(10)]
    raised(visits[-1], now + 11 * MINUTE)
    assert visits[0].standing.ended(now + 11 * MINUTE) is None


def test_the_overview_names_the_sign_in_before(ben: Customer, now: datetime) -> None:
    _, second = ben.come_in(now), ben.come_in(now + HOUR)
    ben.half_in(now + HOUR)
    before = read_overview(second.standing).last
    assert before is not None
    assert before.raised_at == now


def test_a_first_sign_in_has_none_before(ben: Customer, now: datetime) -> None:
    assert read_overview(ben.come_in(now).standing).last is None


def test_a_proved_mailbox_leads_to_the_wizard(dan: Customer, now: datetime) -> None:
    """R15: in this sign-in, and in no other."""
    visit, other = dan.half_in(now), dan.half_in(now)
    assert visit.standing.step(now) is Step.PROVE_ADDRESS
    with write() as session:
        sign_ins.prove_address(session, visit.standing, now)
    assert visit.standing.step(now) is Step.SET_UP
    assert other.standing.step(now) is Step.PROVE_ADDRESS


def test_the_page_first_asked_for_is_kept_on_the_row(ben: Customer, now: datetime) -> None:
    visit = ben.half_in(now)
    with write() as session:
        sign_ins.go_on_to(session, visit.standing, "/security")
    assert raised(visit, now).standing.next_path == "/security"
