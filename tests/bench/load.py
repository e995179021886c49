"""Visitors at work, eight at once, and what that cost.

They run as threads of this process, the servers in theirs. On a small machine they still take processor time from
the servers: some 0.1 ms a request, which hits a page of 0.7 ms harder than one of 2 ms and so would flatter the portal.
Pages are therefore judged by the processor time that the *servers* spent on a request, which also changes less when
others use the machine; requests a second are printed beside it. Whole sign-ins, which are argon2 for the most part,
are judged by their rate. A visitor of pages takes a new connection every fifty requests, so that chance doesn't leave
one web process with all of them.
"""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from tests.bench.filling import VISITORS, token
from tests.bench.line import Line
from tests.bench.servers import Server
from tests.bench.signing_in import Turns, sign_in

AT_ONCE = 8
ON_ONE_LINE = 50
_addresses = itertools.count(1)


@dataclass(frozen=True)
class Round:
    """So many a second, milliseconds of the servers' processor time for each, and how often the portal was busy."""

    per_second: float
    cpu: float
    busy: int


def sign_ins(server: Server, turns: Turns, times: int) -> Round:
    """Whole sign-ins, each by somebody else from a network address of their own."""

    def come_in(_: int) -> int:
        number, code = turns()
        with closing(Line(server.port, address())) as line:
            return sign_in(line, number, code)

    return _measure(server, come_in, times)


def pages(server: Server, times: int, path: Callable[[int], str], *, signed_in: bool = False) -> Round:
    """The same page again and again, with the cookies of its first answer; `signed_in` as the visitors who are."""

    def look(nth: int) -> int:
        visitor = nth % VISITORS + 1
        with closing(Line(server.port, address())) as line:
            cookies = {"sign-in": token(visitor)} if signed_in else {}
            asked = line.asked(path(visitor), cookies | line.get(path(visitor), cookies).cookies)
            for _ in range(ON_ONE_LINE):
                assert line.ask(asked).status == 200, path(visitor)
        return 0

    lines = max(1, times // ON_ONE_LINE)
    measured = _measure(server, look, lines)
    return Round(measured.per_second * ON_ONE_LINE, measured.cpu / ON_ONE_LINE, 0)


def address() -> str:
    """A network address nobody came from before."""
    number = next(_addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _measure(server: Server, visit: Callable[[int], int], times: int) -> Round:
    server.begin()
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as visitors:
        busy = sum(visitors.map(visit, range(times)))
    seconds = time.monotonic() - began
    return Round(times / seconds, server.spent() / times * 1000, busy)
