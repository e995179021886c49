"""A sign-in is a row: opened when the password is right, raised when a second factor is, ended with a reason.

The browser holds a random token, the row its SHA-256. The token is new at the raise, so that whoever knew it before
holds nothing.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from portal.access import counting, limits
from portal.access.problems import Gone
from portal.access.standing import Standing
from portal.access.steps import Step
from portal.crypto import new_token, token_hash
from portal.database import changed, write
from portal.extensions import db
from portal.models import Factor, RecoverySet, SignIn, User

# Columns, not entities: this runs for every page, and an entity costs twice the query.
_STANDING = select(
    SignIn.id,
    SignIn.user_id,
    User.name,
    User.email,
    User.email_key,
    User.primary_method,
    SignIn.seen_at,
    SignIn.idle_ends_at,
    SignIn.ends_at,
    SignIn.address_proved_at,
    SignIn.raised_at,
    SignIn.raised_by,
    SignIn.second_factor_at,
    SignIn.confirmed_for,
    SignIn.confirmed_at,
    SignIn.next_path,
    SignIn.token_hash,
    SignIn.ended_at,
    SignIn.ended_because,
    User.mailed_reset_at.is_not(None),
    and_(User.mailed_reset_at.is_not(None), User.methods_reset_at.is_not(None)),
    exists().where(Factor.user_id == User.id, Factor.confirmed_at.is_not(None)),
    # An unfinished set is the business of the sign-in that made it, and of those that came in afterwards (R5).
    exists().where(
        RecoverySet.user_id == User.id,
        RecoverySet.saved_at.is_(None),
        or_(RecoverySet.sign_in_id == SignIn.id, SignIn.raised_at >= RecoverySet.created_at),
    ),
).join(User, User.id == SignIn.user_id)


def find(token: str) -> Standing | None:
    """The sign-in this token opens, ended or not; None for a token that is unknown or was replaced."""
    row = db.session.execute(_STANDING.where(SignIn.token_hash == token_hash(token))).one_or_none()
    return Standing(*tuple(row)) if row else None


def open_sign_in(
    session: Session,
    user_id: int,
    *,
    ip: str,
    agent: str,
    now: datetime,
    next_path: str | None = None,
    address_proved: bool = False,
) -> str:
    """Begin a sign-in whose password is right. Returns the token for the browser."""
    token = new_token()
    session.add(
        SignIn(
            user_id=user_id,
            token_hash=token_hash(token),
            created_at=now,
            seen_at=now,
            idle_ends_at=now + limits.HALF_IN,
            ends_at=now + limits.SIGN_IN_LIFE,
            address_proved_at=now if address_proved else None,
            next_path=next_path,
            ip=ip,
            agent=agent,
        )
    )
    return token


def renew_token(session: Session, standing: Standing, next_path: str | None = None) -> str:
    """Go on with a sign-in under a new token, which is returned. Raises `Gone` when it was replaced."""
    token = new_token()
    mine = (SignIn.id == standing.sign_in_id, SignIn.token_hash == standing.token_hash, SignIn.ended_at.is_(None))
    renewed = update(SignIn).where(*mine).values(token_hash=token_hash(token), next_path=next_path)
    if changed(session.execute(renewed)) != 1:
        raise Gone
    return token


def prove_address(session: Session, standing: Standing, now: datetime) -> None:
    """Note that this sign-in has typed a code from the user's mailbox (R15)."""
    session.execute(
        update(SignIn)
        .where(SignIn.id == standing.sign_in_id)
        .values(address_proved_at=now, idle_ends_at=now + limits.HALF_IN)
    )


def go_on_to(session: Session, standing: Standing, path: str) -> None:
    """Note the page to show after the step that is due."""
    session.execute(update(SignIn).where(SignIn.id == standing.sign_in_id).values(next_path=path))


