"""The security log: what happened to what protects a user, from where – and which of it the owner is mailed.

Every kind has exact facts, so that nothing else gets into a row, a line or a mail. A row is written in the transaction
it tells of, as is its mail. Sign-ins have no rows here: `sign_ins` says of each when, from where and how.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import logs
from portal.access import counting, limits, mailed_links
from portal.access.limit_sentences import Hit
from portal.access.where import Where
from portal.crypto import new_token, token_hash
from portal.database import after_commit
from portal.delivery import outbox
from portal.extensions import keys
from portal.models import Event, User


class Told(Enum):
    """Whether the owner gets a mail."""

    NEVER = "only in the log"
    HOURLY = "at most one an hour"
    ALWAYS = "every time"


@dataclass(frozen=True)
class Kind:
    """What can happen, and what the log keeps of it."""

    name: str
    facts: frozenset[str]
    told: Told
    leads_to: str = ""  # what the link in the mail is good for, if there is one

    @property
    def answered(self) -> bool:
        """Whether its mail has a link that says "This wasn't me". The mail about such an answer has none: whoever reads
        somebody's mail could go on for ever."""
        return self.told is not Told.NEVER and self is not NOT_ME


@dataclass(frozen=True)
class Actor:
    """In whose account something happens (None: the address is nobody's), and from where it is done."""

    user_id: int | None
    email: str
    where: Where


KINDS: dict[str, Kind] = {}
BY = ("staff", "role")


def _kind(name: str, told: Told, *facts: str, leads_to: str = "") -> Kind:
    return KINDS.setdefault(name, Kind(name, frozenset(facts), told, leads_to))


# What protects the account is another now.
PASSWORD_CHANGED = _kind("password_changed", Told.ALWAYS)
PASSWORD_RESET = _kind("password_reset", Told.ALWAYS)
PASSWORD_CHOSEN = _kind("password_chosen", Told.ALWAYS)  # the first one, by the operator's link
METHOD_ADDED = _kind("method_added", Told.ALWAYS, "method", "name")
METHOD_REMOVED = _kind("method_removed", Told.ALWAYS, "method", "name")
METHOD_CLOSED = _kind("method_closed", Told.ALWAYS, "method", leads_to=mailed_links.OPEN_METHOD)
METHOD_OPENED = _kind("method_opened", Told.ALWAYS, "method")
METHODS_RESET = _kind("methods_reset", Told.ALWAYS, "reason")
WIZARD_OPENED = _kind("wizard_opened", Told.ALWAYS)
RECOVERY_CODES_MADE = _kind("recovery_codes_made", Told.ALWAYS, "number")
RECOVERY_CODE_USED = _kind("recovery_code_used", Told.ALWAYS, "left")
# Somebody has lost everything: the wait, and how it ended. Times are RFC 3339.
RECOVERY_BEGUN = _kind("recovery_begun", Told.ALWAYS, "ends_at", leads_to=mailed_links.STOP_RECOVERY)
RECOVERY_WAITING = _kind("recovery_waiting", Told.ALWAYS, "ends_at", leads_to=mailed_links.STOP_RECOVERY)
RECOVERY_OVER = _kind("recovery_over", Told.ALWAYS, "lapses_at", leads_to=mailed_links.STOP_RECOVERY)
RECOVERY_STOPPED = _kind("recovery_stopped", Told.ALWAYS, "because")
RECOVERY_DONE = _kind("recovery_done", Told.ALWAYS)
NOT_ME = _kind("not_me", Told.ALWAYS, "back", "gone", "stays")
DEVICE_REMEMBERED = _kind("device_remembered", Told.ALWAYS, "days")
# What the support desk did. `staff` is a member's number, which tells the customer no name.
SUPPORT_LOOKED_UP = _kind("support_looked_up", Told.NEVER, *BY)
SUPPORT_OPENED = _kind("support_opened", Told.ALWAYS, *BY, "reason", leads_to=mailed_links.STOP_RECOVERY)
SUPPORT_BEGUN = _kind("support_begun", Told.ALWAYS, *BY, "reason", "ends_at", leads_to=mailed_links.STOP_RECOVERY)
SUPPORT_STOPPED = _kind("support_stopped", Told.NEVER, *BY)  # the wait's own notice tells the owner
SUPPORT_SIGNED_OUT = _kind("support_signed_out", Told.ALWAYS, *BY, "reason")
STAFF_RESET = _kind("staff_reset", Told.NEVER, "role")  # by the operator: a new link, or removed
# What the owner should look at.
DEVICE_REUSED = _kind("device_reused", Told.ALWAYS)
NEW_DEVICE = _kind("new_device", Told.HOURLY, "method")
SIGNED_IN_AFTER_FAILURES = _kind("signed_in_after_failures", Told.HOURLY, "failures")
SECOND_STEP_FAILED = _kind("second_step_failed", Told.HOURLY, "wrong")
PASSWORD_THROTTLED = _kind("password_throttled", Told.HOURLY)
# What explains the rest.
PASSWORD_WRONG = _kind("password_wrong", Told.NEVER)
CODE_WRONG = _kind("code_wrong", Told.NEVER, "method")
RECOVERY_ASKED = _kind("recovery_asked", Told.NEVER)  # the mail with the link tells the owner
DEVICE_FORGOTTEN = _kind("device_forgotten", Told.NEVER, "because", "number")
PRIMARY_CHOSEN = _kind("primary_chosen", Told.NEVER, "method")
METHOD_BACK = _kind("method_back", Told.NEVER, "method", "name")  # this and the next by "This wasn't me"
METHOD_GONE = _kind("method_gone", Told.NEVER, "method", "name")
SIGNED_OUT_BY_OPERATOR = _kind("signed_out_by_operator", Told.NEVER)


