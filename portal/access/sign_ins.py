"""A sign-in is a row: opened when the password is right, raised when a second factor is, ended with a reason.

The browser holds a random token, the row its SHA-256. The token is new at the raise, so that whoever knew it before
holds nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from portal import logs
from portal.access import counting, events, limits, open_recoveries
from portal.access.limit_sentences import Hit
from portal.access.problems import Gone
from portal.access.standing import Standing
from portal.access.steps import Step
from portal.access.where import Where
from portal.crypto import new_token, token_hash
from portal.database import after_commit, changed, write
from portal.models import Factor, RecoverySet, SignIn, User

_GIVEN = (
    *("token_hash", "created_at", "seen_at", "idle_ends_at", "ends_at", "address_proved_at", "next_path"),
    *("ip", "agent", "device_hash", "wrong_passwords", "wrong_codes"),
)
_COLUMNS = SignIn.__table__.c
_STORED = bindparam("stored", type_=String())
# Built once: putting such a statement together takes longer than running it.
_OPEN = insert(SignIn).from_select(
    ["user_id", "new_device", *_GIVEN],
    select(
        User.id,
        ~exists().where(
            SignIn.user_id == User.id,
            SignIn.device_hash == bindparam("device_hash", type_=_COLUMNS.device_hash.type),
            SignIn.raised_at.is_not(None),
        ),
        *(bindparam(name, type_=_COLUMNS[name].type) for name in _GIVEN),
    )
    .where(User.id == bindparam("user"), or_(_STORED.is_(None), User.password_hash == _STORED))
    .where(User.password_shut_at.is_(None))
    .with_for_update(read=True),
    include_defaults=False,
)
_RAISED = ("token_hash", "raised_at", "raised_by", "second_factor_at", "idle_ends_at")
_RAISE = (
    update(SignIn)
    .where(SignIn.id == bindparam("sign_in"), SignIn.token_hash == bindparam("known"), SignIn.ended_at.is_(None))
    .values({name: bindparam(name, type_=_COLUMNS[name].type) for name in _RAISED})
)


def open_sign_in(
    session: Session,
    user_id: int,
    where: Where,
    now: datetime,
    *,
    password_hash: str | None = None,
    wrong_passwords: int = 0,
    next_path: str | None = None,
    address_proved: bool = False,
    lasts: timedelta = limits.SIGN_IN_LIFE,
) -> str:
    """Begin a sign-in whose password is right. Returns the token for the browser.

    With `password_hash`, only if the user's is that still, and not shut: whoever changes it holds their row. Raises
    `Gone`.
    """
    token = new_token()
    values = {
        "user": user_id,
        "stored": password_hash,
        "token_hash": token_hash(token),
        "created_at": now,
        "seen_at": now,
        "idle_ends_at": now + limits.HALF_IN,
        "ends_at": now + lasts,
        "address_proved_at": now if address_proved else None,
        "next_path": next_path,
        "ip": where.ip,
        "agent": where.agent,
        "device_hash": where.device,
        "wrong_passwords": wrong_passwords,
        "wrong_codes": 0,
    }
    # SQLAlchemy forgets how many rows an INSERT has made unless it is told not to.
    opened = session.connection().execute(_OPEN, values, execution_options={"preserve_rowcount": True})
    if changed(opened) != 1:
        raise Gone
    return token


def renew_token(session: Session, standing: Standing, next_path: str | None = None, *, wrong_passwords: int = 0) -> str:
    """Go on with a sign-in under a new token, which is returned. Raises `Gone` when it was replaced."""
    token = new_token()
    values = {"token_hash": token_hash(token), "next_path": next_path, "wrong_passwords": wrong_passwords}
    if changed(session.execute(update(SignIn).where(*_mine(standing)).values(**values))) != 1:
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


def raise_sign_in(
    session: Session,
    standing: Standing,
    by: str,
    now: datetime,
    *,
    right: tuple[Hit, ...] = (),
    back: tuple[Hit, ...] = (),
    proved: bool = True,
) -> str:
    """A second factor was proved: let the sign-in in, under a new token, which is returned. Or none was asked for,
    because the browser is remembered: then `proved` is false.

    Only the holder of the token of before can do it, once: raises `Gone` when that token was replaced or the sign-in
    has ended, and the caller's transaction undoes what was spent. `right` are the counts that begin anew, `back` those
    whose try is given back. Whoever has a second factor has not lost everything: a case of that is stopped.
    """
    token = new_token()
    if standing.recovery and proved:
        _stop_recovery(session, standing, now)
    if standing.mailbox_spent:  # before the sign-in's row, in the order in which a change of the password takes them
        session.execute(update(User).where(User.id == standing.user_id).values(mailed_reset_at=None))
    values = {
        "token_hash": token_hash(token),
        "raised_at": standing.raised_at or now,
        "raised_by": by,
        "second_factor_at": now if proved else None,
        "idle_ends_at": now + standing.idle,
    }
    known = {"sign_in": standing.sign_in_id, "known": standing.token_hash}
    if changed(session.connection().execute(_RAISE, known | values)) != 1:
        raise Gone
    if standing.raised_at is None:
        right += limits.password_hits(standing.email_key)
        right += (limits.known_browser_hit(standing.email_key, standing.where.device),)
        if standing.others >= limits.SIGN_INS:
            _end_oldest(session, standing.user_id, now)
    counting.settle(session, right, back, now)
    _note_arrival(session, standing, by, now)
    return token


def _stop_recovery(session: Session, standing: Standing, now: datetime) -> None:
    lock_user(session, standing.user_id)
    open_recoveries.stop(session, standing.actor, open_recoveries.SIGNED_IN, now)


def _mine(standing: Standing) -> tuple[ColumnElement[bool], ...]:
    return SignIn.id == standing.sign_in_id, SignIn.token_hash == standing.token_hash, SignIn.ended_at.is_(None)


def _note_arrival(session: Session, standing: Standing, by: str, now: datetime) -> None:
    """Say that somebody is in, and tell the owner what is unusual. A newcomer's set-up tells of itself."""
    user, ip, again = standing.user_id, standing.where.ip, standing.raised_at is not None
    name = "second_factor_proved" if again else "signed_in"
    after_commit(session, lambda: logs.note(name, about=by, user=user, ip=ip))
    if again:
        return
    if standing.new_device and standing.factors:
        events.record(session, events.NEW_DEVICE, standing.actor, now, method=by)
    failures = standing.wrong_passwords + standing.wrong_codes
    if failures >= limits.FAILURES_TOLD:
        events.record(session, events.SIGNED_IN_AFTER_FAILURES, standing.actor, now, failures=failures)


def lock_user(session: Session, user_id: int) -> None:
    """Hold the user's row to the end of the transaction (SQLite holds the whole database).

    Whatever changes what protects a user does this first, so that two changes at once wait for each other.
    """
    session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


def seen(standing: Standing, step: Step, now: datetime) -> datetime:
    """Note that the sign-in is in use, at most once a minute. Waiting at the code step doesn't lengthen it.

    Returns when it now ends if nothing more happens.
    """
    if step is Step.CHECK or now - standing.seen_at < limits.SEEN_EVERY:
        return min(standing.idle_ends_at, standing.ends_at)
    longer = standing.idle if standing.raised_at else limits.HALF_IN
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