def raise_sign_in(session: Session, standing: Standing, by: str, now: datetime) -> str:
    """A second factor was proved: let the sign-in in, under a new token, which is returned.

    Only the holder of the token of before can do it, once: raises `Gone` when that token was replaced or the sign-in
    has ended, and the caller's transaction undoes what was spent.
    """
    token = new_token()
    if standing.mailbox_spent:  # before the sign-in's row, in the order in which a change of the password takes them
        session.execute(update(User).where(User.id == standing.user_id).values(mailed_reset_at=None))
    raised = session.execute(
        update(SignIn)
        .where(
            SignIn.id == standing.sign_in_id,
            SignIn.token_hash == standing.token_hash,
            SignIn.ended_at.is_(None),
        )
        .values(
            token_hash=token_hash(token),
            raised_at=standing.raised_at or now,
            raised_by=by,
            second_factor_at=now,
            idle_ends_at=now + limits.IDLE,
        )
    )
    if changed(raised) != 1:
        raise Gone
    if standing.raised_at is None:
        _end_oldest(session, standing.user_id, now)
        counting.forget(session, limits.password_hits(standing.email_key))
    return token


def lock_user(session: Session, user_id: int) -> None:
    """Hold the user's row to the end of the transaction (SQLite holds the whole database).

    Whatever changes what protects a user does this first, so that two changes at once wait for each other.
    """
    session.execute(select(User.id).where(User.id == user_id).with_for_update())


def seen(standing: Standing, step: Step, now: datetime) -> datetime:
    """Note that the sign-in is in use, at most once a minute. Waiting at the code step doesn't lengthen it.

    Returns when it now ends if nothing more happens.
    """
    if step is Step.CHECK or now - standing.seen_at < limits.SEEN_EVERY:
        return min(standing.idle_ends_at, standing.ends_at)
    longer = limits.IDLE if standing.raised_at else limits.HALF_IN
    with write() as session:
        session.execute(
            update(SignIn)
            .where(SignIn.id == standing.sign_in_id, SignIn.ended_at.is_(None))
            .values(seen_at=now, idle_ends_at=now + longer)
        )
    return min(now + longer, standing.ends_at)


def end(session: Session, sign_in_id: int, because: str, now: datetime) -> None:
    """End one sign-in."""
    end_where(session, (SignIn.id == sign_in_id,), because, now)


def end_all(session: Session, user_id: int, because: str, now: datetime) -> None:
    """End every sign-in of a user."""
    end_where(session, (SignIn.user_id == user_id,), because, now)


def end_others(session: Session, standing: Standing, because: str, now: datetime) -> None:
    """End every sign-in of this user but this one."""
    end_where(session, (SignIn.user_id == standing.user_id, SignIn.id != standing.sign_in_id), because, now)


def last_before(standing: Standing) -> SignIn | None:
    """The user's newest finished sign-in that began before this one."""
    return db.session.scalar(
        select(SignIn)
        .where(
            SignIn.user_id == standing.user_id,
            SignIn.raised_at.is_not(None),
            SignIn.id < standing.sign_in_id,
        )
        .order_by(SignIn.raised_at.desc())
        .limit(1)
    )


def _end_oldest(session: Session, user_id: int, now: datetime) -> None:
    """Keep the newest finished sign-ins; half-finished ones aren't counted."""
    alive = (SignIn.user_id == user_id, SignIn.raised_at.is_not(None), SignIn.idle_ends_at > now)
    kept = (
        select(SignIn.id)
        .where(*alive, SignIn.ended_at.is_(None))
        .order_by(SignIn.raised_at.desc(), SignIn.id.desc())
        .limit(limits.SIGN_INS)
    )
    end_where(session, (*alive, SignIn.id.not_in(kept)), "too_many", now)


def end_where(session: Session, which: tuple[ColumnElement[bool], ...], because: str, now: datetime) -> None:
    """End these sign-ins, with what belonged to them: a method half set up, a readable copy of recovery codes."""
    ended = session.scalars(
        update(SignIn)
        .where(*which, SignIn.ended_at.is_(None))
        .values(ended_at=now, ended_because=because)
        .returning(SignIn.id)
    ).all()
    if ended:
        session.execute(delete(Factor).where(Factor.sign_in_id.in_(ended), Factor.confirmed_at.is_(None)))
        session.execute(update(RecoverySet).where(RecoverySet.sign_in_id.in_(ended)).values(sealed=None))
