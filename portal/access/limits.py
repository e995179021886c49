"""Every number: how often, how long, how many. `flask --app wsgi portal limits` prints them.

A limit is a sentence. Each of its windows is a row in `counters` for each subject (a user, an address, a network
address – as a keyed hash). `take` counts a try in all of them by one statement, in a transaction of its own that is
committed before the answer is looked at, so that parallel tries can't share a count and no rollback can undo one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address, ip_network

from sqlalchemy import (
    ColumnElement,
    Delete,
    TextClause,
    Update,
    bindparam,
    delete,
    select,
    text,
    tuple_,
    update,
)

from portal.access.problems import LimitReached
from portal.database import Moment, write
from portal.extensions import db, keys
from portal.models import Counter

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
NO_END = 1_000_000_000  # `allowed` of a row that only waits


def span(words: str) -> timedelta:
    """Read "15 minutes" or "hour"."""
    match = re.fullmatch(r"(\d*) ?(second|minute|hour|day)s?", words.strip())
    if match is None:
        raise ValueError(f"no span of time: {words}")
    return timedelta(seconds=int(match[1] or 1) * UNITS[match[2]])


CODE_DIGITS = 6
CODE_LIFE = span("10 minutes")  # from its own sending; NIST SP 800-63B-4, 3.1.3.2 allows ten
CODES_IN_A_ROW = 50  # wrong ones, then the method refuses: P(guess) 1.5e-4 for an app, 2e-4 by mail
APPS = 5
RECOVERY_CODES = 10
FEW_RECOVERY_CODES = 3
PASSWORD_MOST = 256  # code points
NAME_MOST = 60
STEP = 30  # seconds of a TOTP code (RFC 6238)
STEPS_ASIDE = 1  # accepted before and after the present one (R6)

SET_UP_LIFE = span("30 minutes")
RESET_LIFE = span("30 minutes")
FIRST_PASSWORD_LIFE = span("72 hours")  # the link for a user whom the operator made
REGISTRATION_LIFE = span("30 minutes")
HALF_IN = span("30 minutes")
IDLE = span("60 minutes")
SIGN_IN_LIFE = span("12 hours")
SEEN_EVERY = span("1 minute")
SIGN_INS = 10  # finished ones at once
CONFIRMATION_LIFE = span("10 minutes")
SECOND_FACTOR_FRESH = span("15 minutes")


@dataclass(frozen=True)
class Window:
    """At most `allowed` within `lasts`; after the n-th, nothing for `waits[n]` (the last for all that follow)."""

    name: str
    allowed: int
    lasts: timedelta
    waits: tuple[tuple[int, timedelta], ...] = ()
    slides: bool = False  # each try begins the window anew

    def wait_after(self, count: int) -> timedelta:
        return next((wait for least, wait in reversed(self.waits) if count >= least), timedelta())


@dataclass(frozen=True)
class Limit:
    """A named limit. `what` is the word by which the page says what there was too much of, `counts` what is counted
    for whom."""

    name: str
    what: str
    counts: str
    sentence: str
    windows: tuple[Window, ...]


def per(name: str, what: str, counts: str, sentence: str) -> Limit:
    """Read a limit like "10 per 15 minutes, 20 per hour"."""
    parts = [part.split(" per ") for part in sentence.split(", ")]
    windows = (Window(f"{name}, per {lasts}", int(count), span(lasts)) for count, lasts in parts)
    return Limit(name, what, counts, sentence, tuple(windows))


def waiting(name: str, what: str, counts: str, sentence: str) -> Limit:
    """Read a limit like "5 free, then 30 seconds, 1 minute; forgotten after 1 hour"."""
    match = re.fullmatch(r"(\d+) free, then (.+); forgotten after (.+)", sentence)
    if match is None:
        raise ValueError(f"no limit: {sentence}")
    free = int(match[1])
    waits = tuple((free + i, span(words)) for i, words in enumerate(match[2].split(", ")))
    return Limit(name, what, counts, sentence, (Window(name, NO_END, span(match[3]), waits, slides=True),))


# Passwords. A right one gives its try back.
PASSWORD_WAITS = waiting(
    "wrong passwords",
    "passwords",
    "wrong passwords for one address, known or not",
    "5 free, then 30 seconds, 1 minute, 2 minutes, 4 minutes, 8 minutes, 15 minutes; forgotten after 1 hour",
)
PASSWORDS = per("passwords", "passwords", "wrong passwords for one address, known or not", "20 per hour")
PASSWORDS_IN_A_ROW = waiting(
    "passwords in a row",
    "passwords",
    "wrong passwords for one address until a finished sign-in: from the hundredth, twenty a day",
    "100 free, then 72 minutes; forgotten after 60 days",  # 24 h / 20 = 72 min
)
PASSWORDS_BY_NETWORK = per(
    "passwords by network", "passwords", "wrong passwords from one network address", "10 per 5 minutes, 50 per hour"
)
POSTS_BY_NETWORK = per("posts by network", "requests", "passwords sent from one network address", "300 per minute")
CONFIRMATIONS = per(
    "confirmations", "passwords", "wrong passwords in one sign-in, which then ends", "10 per 15 minutes"
)

# Codes. A right one gives its try back, also when it has been used already.
CODES = per(
    "codes",
    "codes",
    "wrong codes for one user and method, or one registration",
    "10 per 15 minutes, 20 per hour, 50 per day",
)
CODES_BY_NETWORK = per(
    "codes by network", "codes", "wrong codes from one network address", "20 per 5 minutes, 50 per hour"
)
RECOVERY_BY_SIGN_IN = per("recovery codes by sign-in", "codes", "wrong recovery codes in one sign-in", "5 per day")
RECOVERY_BY_NETWORK = per(
    "recovery codes by network", "codes", "wrong recovery codes from one network address", "20 per hour"
)

# Sending.
COOLDOWN = waiting(
    "sending",
    "sending",
    "codes sent to one user, before there is one to one address, for one purpose",
    "1 free, then 60 seconds, 120 seconds, 300 seconds; forgotten after 1 hour",
)
SENT_TO_ADDRESS = per(
    "sent to an address", "sending", "codes sent to one address without a password", "3 per hour, 6 per day"
)
SENT_BY_NETWORK = per(
    "sent by network", "sending", "codes asked for without a password from one network address", "10 per hour"
)
SENT_TO_USER = per("sent to a user", "sending", "codes sent to one user", "10 per hour, 30 per day")
SENT_IN_SIGN_IN = per("sent in a sign-in", "sending", "codes sent in one sign-in", "5 per day")
RESETS = per("password resets", "sending", "links to reset the password of one address", "3 per hour, 5 per day")
REGISTRATIONS = per(
    "registrations by network", "registrations", "registrations from one network address", "10 per hour, 20 per day"
)

ALL = [value for value in list(globals().values()) if isinstance(value, Limit)]
WINDOWS = {window.name: (limit, window) for limit in ALL for window in limit.windows}
WAITS = [(w.name, least, wait) for _, w in WINDOWS.values() for least, wait in reversed(w.waits)]


@dataclass(frozen=True)
class Hit:
    """One limit for one subject."""

    limit: Limit
    subject: str


def network(ip: str) -> str:
    """The network address a limit counts: an IPv4 address, or the /64 of an IPv6 one (one customer's line)."""
    address = ip_address(ip)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or (address if address.version == 4 else ip_network(f"{ip.split('%')[0]}/64", strict=False)))


