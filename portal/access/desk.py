"""What the support desk sees of a customer: found by the exact address, masked, never a secret. Looking is logged."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from sqlalchemy import and_, func, select

from portal.access import activity, counting, events, limits, recoveries
from portal.access.addresses import Address
from portal.access.events import Actor
from portal.access.limit_sentences import Hit
from portal.access.open_recoveries import COLUMNS, OPEN, OpenRecovery
from portal.access.problems import CustomerUnknown, Gone
from portal.access.standing import Standing
from portal.access.where import NOWHERE
from portal.database import write
from portal.extensions import db
from portal.models import Factor, LookUp, Recovery, RecoveryCode, RecoverySet, SignIn, User

LINES = 20  # of the log


@dataclass(frozen=True)
class Line:
    """One line of what happened; of the network address only the part that tells a provider."""

    at: datetime
    kind: str
    facts: dict[str, Any]
    network: str


@dataclass(frozen=True)
class Shown:
    """A customer as the desk sees them. `methods` are kinds with when they were set up and last used."""

    user_id: int
    email: str
    methods: tuple[tuple[Any, ...], ...]
    last_sign_in_at: datetime | None
    sign_ins: int
    codes: int
    last_mailed_reset_at: datetime | None
    mailbox_spent: bool
    recovery: OpenRecovery | None
    lines: tuple[Line, ...]

    @property
    def in_mailbox(self) -> bool:
        """Whether a mailbox is all that protects them."""
        return recoveries.in_mailbox([kind for kind, _, _ in self.methods])


def by(staff: Standing) -> dict[str, str]:
    """Who did it, for the customer's log: a number and a role, no name."""
    return {"staff": str(staff.user_id), "role": staff.role or ""}


def look_up(staff: Standing, address: Address, now: datetime) -> int:
    """Find a customer by their exact address: the number by which their page opens in this sign-in.

    Counted and logged whether or not there is one. Raises `CustomerUnknown` or `LimitReached`.
    """
    counting.take((Hit(limits.LOOK_UPS, f"user {staff.user_id}"),), now)
    found = select(User.id, User.email).where(User.email_key == address.key, User.role.is_(None))
    user = db.session.execute(found).one_or_none()
    with write() as session:
        actor = Actor(user.id if user else None, user.email if user else "", NOWHERE)
        events.record(session, events.SUPPORT_LOOKED_UP, actor, now, **by(staff))
        if user:
            row = LookUp(sign_in_id=staff.sign_in_id, user_id=user.id, at=now)
            session.add(row)
            session.flush()
            return row.id
    raise CustomerUnknown


def customer(staff: Standing, look_up_id: int) -> tuple[int, str]:
    """Whose page a look-up opens, and their address. Raises `Gone` for a look-up of another sign-in."""
    mine = (LookUp.id == look_up_id, LookUp.sign_in_id == staff.sign_in_id)
    row = db.session.execute(select(User.id, User.email).join(LookUp, LookUp.user_id == User.id).where(*mine))
    found = row.one_or_none()
    if found is None:
        raise Gone
    return found[0], found[1]


def shown(user_id: int, now: datetime) -> Shown:
    """What the desk may know of somebody."""
    unused = select(func.count(RecoveryCode.id)).join(RecoverySet, RecoverySet.id == RecoveryCode.set_id)
    unused = unused.where(RecoverySet.user_id == user_id, RecoveryCode.used_at.is_(None))
    last = select(func.max(SignIn.raised_at)).where(SignIn.user_id == user_id)
    alive = (SignIn.ended_at.is_(None), SignIn.idle_ends_at > now, SignIn.ends_at > now)
    count = select(func.count(SignIn.id)).where(SignIn.user_id == user_id, *alive)
    row: tuple[Any, ...] = db.session.execute(
        select(
            User.email,
            last.scalar_subquery(),
            count.scalar_subquery(),
            unused.scalar_subquery(),
            User.last_mailed_reset_at,
            User.mailed_reset_at.is_not(None),
            *COLUMNS,
        )
        .outerjoin(Recovery, and_(Recovery.user_id == User.id, *OPEN))
        .where(User.id == user_id)
    ).one()
    recovery = OpenRecovery(*row[6:]) if row[6] is not None else None
    facts: tuple[Any, ...] = (*row[1:6], recovery, _lines(user_id, now))
    return Shown(user_id, mask(row[0]), _methods(user_id), *facts)


def mask(email: str) -> str:
    """ "b***n@example.org": enough to see that it is the one that was asked for."""
    local, _, domain = email.rpartition("@")
    return f"{local[0]}***{local[-1] if len(local) > 3 else ''}@{domain}"


def masked_network(ip: str) -> str:
    """The first half of an IPv4 address, the provider's part of an IPv6 one."""
    if not ip:
        return ""
    address = ip_address(ip)
    if address.version == 4:
        return ".".join(ip.split(".")[:2]) + ".*.*"
    return ":".join(address.exploded.split(":")[:2]) + ":*"


def _methods(user_id: int) -> tuple[tuple[Any, ...], ...]:
    rows = select(Factor.kind, func.min(Factor.confirmed_at), func.max(Factor.used_at)).group_by(Factor.kind)
    mine = rows.where(Factor.user_id == user_id, Factor.confirmed_at.is_not(None)).order_by(Factor.kind.desc())
    return tuple(tuple(row) for row in db.session.execute(mine))


def _lines(user_id: int, now: datetime) -> tuple[Line, ...]:
    found = activity.read_page(user_id, activity.ALL, now).lines
    return tuple(Line(line.at, line.kind, line.facts, masked_network(line.ip)) for line in found[:LINES])
