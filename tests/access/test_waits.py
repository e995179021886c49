"""Waits that grow: after so many tries each one costs longer, until they are forgotten."""

from datetime import datetime, timedelta

import pytest

from portal.access import counting, limits
from portal.access.limit_sentences import Hit, Limit
from portal.access.problems import LimitReached

MOMENT = timedelta(microseconds=1)
WAITS = [
    (limits.PASSWORD_WAITS, 5, [30, 60, 120, 240, 480, 900, 900, 900]),
    (limits.PASSWORDS_IN_A_ROW, 100, [4320, 4320, 4320]),
    (limits.ADDRESS_CODES_IN_A_ROW, 50, [86400, 86400]),
    (limits.COOLDOWN, 1, [60, 120, 300, 300, 300]),
]

pytestmark = pytest.mark.usefixtures("app")


def spend_free(limit: Limit, free: int, now: datetime) -> list[Hit]:
    """All tries that cost no wait."""
    hits = [Hit(limit, "ben")]
    for _ in range(free):
        counting.take(hits, now)
    return hits


def test_no_limit_that_waits_is_left_out() -> None:
    assert [limit for limit, _, _ in WAITS] == [one for one in limits.ALL if any(w.slides for w in one.windows)]


@pytest.mark.parametrize(("limit", "free", "seconds"), WAITS, ids=[limit.name for limit, _, _ in WAITS])
def test_after_the_free_ones_each_wait_is_as_long_as_promised(
    limit: Limit, free: int, seconds: list[int], now: datetime
) -> None:
    hits = spend_free(limit, free, now)
    for wait in seconds:
        free_at = now + timedelta(seconds=wait)
        for refused_at in (now, free_at - MOMENT):
            with pytest.raises(LimitReached) as refused:
                counting.take(hits, refused_at)
            assert refused.value.until == free_at
        counting.take(hits, free_at)
        now = free_at


@pytest.mark.parametrize(("limit", "free", "seconds"), WAITS, ids=[limit.name for limit, _, _ in WAITS])
def test_what_was_tried_is_forgotten_after_its_time(limit: Limit, free: int, seconds: list[int], now: datetime) -> None:
    """The time runs from the last try: whoever goes on slowly is not forgotten."""
    spend_free(limit, free, now)
    later = now + limit.windows[0].lasts - MOMENT
    hits = [Hit(limit, "ben")]
    counting.take(hits, later)
    assert counting.free_from(hits, later) == later + timedelta(seconds=seconds[1])
    forgotten = later + limit.windows[0].lasts
    spend_free(limit, free, forgotten)


def test_a_right_password_gives_its_try_back_and_its_wait(now: datetime) -> None:
    hits = spend_free(limits.PASSWORD_WAITS, 4, now)
    counting.take(hits, now)
    counting.give_back(hits, now)
    assert counting.free_from(hits, now) is None
    counting.take(hits, now)
    assert counting.free_from(hits, now) == now + timedelta(seconds=30)


def test_the_hundredth_wrong_password_in_a_row_leaves_twenty_tries_a_day(now: datetime) -> None:
    """A lock-out can't be aimed at somebody: it goes on, slowly."""
    hits = spend_free(limits.PASSWORDS_IN_A_ROW, 100, now)
    tries, moment = 0, now
    while (moment := counting.free_from(hits, moment) or moment) <= now + timedelta(days=1):
        counting.take(hits, moment)
        tries += 1
    assert tries == 20


def test_a_refused_try_makes_no_wait_longer(now: datetime) -> None:
    """Impatience costs nothing: whoever asks too early goes on at the same moment."""
    hits = spend_free(limits.COOLDOWN, 1, now)
    for second in range(1, 59):
        with pytest.raises(LimitReached):
            counting.take(hits, now + timedelta(seconds=second))
    counting.take(hits, now + timedelta(seconds=60))
    assert counting.free_from(hits, now + timedelta(seconds=60)) == now + timedelta(seconds=180)
