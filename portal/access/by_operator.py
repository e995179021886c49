"""What the operator does to somebody's way in. It lets nobody in: whoever lost everything proves anew who they are."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from portal.access import devices, events, factors, open_recoveries, password_resets, recoveries, sign_ins
from portal.access.accounts import Account
from portal.access.answers import read_name
from portal.access.events import Actor
from portal.access.problems import Gone
from portal.access.where import NOWHERE
from portal.database import changed, write
from portal.extensions import db
from portal.models import SignIn, User

SIGNED_OUT = "operator"
REASON_MOST = 200
BATCH = 500  # sign-ins in one transaction


def read_reason(answer: str) -> str:
    """A reason in one line. Raises a `Problem`."""
    return read_name(answer, REASON_MOST)


def reset_methods(account: Account, reason: str, now: datetime) -> None:
    """Take every method and the recovery codes away; every sign-in and mailed link ends, every device is forgotten; the
    owner is told.

    From now on, until a method is set up again, a password that comes by mail shuts the wizard (R15). What they had
    begun themselves after losing everything is stopped.
    """
    with write() as session:
        sign_ins.lock_user(session, account.id)
        # Before the factors, as a code that is proved does.
        sign_ins.end_all(session, account.id, factors.METHODS_CHANGED, now)
        devices.forget_all(session, _actor(account), factors.METHODS_CHANGED, now)
        factors.take_all(session, account.id, now)
        open_recoveries.stop(session, _actor(account), open_recoveries.OPERATOR, now)
        password_resets.end_links(session, account.email_key, now)
        events.record(session, events.METHODS_RESET, _actor(account), now, reason=reason)


def open_wizard(account: Account, now: datetime) -> None:
    """Take the password that came by mail as the owner's: the wizard opens, until another comes. The owner is told.

    Raises `Gone` when it wasn't shut.
    """
    shut = (User.id == account.id, User.mailed_reset_at.is_not(None), User.methods_reset_at.is_not(None))
    with write() as session:
        sign_ins.lock_user(session, account.id)
        if changed(session.execute(update(User).where(*shut).values(mailed_reset_at=None))) != 1:
            raise Gone
        events.record(session, events.WIZARD_OPENED, _actor(account), now)


def stop_recovery(account: Account, now: datetime) -> None:
    """Stop what was begun in a user's name by "I have lost everything". The owner is told.

    Raises `Gone` when nothing was.
    """
    recoveries.stop(_actor(account), open_recoveries.OPERATOR, now)


def sign_out(account: Account, now: datetime) -> int:
    """End every sign-in of a user and forget their devices. How many sign-ins were alive."""
    alive = _alive(now, SignIn.user_id == account.id)
    with write() as session:
        sign_ins.lock_user(session, account.id)
        sign_ins.end_all(session, account.id, SIGNED_OUT, now)
        devices.forget_all(session, _actor(account), SIGNED_OUT, now)
        events.record(session, events.SIGNED_OUT_BY_OPERATOR, _actor(account), now)
    return alive


def sign_out_everybody(now: datetime) -> int:
    """End every sign-in there is and forget every device, a batch at a time so that nobody waits long.

    How many sign-ins were alive.
    """
    alive = _alive(now)
    devices.forget_everybody(now)
    newest = db.session.scalar(select(func.max(SignIn.id))) or 0
    batch = select(SignIn.id).where(SignIn.ended_at.is_(None), SignIn.id <= newest).limit(BATCH)
    while ids := db.session.scalars(batch).all():
        with write() as session:
            sign_ins.end_where(session, (SignIn.id.in_(ids),), SIGNED_OUT, now)
    return alive


def _actor(account: Account) -> Actor:
    return Actor(account.id, account.email, NOWHERE)


def _alive(now: datetime, *which: ColumnElement[bool]) -> int:
    alive = (SignIn.ended_at.is_(None), SignIn.idle_ends_at > now, SignIn.ends_at > now)
    return db.session.scalars(select(func.count(SignIn.id)).where(*alive, *which)).one()
