"""Credential stuffing: leaked pairs of address and password, each tried once or twice, so that no address's own limit
ever stops it. One network address that tries many addresses waits; many wrong passwords in the whole portal raise the
alarm, and while it stands whatever counts a network address allows half as many.

Both are counted only after a password was wrong: whoever types the right one waits for nobody's row.
"""

from datetime import datetime

from portal import logs
from portal.access import counting, limits
from portal.access.counting import Row
from portal.access.limit_sentences import Hit, network
from portal.access.problems import LimitReached
from portal.database import write


def waits(ip: str) -> Row:
    """The counter of this network address; while its `free_at` is ahead, the right password is refused too.

    Tries that are being judged at the same moment pass; they are counted already, as wrong passwords of this network.
    """
    return counting.row(Hit(limits.ADDRESSES_BY_NETWORK, _network(ip)))


def refuse(until: datetime | None, now: datetime) -> None:
    """Refuse a network address that waits until then. Raises `LimitReached`."""
    if until is not None and until > now:
        logs.note("limit_reached", about=limits.ADDRESSES_BY_NETWORK.name)
        raise LimitReached(limits.ADDRESSES_BY_NETWORK.what, until)


def note(key: str, ip: str, now: datetime) -> None:
    """A password was wrong for the address with this key, known or not."""
    source = _network(ip)
    with write() as session:
        if counting.allows(session, Hit(limits.ADDRESS_BY_NETWORK, f"{source} address {key}"), now):
            counting.allows(session, Hit(limits.ADDRESSES_BY_NETWORK, source), now)
    with write() as session:  # of its own: nobody waits for this one row longer than its count takes
        wrong = counting.allows(session, Hit(limits.ALARM, counting.WHOLE_PORTAL), now)
    if wrong == limits.ALARM.windows[0].allowed:
        logs.note("alarm", about=limits.PASSWORDS.name)


def _network(ip: str) -> str:
    return f"network {network(ip)}"
