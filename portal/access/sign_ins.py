"""A sign-in is a row: opened when the password is right, raised when a second factor is, ended with a reason.

The browser holds a random token, the row its SHA-256. The token is new at the raise, so that whoever knew it before
holds nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, select, update
from sqlalchemy.orm import Session

from portal.access import limits
from portal.access.problems import Gone
from portal.access.steps import Step, next_step
from portal.crypto import new_token, token_hash
from portal.database import changed, write
from portal.extensions import db
from portal.models import Factor, RecoverySet, SignIn, User


@dataclass(frozen=True)
class Standing:
    """What one query says of a token: the sign-in, its user, and what decides the step."""

    sign_in_id: int
    user_id: int
    name: str
    email: str
    email_key: str
    primary: str | None
    seen_at: datetime
    idle_ends_at: datetime
    ends_at: datetime
    address_proved_at: datetime | None
    raised_at: datetime | None
    raised_by: str | None
    second_factor_at: datetime | None
    confirmed_for: str | None
    confirmed_at: datetime | None
    next_path: str | None
    token_hash: bytes
    ended_at: datetime | None
    ended_because: str | None
    mailbox_spent: bool
    wizard_shut: bool
    enrolled: bool
    codes_unsaved: bool

    def ended(self, now: datetime) -> str | None:
        """Why this sign-in is over, or None while it is alive."""
        if self.ended_at is not None:
            return self.ended_because
        if self.ends_at <= now:
            return "absolute"
        return "idle" if self.idle_ends_at <= now else None

    def step(self, now: datetime) -> Step:
        return next_step(
            password=self.ended(now) is None,
            address_proved=self.address_proved_at is not None,
            enrolled=self.enrolled,
            raised=self.raised_at is not None,
            codes_unsaved=self.codes_unsaved,
            wizard_shut=self.wizard_shut,
        )


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
    exists().where(RecoverySet.user_id == User.id, RecoverySet.saved_at.is_(None)),
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
    if standing.mailbox_spent:
        session.execute(update(User).where(User.id == standing.user_id).values(mailed_reset_at=None))
    if standing.raised_at is None:
        _end_oldest(session, standing.user_id, now)
    return token


def renew_token(session: Session, standing: Standing) -> str:
    """Give this sign-in a new token, as at every change of the password. Raises `Gone` when it was replaced."""
    token = new_token()
    mine = (SignIn.id == standing.sign_in_id, SignIn.token_hash == standing.token_hash, SignIn.ended_at.is_(None))
    if changed(session.execute(update(SignIn).where(*mine).values(token_hash=token_hash(token)))) != 1:
        raise Gone
    return token


def seen(standing: Standing, step: Step, now: datetime) -> None:
    """Note that the sign-in is in use, at most once a minute. Waiting at the code step doesn't lengthen it."""
    if step is Step.CHECK or now - standing.seen_at < limits.SEEN_EVERY:
        return
    longer = limits.IDLE if standing.raised_at else limits.HALF_IN
    with write() as session:
        session.execute(
            update(SignIn)
            .where(SignIn.id == standing.sign_in_id, SignIn.ended_at.is_(None))
            .values(seen_at=now, idle_ends_at=now + longer)
        )


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
    """The user's newest finished sign-in before this one."""
    return db.session.scalar(
        select(SignIn)
        .where(
            SignIn.user_id == standing.user_id,
            SignIn.raised_at.is_not(None),
            SignIn.id != standing.sign_in_id,
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
