"""On what a password's try counts. Strangers who guess share one budget for the address, known or not; a browser in
which its owner came in before has one of its own, so that nobody can lock them out there. When that is used up, the
browser is a stranger's like any other.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from portal.access import counting, limits
from portal.access.limit_sentences import Hit, network
from portal.access.problems import LimitReached
from portal.access.where import Where


@dataclass(frozen=True)
class Counted:
    """The limits that a try counted on, and how many were wrong in a row with it, if it is."""

    hits: tuple[Hit, ...]
    in_a_row: int


def count(key: str, where: Where, now: datetime, *, known: Hit | None, asked: tuple[Hit, ...] = ()) -> Counted:
    """Count a try for the address with this key before its password is looked at. `known` is the budget of a browser
    that is known there, `asked` counts whatever becomes of it. Raises `LimitReached`."""
    from_network = Hit(limits.PASSWORDS_BY_NETWORK, f"network {network(where.ip)}")
    if known:
        with suppress(LimitReached):
            own = (known, from_network)
            return Counted(own, counting.take((*asked, *own), now)[known.limit.windows[0].name])
    hits = (*limits.password_hits(key), from_network)
    return Counted(hits, counting.take((*asked, *hits), now)[limits.PASSWORDS_IN_A_ROW.name])
