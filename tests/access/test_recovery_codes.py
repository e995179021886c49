"""Recovery codes: ten, each good once, readable only by the sign-in that made them and only until they are saved."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import low_level
from flask import Flask

from portal.access import passwords, recovery_codes, sign_ins
from portal.access.problems import Gone, LimitReached, RecoveryCodeMistyped, RecoveryCodeUsed, RecoveryCodeWrong
from portal.database import write
from tests.customers import IP, Customer, Visit, from_ip
from tests.together import together

WRONG = "0000-0000-0000-0000"


def use(visit: Visit, code: str, now: datetime, ip: str = IP) -> Visit:
    return Visit(recovery_codes.use(replace(visit, where=from_ip(ip)).standing, code, now))


def remake(visit: Visit, now: datetime) -> tuple[str, ...]:
    made = recovery_codes.prepare()
    with write() as session:
        recovery_codes.store(session, visit.standing, made, now)
    return made.codes


def test_there_are_ten_of_eighty_random_bits(app: Flask) -> None:
    """R5: sixteen characters of Crockford's base 32, five bits each."""
    codes = recovery_codes.prepare().codes
    assert len(set(codes)) == 10
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{16}", code) for code in codes)


def test_every_character_of_the_alphabet_is_used(app: Flask) -> None:
    drawn = {character for _ in range(5) for code in recovery_codes.prepare().codes for character in code}
    assert drawn == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_a_code_lets_ben_in(ben: Customer, now: datetime) -> None:
    """S0.10, S1.8."""
    visit = use(ben.half_in(now), ben.codes[0], now)
    assert visit.standing.raised_at == now
    assert visit.standing.raised_by == "recovery_code"


def test_a_code_is_good_once(ben: Customer, now: datetime) -> None:
    use(ben.half_in(now), ben.codes[0], now)
    with pytest.raises(RecoveryCodeUsed):
        use(ben.half_in(now), ben.codes[0], now)


def test_the_other_nine_stay_good(ben: Customer, now: datetime) -> None:
    for code in ben.codes:
        use(ben.half_in(now), code, now)
    left = recovery_codes.remaining(ben.user_id)
    assert left is not None
    assert (left.unused, left.total, left.number) == (0, 10, 1)


def test_wrong_and_mistyped_are_told_from_used(ben: Customer, now: datetime) -> None:
    visit = ben.half_in(now)
    with pytest.raises(RecoveryCodeWrong):
        use(visit, WRONG, now)
    with pytest.raises(RecoveryCodeMistyped):
        use(visit, WRONG[:-1], now)


def test_nobody_comes_in_with_anothers_code(ben: Customer, cleo: Customer, now: datetime) -> None:
    with pytest.raises(RecoveryCodeWrong):
        use(cleo.half_in(now), ben.codes[0], now)


def test_one_code_lets_one_of_twenty_in(app: Flask, ben: Customer, now: datetime) -> None:
    """T07: twenty browsers with one code, each from an address of its own."""
    visits = [ben.half_in(now).standing for _ in range(20)]

    def enter(n: int) -> Callable[[], str]:
        return lambda: recovery_codes.use(visits[n], ben.codes[0], now)

    results = together(app, *[enter(n) for n in range(20)])
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, RecoveryCodeUsed) for result in results) == 19


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every hash of a recovery code, while it is really worked out."""
    done: list[bytes] = []
    real = low_level.hash_secret_raw

    def counting(*arguments: Any) -> bytes:
        done.append(arguments[0])
        return real(*arguments)

    monkeypatch.setattr(passwords, "hash_secret_raw", counting)
    return done


@pytest.mark.parametrize("which", ["right", "used", "wrong"])
def test_a_try_is_one_hash_whatever_the_answer(ben: Customer, hashes: list[bytes], which: str, now: datetime) -> None:
    """One salt for the set, so that ten codes don't cost ten hashes."""
    if which == "used":
        use(ben.half_in(now), ben.codes[0], now)
    hashes.clear()
    try:
        use(ben.half_in(now), WRONG if which == "wrong" else ben.codes[0], now)
    except (RecoveryCodeUsed, RecoveryCodeWrong):
        assert which != "right"
    assert len(hashes) == 1


def test_five_wrong_ones_are_all_a_sign_in_may_try(ben: Customer, now: datetime) -> None:
    visit = ben.half_in(now)
    for _ in range(5):
        with pytest.raises(RecoveryCodeWrong):
            use(visit, WRONG, now)
    with pytest.raises(LimitReached):
        use(visit, ben.codes[0], now)
    use(ben.half_in(now), ben.codes[0], now)


def test_a_network_address_may_try_twenty_an_hour(ben: Customer, now: datetime) -> None:
    for _ in range(4):
        visit = ben.half_in(now)
        for _ in range(5):
            with pytest.raises(RecoveryCodeWrong):
                use(visit, WRONG, now)
    with pytest.raises(LimitReached):
        use(ben.half_in(now), ben.codes[0], now)
    use(ben.half_in(now), ben.codes[0], now, ip="198.51.100.1")
    use(ben.half_in(now), ben.codes[1], now + timedelta(hours=1))


def test_a_right_one_gives_its_try_back(ben: Customer, now: datetime) -> None:
    """Ten right ones leave the network address all its twenty tries."""
    for code in ben.codes:
        use(ben.half_in(now), code, now)
    for _ in range(4):
        visit = ben.half_in(now)
        for _ in range(5):
            with pytest.raises(RecoveryCodeWrong):
                use(visit, WRONG, now)


def test_a_badly_typed_one_is_no_try(ben: Customer, now: datetime) -> None:
    visit = ben.half_in(now)
    for _ in range(30):
        with pytest.raises(RecoveryCodeMistyped):
            use(visit, "0000", now)
    use(visit, ben.codes[0], now)


def test_a_code_is_not_spent_when_the_sign_in_has_ended(ben: Customer, now: datetime) -> None:
    """Whoever was signed out meanwhile still has ten."""
    visit = ben.half_in(now)
    before = visit.standing
    with write() as session:
        sign_ins.end(session, before.sign_in_id, "signed_out", now)
    with pytest.raises(Gone):
        recovery_codes.use(before, ben.codes[0], now)
    left = recovery_codes.remaining(ben.user_id)
    assert left is not None
    assert left.unused == 10


def test_whoever_has_no_codes_is_told_so(dan: Customer, now: datetime) -> None:
    with pytest.raises(Gone):
        use(dan.half_in(now), WRONG, now)
    assert recovery_codes.remaining(dan.user_id) is None


def test_a_new_set_kills_the_old_one(ben: Customer, now: datetime) -> None:
    """R5: the old set dies when the new one is made."""
    new = remake(ben.come_in(now), now)
    with pytest.raises(RecoveryCodeWrong):
        use(ben.half_in(now), ben.codes[0], now)
    use(ben.half_in(now), new[0], now)


def test_a_new_set_has_the_next_number(ben: Customer, now: datetime) -> None:
    """So that an old print-out is told from the new one."""
    remake(ben.come_in(now), now)
    left = recovery_codes.remaining(ben.user_id)
    assert left is not None
    assert (left.number, left.unused) == (2, 10)
