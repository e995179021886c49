"""Checking a password: at sign-in, and before anything that protects the account is changed (R14)."""

from datetime import datetime

from sqlalchemy import select, update

from portal.access import counting, limits, sign_ins
from portal.access.addresses import Address
from portal.access.limits import Hit
from portal.access.problems import Busy, LimitReached, PasswordMissing, PasswordWrong, SignInWrong
from portal.access.standing import Standing
from portal.database import changed, write
from portal.extensions import db, hasher
from portal.models import User


def sign_in(
    address: Address,
    password: str,
    *,
    ip: str,
    agent: str,
    now: datetime,
    next_path: str | None = None,
    before: Standing | None = None,
) -> str:
    """Open a sign-in by address and password. Returns its token.

    `before` is what this browser had: of the same user and half finished, it goes on under a new token; else it ends.

    The same work is done whether or not anybody has the address. Raises `SignInWrong`, `LimitReached` or `Busy`. A
    right password gives its try back even if the sign-in is never finished; what was wrong before stays counted until
    one is.
    """
    if not password:
        raise PasswordMissing
    hits = _hits(address.key, ip)
    counting.take((Hit(limits.POSTS_BY_NETWORK, _network(ip)), *hits), now)
    user = db.session.execute(select(User.id, User.password_hash).where(User.email_key == address.key)).one_or_none()
    right = _verify(user.password_hash if user else None, password, hits, now)
    if user is None or not right:
        raise SignInWrong
    counting.give_back(hits, now)
    stored = _hashed_anew(user.id, user.password_hash, password)
    with write() as session:
        # A password changed a moment ago opens nothing: whoever changes it holds this row.
        same = (User.id == user.id, User.password_hash == stored)
        if session.scalar(select(User.id).where(*same).with_for_update(read=True)) is None:
            raise SignInWrong
        if before and before.user_id == user.id and before.raised_at is None:
            # A code may be on its way to this very sign-in.
            return sign_ins.renew_token(session, before, next_path)
        if before:
            sign_ins.end(session, before.sign_in_id, "replaced", now)
        return sign_ins.open_sign_in(session, user.id, ip=ip, agent=agent, now=now, next_path=next_path)


def confirm(standing: Standing, password: str, ip: str, now: datetime) -> None:
    """Check the password of somebody who is signed in. Wrong ones count as at sign-in; too many end the sign-in.

    Raises `PasswordWrong`, `PasswordMissing`, `LimitReached` or `Busy`.
    """
    if not password:
        raise PasswordMissing
    mine = (Hit(limits.CONFIRMATIONS, f"sign-in {standing.sign_in_id}"),)
    try:
        counting.take(mine, now)
    except LimitReached:
        with write() as session:
            sign_ins.end(session, standing.sign_in_id, "wrong_passwords", now)
        raise
    hits = _hits(standing.email_key, ip)
    counting.take(hits, now)  # refused, it still counts towards the end: the address's waits alone would never reach it
    stored = db.session.scalar(select(User.password_hash).where(User.id == standing.user_id))
    if not _verify(stored, password, (*mine, *hits), now):
        raise PasswordWrong
    counting.give_back((*mine, *hits), now)


def _verify(stored: str | None, password: str, hits: tuple[Hit, ...], now: datetime) -> bool:
    """Whether the password is right. Raises `Busy`, and gives the try back: nothing was looked at."""
    try:
        return hasher().verify(stored, password)
    except Busy:
        counting.give_back(hits, now)
        raise


def _hashed_anew(user_id: int, stored: str, password: str) -> str:
    """The stored hash of a password that is right; made at another cost than today's, it is made and stored anew.

    Of two sign-ins at once one stores it; what the other finds instead must be of the same password.
    """
    if not hasher().outdated(stored):
        return stored
    renewed = hasher().hash(password)
    with write() as session:
        same = (User.id == user_id, User.password_hash == stored)
        if changed(session.execute(update(User).where(*same).values(password_hash=renewed))) == 1:
            return renewed
    found = db.session.scalar(select(User.password_hash).where(User.id == user_id))
    if found is None or not hasher().verify(found, password):
        raise SignInWrong
    return found


def _hits(key: str, ip: str) -> tuple[Hit, ...]:
    return (*limits.password_hits(key), Hit(limits.PASSWORDS_BY_NETWORK, _network(ip)))


def _network(ip: str) -> str:
    return f"network {limits.network(ip)}"