def take(hits: Iterable[Hit], now: datetime) -> None:
    """Count one try on every limit, or on none: raises `LimitReached`, whose `until` is the latest wait."""
    rows = sorted(_rows(hits), key=lambda row: (row[0].name, row[1]))  # one order for all: no deadlock
    with write() as session:
        counted = {
            (name, bytes(subject)) for name, subject in session.execute(_counting(len(rows)), _values(rows, now))
        }
        refused = {(window.name, subject) for window, subject in rows} - counted
        if refused:
            session.execute(_uncounting(counted, now))
    if refused:
        raise _reached(refused, now)


def give_back(hits: Iterable[Hit], now: datetime) -> None:
    """Undo `take`: the answer was right."""
    with write() as session:
        session.execute(_uncounting({(window.name, subject) for window, subject in _rows(hits)}, now))


def forget(hits: Iterable[Hit]) -> None:
    """Begin these counts anew."""
    with write() as session:
        session.execute(forgetting(hits))


def forgetting(hits: Iterable[Hit]) -> Delete:
    """The statement that begins these counts anew, for a transaction that does more."""
    return delete(Counter).where(_among({(window.name, subject) for window, subject in _rows(hits)}))


def free_from(hits: Iterable[Hit], now: datetime) -> datetime | None:
    """When `take` would next succeed; None means at once."""
    waits = _waits({(window.name, subject) for window, subject in _rows(hits)}, now)
    return max((until for until, _ in waits), default=None)


