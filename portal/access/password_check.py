"""Checking a password: at sign-in, and before anything that protects the account is changed (R14)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, exists, literal, or_, select, update
from sqlalchemy.orm import Session

from portal.access import counting, events, limits, password_tries, sign_ins, stuffing
from portal.access.addresses import Address
from portal.access.events import Actor
from portal.access.limit_sentences import Hit, network
from portal.access.open_recoveries import OPEN
from portal.access.problems import Busy, Gone, LimitReached, PasswordMissing, PasswordShut, PasswordWrong, SignInWrong
from portal.access.standing import Standing
from portal.access.where import Where
from portal.database import Moment, changed, read, write
from portal.extensions import db, hasher
from portal.models import Counter, Recovery, ResetLink, SignIn, User

_ONE = select(literal(1).label("one")).subquery()
_COUNTER = and_(Counter.name == bindparam("name"), Counter.subject == bindparam("subject"))
_SINCE = bindparam("since", type_=Moment)
_NOW = bindparam("now", type_=Moment)
_OVER = exists().where(Recovery.user_id == User.id, *OPEN, Recovery.due_at <= _NOW, Recovery.lapses_at > _NOW)
_CAME_IN = (SignIn.user_id == User.id, SignIn.device_hash == bindparam("device"), SignIn.raised_at > _SINCE)
_BY_MAIL = (
    ResetLink.email_key == bindparam("key"),
    ResetLink.device_hash == bindparam("device"),
    ResetLink.used_at > _SINCE,
)
# Always one row: who has the address, if anybody; whether the browser is known there, for they came in or chose their
# password by a mailed link in it; and until when the network address waits.
_KNOWN = (
    select(
        User.id,
        User.email,
        User.password_hash,
        User.password_shut_at,
        case((_OVER, None), else_=User.primary_method).label("primary_method"),
        Counter.free_at,
        or_(exists().where(*_CAME_IN), exists().where(*_BY_MAIL)).label("known"),
    )
    .select_from(_ONE)
    .outerjoin(User, User.email_key == bindparam("key"))
    .outerjoin(Counter, _COUNTER)
)


@dataclass(frozen=True)
class Opened:
    """A sign-in whose password was right: its token, and the method to ask first: the primary one, unless the user
    has none or has waited after losing everything."""

    token: str
    primary: str | None


def sign_in(
    address: Address,
    password: str,
    where: Where,
    now: datetime,
    *,
    next_path: str | None = None,
    before: Standing | None = None,
    lasts: timedelta = limits.SIGN_IN_LIFE,
) -> Opened:
    """Open a sign-in by address and password.

    `before` is what this browser had: of the same user and half finished, it goes on under a new token; else it ends.

    The same work is done whether or not anybody has the address. Raises `SignInWrong`, `PasswordShut`, `LimitReached`
    or `Busy`. A right password gives its try back even if the sign-in is never finished; what was wrong before stays
    counted until one is.
    """
    if not password:
        raise PasswordMissing
    user = _known(address.key, where, now)
    own = limits.known_browser_hit(address.key, where.device) if user.known else None
    posts = Hit(limits.POSTS_BY_NETWORK, f"network {network(where.ip)}")
    counted = password_tries.count(address.key, where, now, known=own, asked=(posts,))
    hits, in_a_row = counted.hits, counted.in_a_row
    if not _verify(user.password_hash, password, hits, now) or user.id is None:
        stuffing.note(address.key, where.ip, now)
        _note_wrong(Actor(user.id, user.email or "", where), in_a_row, now)
        raise SignInWrong
    _refuse_shut(user.password_shut_at, hits, now)
    stored = _hashed_anew(user.id, user.password_hash, password, hits, now)
    with write() as session:
        if before and before.user_id == user.id and before.raised_at is None:
            token = _go_on(session, before, stored, next_path, in_a_row - 1)
        else:
            if before:
                sign_ins.end(session, before.sign_in_id, "replaced", now)
            token = _open(session, user.id, stored, where, now, in_a_row - 1, next_path, lasts)
        counting.settle(session, (), hits, now)
    return Opened(token, user.primary_method)


def confirm(standing: Standing, password: str, now: datetime) -> None:
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
    key, where = standing.email_key, standing.where
    own = limits.known_browser_hit(key, where.device) if standing.in_known_browser else None
    # Refused, it still counts towards the end of the sign-in: the address's waits alone would never reach it.
    counted = password_tries.count(key, where, now, known=own)
    hits = counted.hits
    stored = db.session.scalar(select(User.password_hash).where(User.id == standing.user_id))
    if not _verify(stored, password, (*mine, *hits), now):
        stuffing.note(key, where.ip, now)
        _note_wrong(standing.actor, counted.in_a_row, now)
        raise PasswordWrong
    counting.give_back((*mine, *hits), now)


def _refuse_shut(shut_at: datetime | None, hits: tuple[Hit, ...], now: datetime) -> None:
    """A right password that was shut gives its try back, and opens nothing. Raises `PasswordShut`."""
    if shut_at is not None:
        counting.give_back(hits, now)
        raise PasswordShut


def _known(key: str, where: Where, now: datetime) -> Row[Any]:
    """Who has an address: all None when nobody. Raises `LimitReached` for a network address that waits."""
    name, subject = stuffing.waits(where.ip)
    mark = {"device": where.device, "since": now - limits.BROWSER_KNOWN, "now": now}
    found = read(_KNOWN, {"key": key, "name": name, "subject": subject, **mark}).one()
    stuffing.refuse(found.free_at, now)
    return found


def _note_wrong(actor: Actor, in_a_row: int, now: datetime) -> None:
    """Note a wrong password, and tell the owner of the hundredth in a row. Of an address nobody has, the same is noted
    of nobody."""
    with write() as session:
        events.record(session, events.PASSWORD_WRONG, actor, now)
        if in_a_row == limits.THROTTLED_AT:
            events.record(session, events.PASSWORD_THROTTLED, actor, now)


def _open(
    session: Session,
    user_id: int,
    stored: str,
    where: Where,
    now: datetime,
    wrong: int,
    next_path: str | None,
    lasts: timedelta,
) -> str:
    """A new sign-in; a password changed a moment ago opens none."""
    try:
        return sign_ins.open_sign_in(
            session,
            user_id,
            where,
            now,
            password_hash=stored,
            wrong_passwords=wrong,
            next_path=next_path,
            lasts=lasts,
        )
    except Gone:
        raise SignInWrong from None


def _go_on(session: Session, before: Standing, stored: str, next_path: str | None, wrong: int) -> str:
    """The half-finished sign-in of before, to which a code may be on its way, under a new token; unless the password
    was changed or shut a moment ago."""
    same = (User.id == before.user_id, User.password_hash == stored, User.password_shut_at.is_(None))
    if session.scalar(select(User.id).where(*same).with_for_update(read=True)) is None:
        raise SignInWrong
    return sign_ins.renew_token(session, before, next_path, wrong_passwords=wrong)


def _verify(stored: str | None, password: str, hits: tuple[Hit, ...], now: datetime) -> bool:
    """Whether the password is right. Raises `Busy`, and gives the try back: nothing was looked at."""
    try:
        return hasher().verify(stored, password)
    except Busy:
        counting.give_back(hits, now)
        raise


def _hashed_anew(user_id: int, stored: str, password: str, hits: tuple[Hit, ...], now: datetime) -> str:
    """The stored hash of a password that is right; made at another cost than today's, it is made and stored anew.

    Of two sign-ins at once one stores it; what the other finds instead must be of the same password.
    """
    if not hasher().outdated(stored):
        return stored
    try:
        renewed = hasher().hash(password)
    except Busy:
        return stored  # the next sign-in will do
    with write() as session:
        same = (User.id == user_id, User.password_hash == stored)
        if changed(session.execute(update(User).where(*same).values(password_hash=renewed))) == 1:
            return renewed
    found = db.session.scalar(select(User.password_hash).where(User.id == user_id))
    if found is None or not _verify(found, password, hits, now):
        raise SignInWrong
    return found
