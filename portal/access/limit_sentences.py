"""A limit is a sentence, like "10 per 15 minutes, 20 per hour": what it is made of, and how the sentence is read."""

import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
NO_END = 1_000_000_000  # `allowed` of a row that only waits


def span(words: str) -> timedelta:
    """Read "15 minutes" or "hour"."""
    match = re.fullmatch(r"(\d*) ?(second|minute|hour|day)s?", words.strip())
    if match is None:
        raise ValueError(f"no span of time: {words}")
    return timedelta(seconds=int(match[1] or 1) * UNITS[match[2]])


@dataclass(frozen=True)
class Window:
    """At most `allowed` within `lasts`; after the n-th, nothing for `waits[n]` (the last for all that follow).

    With `pause`, the last that is allowed is followed by nothing for so long, which is longer than the window.
    """

    name: str
    allowed: int
    lasts: timedelta
    waits: tuple[tuple[int, timedelta], ...] = ()
    slides: bool = False  # each try begins the window anew
    pause: timedelta | None = None

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
    refused_too: bool = False  # a try that another limit refuses counts all the same
    halved: bool = False  # while the alarm stands (`ALARM`)


def per(name: str, what: str, counts: str, sentence: str, *, refused_too: bool = False, halved: bool = False) -> Limit:
    """Read a limit like "10 per 15 minutes, 20 per hour"."""
    parts = [part.split(" per ") for part in sentence.split(", ")]
    windows = (Window(f"{name}, per {lasts}", int(count), span(lasts)) for count, lasts in parts)
    return Limit(name, what, counts, sentence, tuple(windows), refused_too, halved)


def pausing(name: str, what: str, counts: str, sentence: str, *, halved: bool = False) -> Limit:
    """Read a limit like "10 per 10 minutes, then 15 minutes"."""
    match = re.fullmatch(r"(\d+) per (.+), then (.+)", sentence)
    if match is None:
        raise ValueError(f"no limit: {sentence}")
    window = Window(name, int(match[1]), span(match[2]), pause=span(match[3]))
    return Limit(name, what, counts, sentence, (window,), halved=halved)


def waiting(name: str, what: str, counts: str, sentence: str) -> Limit:
    """Read a limit like "5 free, then 30 seconds, 1 minute; forgotten after 1 hour"."""
    match = re.fullmatch(r"(\d+) free, then (.+); forgotten after (.+)", sentence)
    if match is None:
        raise ValueError(f"no limit: {sentence}")
    free = int(match[1])
    waits = tuple((free + i, span(words)) for i, words in enumerate(match[2].split(", ")))
    return Limit(name, what, counts, sentence, (Window(name, NO_END, span(match[3]), waits, slides=True),))


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