def _rows(hits: Iterable[Hit]) -> Iterator[tuple[Window, bytes]]:
    """The counters of these hits. A subject is kept as a keyed hash, whether or not anybody has that address."""
    for hit in hits:
        subject = keys().mac(hit.subject, "limit")
        yield from ((window, subject) for window in hit.limit.windows)


@lru_cache(maxsize=16)
def _counting(rows: int) -> TextClause:
    """The one statement of `take`. A row whose limit is reached stays as it is and is not returned.

    Both engines understand it: `counters` is the row that stood there, `excluded` the one that was to be inserted.
    """
    values = ", ".join(f"(:name{i}, :subject{i}, 1, :allowed{i}, :free{i}, :resets{i})" for i in range(rows))
    waits = " ".join(
        f"WHEN counters.name = '{name}' AND counters.count + 1 >= {least} THEN :wait{i}"
        for i, (name, least, _) in enumerate(WAITS)
    )
    sliding = ", ".join(f"'{window.name}'" for _, window in WINDOWS.values() if window.slides)
    statement = f"""
        INSERT INTO counters (name, subject, count, allowed, free_at, resets_at) VALUES {values}
        ON CONFLICT (name, subject) DO UPDATE SET
            count = CASE WHEN counters.resets_at <= :now THEN 1 ELSE counters.count + 1 END,
            allowed = excluded.allowed,
            free_at = CASE WHEN counters.resets_at <= :now THEN excluded.free_at {waits} ELSE :now END,
            resets_at = CASE WHEN counters.resets_at <= :now OR counters.name IN ({sliding})
                        THEN excluded.resets_at ELSE counters.resets_at END
        WHERE counters.resets_at <= :now OR (counters.count < excluded.allowed AND counters.free_at <= :now)
        RETURNING name, subject
    """  # noqa: S608  only this module's own names and numbers
    moments = ["now", *(f"wait{i}" for i in range(len(WAITS)))]
    moments += [f"{column}{i}" for i in range(rows) for column in ("free", "resets")]
    return text(statement).bindparams(*(bindparam(name, type_=Moment) for name in moments))


def _values(rows: list[tuple[Window, bytes]], now: datetime) -> dict[str, object]:
    values: dict[str, object] = {"now": now}
    values |= {f"wait{i}": now + wait for i, (_, _, wait) in enumerate(WAITS)}
    for i, (window, subject) in enumerate(rows):
        values |= {f"name{i}": window.name, f"subject{i}": subject, f"allowed{i}": window.allowed}
        values |= {f"free{i}": now + window.wait_after(1), f"resets{i}": now + window.lasts}
    return values


def _uncounting(counted: set[tuple[str, bytes]], now: datetime) -> Update:
    return (
        update(Counter)
        .where(_among(counted), Counter.count > 0, Counter.resets_at > now)
        .values(count=Counter.count - 1, free_at=now)
    )


def _among(rows: set[tuple[str, bytes]]) -> ColumnElement[bool]:
    return tuple_(Counter.name, Counter.subject).in_(sorted(rows))


def _waits(rows: set[tuple[str, bytes]], now: datetime) -> Iterator[tuple[datetime, Limit]]:
    """For each of these counters that refuses: until when, and which limit it is."""
    for row in db.session.scalars(select(Counter).where(_among(rows)).execution_options(populate_existing=True)):
        if row.resets_at > now and row.count >= row.allowed:
            yield row.resets_at, WINDOWS[row.name][0]
        elif row.free_at > now:
            yield row.free_at, WINDOWS[row.name][0]


def _reached(refused: set[tuple[str, bytes]], now: datetime) -> LimitReached:
    """The refusal to raise. A counter that was freed meanwhile still refuses this try, for a second."""
    waits = sorted(_waits(refused, now), key=lambda wait: wait[0])
    until, limit = waits[-1] if waits else (now + timedelta(seconds=1), WINDOWS[min(refused)[0]][0])
    return LimitReached(limit.what, until)
