"""Passwords by mail: a link for a forgotten one, good for half an hour, or for the first one of a user whom the
operator made, good for three days. Either works once, and only the newest.

Asking writes the same rows whether or not anybody has the address, and the worker picks the mail's text when it sends.
A reset signs nobody in. It proves the mailbox, so until a sign-in is finished by something else, a code from the same
mailbox finishes none (R12). A first password has nothing to reset, and proves what a registration does.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, aliased

from portal.access import counting, devices, events, limits, mailed_links, open_recoveries, passwords, sign_ins
from portal.access.addresses import Address
from portal.access.events import Actor
from portal.access.limit_sentences import Hit, network
from portal.access.problems import Gone, LimitReached
from portal.access.where import Where
from portal.crypto import new_token, token_hash
from portal.database import changed, write
from portal.delivery import outbox
from portal.extensions import db, hasher, keys, settings
from portal.models import ResetLink, User

BECAUSE = "password_changed"
RESET, FIRST, STAFF = "reset", "first", "staff"
CUSTOMERS = (RESET, FIRST)  # those that the customers' page takes
LIVES = {RESET: limits.RESET_LIFE, FIRST: limits.FIRST_PASSWORD_LIFE, STAFF: limits.STAFF_INVITATION_LIFE}
LEADS_TO = {RESET: mailed_links.RESET, FIRST: mailed_links.RESET, STAFF: mailed_links.STAFF}


@dataclass(frozen=True)
class Owner:
    """Whose password a link sets, and whether it is a new one or the first."""

    user_id: int
    name: str
    email: str
    purpose: str


def ask(address: Address, where: Where, now: datetime) -> None:
    """Send a link to the address; one that nobody has gets a mail that says so. Too often, and nothing is sent."""
    owner = f"address {address.key}"
    hits = (
        Hit(limits.RESETS, owner),
        Hit(limits.SENT_TO_ADDRESS, owner),
        Hit(limits.SENT_BY_NETWORK, f"network {network(where.ip)}"),
    )
    try:
        counting.take(hits, now)
    except LimitReached:
        return
    # As its owner wrote it when registering: never where somebody else's spelling of it may lead.
    known = db.session.scalar(select(User.email).where(User.email_key == address.key))
    with write() as session:
        link = issue(session, address.key, RESET, now)
        outbox.put(
            session,
            keys(),
            template="password_reset",
            address=known or address.written,
            facts={"link": link, "email_key": address.key, "ip": where.ip, "agent": where.agent},
            now=now,
            expires_at=now + limits.RESET_LIFE,
        )


def issue(session: Session, email_key: str, purpose: str, now: datetime) -> str:
    """Make a link, which takes the place of every other one of the address by being the newest. Where it leads."""
    token = new_token()
    session.add(
        ResetLink(
            purpose=purpose,
            email_key=email_key,
            token_hash=token_hash(token),
            created_at=now,
            expires_at=now + LIVES[purpose],
        )
    )
    return mailed_links.url(LEADS_TO[purpose], token)


def end_links(session: Session, email_key: str, now: datetime) -> None:
    """No link that was mailed to the address works from now on."""
    alive = (ResetLink.email_key == email_key, ResetLink.expires_at > now)
    session.execute(update(ResetLink).where(*alive).values(expires_at=now))


def owner(token: str, now: datetime, purposes: tuple[str, ...] = CUSTOMERS) -> Owner | None:
    """Whose password this link sets; None when it can't be used (any more). Looking spends nothing."""
    row = db.session.execute(
        select(User.id, User.name, User.email, ResetLink.purpose)
        .join(ResetLink, ResetLink.email_key == User.email_key)
        .where(*_usable(token, purposes, now))
    ).one_or_none()
    return Owner(*row) if row else None


def use(token: str, password: str, where: Where, now: datetime) -> None:
    """Set a new password. Every sign-in ends, every other link too, and every device is forgotten.

    Raises a `Problem` about the password, which spends nothing, `Busy`, or `Gone` when the link is used, replaced or
    too old.
    """
    user = owner(token, now)
    if user is None:
        raise Gone
    passwords.check_new(password, settings().password_length, (user.name, user.email, settings().company))
    hashed = hasher().hash(password)
    with write() as session:
        sign_ins.lock_user(session, user.user_id)
        spend(session, token, CUSTOMERS, where, now)
        resets = {"mailed_reset_at": now, "last_mailed_reset_at": now} if user.purpose == RESET else {}
        chosen = {"password_hash": hashed, "password_shut_at": None}
        session.execute(update(User).where(User.id == user.user_id).values(**chosen, **resets))
        actor = Actor(user.user_id, user.email, where)
        # Who waits after losing everything has known the password: one from the mailbox would be the mailbox twice.
        open_recoveries.stop(session, actor, open_recoveries.PASSWORD, now)
        sign_ins.end_all(session, user.user_id, BECAUSE, now)
        kind = events.PASSWORD_RESET if user.purpose == RESET else events.PASSWORD_CHOSEN
        devices.forget_all(session, actor, BECAUSE, now)
        events.record(session, kind, actor, now)


def spend(session: Session, token: str, purposes: tuple[str, ...], where: Where, now: datetime) -> None:
    """Use a link up, in the transaction that acts on it. Raises `Gone` when it can't be used (any more)."""
    used = {"used_at": now, "device_hash": where.device}
    if changed(session.execute(update(ResetLink).where(*_usable(token, purposes, now)).values(**used))) != 1:
        raise Gone


def _usable(token: str, purposes: tuple[str, ...], now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a link that can be used. The newest of its address is found by its number, not by ending the
    older ones: two that are asked for at once can't end each other."""
    other = aliased(ResetLink)
    newest = select(func.max(other.id)).where(other.email_key == ResetLink.email_key).scalar_subquery()
    return (
        ResetLink.token_hash == token_hash(token),
        ResetLink.purpose.in_(purposes),
        ResetLink.used_at.is_(None),
        ResetLink.expires_at > now,
        ResetLink.id == newest,
    )
