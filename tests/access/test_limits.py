"""How often: every limit is what was promised, allows that much and no more, and goes on after its window."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from portal.access import counting, limits
from portal.access.limit_sentences import Hit, Limit, Window, network, pausing, per, span, waiting
from portal.access.problems import LimitReached
from portal.database import write
from portal.models import Counter
from tests.together import together

MOMENT = timedelta(microseconds=1)
# What the portal promises, told once more: a number changes here only by decision.
PROMISED = {
    "wrong passwords": "5 free, then 30 seconds, 1 minute, 2 minutes, 4 minutes, 8 minutes, 15 minutes; "
    "forgotten after 1 hour",
    "passwords": "20 per hour",
    "passwords in a row": "100 free, then 72 minutes; forgotten after 60 days",
    "passwords in a known browser": "10 per day",
    "passwords by network": "10 per 5 minutes, 50 per hour",
    "posts by network": "300 per minute",
    "addresses by network": "10 per 10 minutes, then 15 minutes",
    "one of the addresses by network": "1 per 10 minutes",
    "alarm": "1000 per 5 minutes, then 15 minutes",
    "confirmations": "10 per 15 minutes",
    "codes": "10 per 15 minutes, 20 per hour, 50 per day",
    "codes by network": "20 per 5 minutes, 50 per hour",
    "address codes in a row": "50 free, then 1 day; forgotten after 60 days",
    "recovery codes by sign-in": "5 per day",
    "recovery codes by network": "20 per hour",
    "sending": "1 free, then 60 seconds, 120 seconds, 300 seconds; forgotten after 1 hour",
    "sent to an address": "3 per hour, 6 per day",
    "sent by network": "10 per hour",
    "sent to a user": "10 per hour, 30 per day",
    "sent in a sign-in": "5 per day",
    "password resets": "3 per hour, 5 per day",
    "lost access links": "3 per hour, 5 per day",
    "lost access": "2 per 365 days",
    "support cases": "2 per 365 days",
    "look-ups": "30 per hour, 100 per day",
    "registrations by network": "10 per hour, 20 per day",
    "notices": "1 per hour",
}
WINDOWS = [(limit, window) for limit in limits.ALL for window in limit.windows]
FIXED = [(limit, window) for limit, window in WINDOWS if not window.slides and not window.pause]
PAUSING = [(limit, window) for limit, window in WINDOWS if window.pause]
NAMES = [window.name for _, window in FIXED]

pytestmark = pytest.mark.usefixtures("app")


def use_up(limit: Limit, window: Window, now: datetime) -> datetime:
    """Take all that one window allows, waiting wherever a shorter one is full. The moment of the last."""
    for _ in range(window.allowed):
        now = counting.free_from([Hit(limit, "ben")], now) or now
        counting.take([Hit(limit, "ben")], now)
    return now


def refusal(hits: list[Hit], now: datetime) -> LimitReached:
    with pytest.raises(LimitReached) as refused:
        counting.take(hits, now)
    return refused.value


def test_every_limit_is_what_was_promised() -> None:
    assert {limit.name: limit.sentence for limit in limits.ALL} == PROMISED


@pytest.mark.parametrize(("limit", "window"), FIXED, ids=NAMES)
def test_a_window_allows_so_many_and_refuses_the_next_to_its_end(limit: Limit, window: Window, now: datetime) -> None:
    last = use_up(limit, window, now)
    end = now + window.lasts
    assert refusal([Hit(limit, "ben")], last).until == end
    refusal([Hit(limit, "ben")], end - MOMENT)
    counting.take([Hit(limit, "ben")], end)


@pytest.mark.parametrize(("limit", "window"), PAUSING, ids=[window.name for _, window in PAUSING])
def test_the_last_that_is_allowed_begins_a_pause_longer_than_the_window(
    limit: Limit, window: Window, now: datetime
) -> None:
    hits, last = [Hit(limit, "ben")], now + window.lasts - MOMENT
    for _ in range(window.allowed - 1):
        counting.take(hits, now)
    assert counting.take(hits, last) == {window.name: window.allowed}
    assert window.pause
    assert window.pause > window.lasts
    assert refusal(hits, last).until == last + window.pause
    refusal(hits, last + window.pause - MOMENT)
    assert counting.free_from(hits, last + window.pause - MOMENT) == last + window.pause
    assert counting.free_from(hits, last + window.pause) is None
    assert counting.take(hits, last + window.pause) == {window.name: 1}


@pytest.mark.parametrize(("limit", "window"), PAUSING, ids=[window.name for _, window in PAUSING])
def test_one_less_is_forgotten_at_the_window_s_end(limit: Limit, window: Window, now: datetime) -> None:
    hits = [Hit(limit, "ben")]
    counting.take(hits, now)
    with write() as session:
        session.execute(update(Counter).values(count=window.allowed - 1))
    assert counting.take(hits, now + window.lasts) == {window.name: 1}


@pytest.mark.parametrize(("limit", "window"), FIXED, ids=NAMES)
def test_whoever_is_someone_else_is_not_refused(limit: Limit, window: Window, now: datetime) -> None:
    last = use_up(limit, window, now)
    counting.take([Hit(limit, "cleo")], last)


def test_a_sentence_says_the_windows() -> None:
    windows = per("codes", "codes", "a user", "10 per 15 minutes, 1 per hour").windows
    assert [(window.allowed, window.lasts) for window in windows] == [
        (10, timedelta(minutes=15)),
        (1, timedelta(hours=1)),
    ]


def test_a_sentence_says_the_waits() -> None:
    window = waiting("w", "w", "a user", "2 free, then 30 seconds, 1 minute; forgotten after 1 day").windows[0]
    assert [window.wait_after(count).seconds for count in range(5)] == [0, 0, 30, 60, 60]
    assert window.lasts == timedelta(days=1)


@pytest.mark.parametrize("words", ["", "soon", "1 week", "-1 hour", "1.5 hours"])
def test_what_is_no_span_of_time_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="no span"):
        span(words)


@pytest.mark.parametrize("sentence", ["", "10 per 15 minutes", "5 free, then 1 minute"])
def test_what_is_no_pausing_limit_is_refused(sentence: str) -> None:
    with pytest.raises(ValueError, match="no limit"):
        pausing("p", "p", "a user", sentence)


@pytest.mark.parametrize("sentence", ["", "10 per 15 minutes", "5 free, then 1 minute"])
def test_what_is_no_waiting_limit_is_refused(sentence: str) -> None:
    with pytest.raises(ValueError, match="no limit"):
        waiting("w", "w", "a user", sentence)


def test_the_refusal_names_the_longest_wait(now: datetime) -> None:
    """G: the page says when it goes on, so it must name the moment at which it really does."""
    hits = [Hit(limits.PASSWORDS_BY_NETWORK, "eve"), Hit(limits.PASSWORDS, "ben")]
    use_up(limits.PASSWORDS, limits.PASSWORDS.windows[0], now)
    for _ in range(10):
        counting.take([Hit(limits.PASSWORDS_BY_NETWORK, "eve")], now)
    assert refusal(hits, now).until == now + timedelta(hours=1)


def test_a_try_given_back_is_free_again(now: datetime) -> None:
    hits = [Hit(limits.CODES, "ben")]
    last = use_up(limits.CODES, limits.CODES.windows[0], now)
    counting.give_back(hits, last)
    counting.take(hits, last)
    refusal(hits, last)


def test_giving_back_never_makes_room_for_more_than_was_promised(now: datetime) -> None:
    hits = [Hit(limits.CODES, "ben")]
    counting.take(hits, now)
    for _ in range(3):
        counting.give_back(hits, now)
    last = use_up(limits.CODES, limits.CODES.windows[0], now)
    refusal(hits, last)


def test_what_is_forgotten_begins_anew(now: datetime) -> None:
    last = use_up(limits.CODES, limits.CODES.windows[0], now)
    with write() as session:
        counting.settle(session, [Hit(limits.CODES, "ben")], [], now)
    use_up(limits.CODES, limits.CODES.windows[0], last)


def test_a_refused_try_burns_no_other_window(now: datetime) -> None:
    """Ten refusals at one limit leave all that the other one allows."""
    full, other = Hit(limits.CODES, "ben"), Hit(limits.CODES_BY_NETWORK, "network")
    last = use_up(limits.CODES, limits.CODES.windows[0], now)
    for _ in range(10):
        refusal([full, other], last)
    for _ in range(20):
        counting.take([other], last)


def test_twenty_at_once_never_share_a_count(app: Flask, now: datetime) -> None:
    """T05: the count and the decision are one statement."""

    def take() -> bool:
        counting.take([Hit(limits.CODES, "ben"), Hit(limits.CODES_BY_NETWORK, "network")], now)
        return True

    results = together(app, *[take] * 20)
    assert results.count(True) == 10
    assert all(result is True or isinstance(result, LimitReached) for result in results)


@pytest.mark.parametrize(
    ("ip", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::5", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::5", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:C000:0207", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_a_network_is_one_line_of_one_customer(ip: str, counted: str) -> None:
    """T04: nobody gets new tries out of the addresses of one line, nor by another spelling."""
    assert network(ip) == counted