def record(
    session: Session, kind: Kind, actor: Actor, now: datetime, *, link: str | None = None, **facts: str | int
) -> None:
    """Write what happened into the log and, if the owner is to be told, their mail into the outbox.

    `link` is the token of the link in that mail, which is good for what its kind `leads_to`; one that says "This wasn't
    me" it has of itself. Raises ValueError for other facts than the kind has.
    """
    if kind.facts != facts.keys():
        raise ValueError(f"{kind.name} has the facts {sorted(kind.facts)}, not {sorted(facts)}")
    where = actor.where
    not_me = new_token() if kind.answered and actor.user_id is not None else None
    session.add(
        Event(
            user_id=actor.user_id,
            kind=kind.name,
            at=now,
            ip=where.ip,
            agent=where.agent,
            facts=facts,
            link_hash=token_hash(link) if link else None,
            not_me_hash=token_hash(not_me) if not_me else None,
        )
    )
    session.flush()
    about = str(facts.get("method", ""))
    by = {fact: facts[fact] for fact in BY if fact in facts}
    after_commit(session, lambda: logs.note(kind.name, about=about, user=actor.user_id, ip=where.ip, **by))
    if actor.user_id is not None and _to_tell(session, kind, actor.user_id, now):
        told: dict[str, Any] = {"kind": kind.name, "ip": where.ip, "agent": where.agent, **facts}
        if _is_staff(session, actor.user_id):
            told["desk"] = True  # their mailbox opens nothing, so the mail holds no link
        elif link:
            told["link"] = mailed_links.url(kind.leads_to, link)
        if not_me and "desk" not in told:
            told["not_me"] = mailed_links.url(mailed_links.NOT_ME, not_me)
        outbox.put(session, keys(), template="notice", address=actor.email, facts=told, now=now)


def _is_staff(session: Session, user_id: int) -> bool:
    return session.scalar(select(User.role.is_not(None)).where(User.id == user_id)) is True


def _to_tell(session: Session, kind: Kind, user_id: int, now: datetime) -> bool:
    if kind.told is Told.HOURLY:
        return counting.allows(session, Hit(limits.NOTICES, f"user {user_id} {kind.name}"), now) > 0
    return kind.told is Told.ALWAYS
