"""Ending what a restored backup brings back to life.

A backup is older than what happened since: sign-ins that ended are alive in it, devices that were forgotten are known,
and codes, links and recovery codes that were used are not. Nobody can tell any more which, so all of them end.
Passwords and methods stay as they were.

Everything here runs before the portal is opened again, in batches, and may be broken off and run again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal import methods
from portal.access import by_operator, devices, limits, open_recoveries
from portal.access.events import Actor
from portal.access.password_resets import FIRST, STAFF
from portal.access.sign_ins import lock_user
from portal.access.where import NOWHERE
from portal.database import changed, write
from portal.delivery import outbox
from portal.extensions import db
from portal.models import (
    Code,
    Event,
    Factor,
    Message,
    Recovery,
    RecoveryCode,
    RecoverySet,
    Registration,
    RemovedFactor,
    ResetLink,
    SignIn,
    User,
)

BATCH = 500  # rows in one transaction

Act = Callable[[Session, Sequence[int]], int]


@dataclass(frozen=True)
class Ended:
    """How many rows of each kind were ended, and the addresses of those who need help.

    `without_password`: never chose one, and their link is dead. `shut_out`: their methods let them in no more, so a
    recovery code would have been their only way.
    """

    counts: dict[str, int]
    without_password: list[str]
    shut_out: list[str]


def end_revived(now: datetime) -> Ended:
    """End everything that may have been ended, used or sent since the backup. Doing it twice does no harm."""
    counts = {
        "remembered devices": devices.forget_everybody(now),
        "sign-ins": by_operator.sign_out_everybody(now),  # and what they were setting up
        "registrations": _in_batches(Registration.id, _drop_registrations),
        "codes": _in_batches(Code.id, lambda session, ids: _spend_codes(session, ids, now)),
        "messages with a code or link": _in_batches(
            Message.id, lambda session, ids: outbox.withdraw(session, ids, now)
        ),
        "links": _in_batches(ResetLink.id, lambda session, ids: _end_links(session, ids, now)),
        "links in notices": _in_batches(Event.id, _forget_links),
        "removed methods": _in_batches(RemovedFactor.id, _drop_removed),
        "lost accesses": _in_batches(Recovery.id, lambda session, ids: _stop_recoveries(session, ids, now)),
        "recovery codes": _in_batches(RecoverySet.id, _empty_sets),
        "time steps of apps": _in_batches(Factor.id, lambda session, ids: _spend_steps(session, ids, now)),
    }
    return Ended(counts, _addresses(_without_password()), _addresses(_shut_out()))


def _in_batches(column: InstrumentedAttribute[int], act: Act) -> int:
    """`act` on every row of a table, given by its ids, so many in one transaction."""
    done, last = 0, 0
    while ids := db.session.scalars(select(column).where(column > last).order_by(column).limit(BATCH)).all():
        with write() as session:
            done += act(session, ids)
        last = ids[-1]
    return done


def _drop_registrations(session: Session, ids: Sequence[int]) -> int:
    unfinished = (Registration.id.in_(ids), Registration.finished_at.is_(None))
    return changed(session.execute(delete(Registration).where(*unfinished)))


def _spend_codes(session: Session, ids: Sequence[int], now: datetime) -> int:
    unused = (Code.id.in_(ids), Code.used_at.is_(None))
    return changed(session.execute(update(Code).where(*unused).values(used_at=now)))


def _end_links(session: Session, ids: Sequence[int], now: datetime) -> int:
    alive = (ResetLink.id.in_(ids), ResetLink.used_at.is_(None), ResetLink.expires_at > now)
    return changed(session.execute(update(ResetLink).where(*alive).values(expires_at=now)))


def _forget_links(session: Session, ids: Sequence[int]) -> int:
    """Forgotten, not used: as if one had been used, the next closing would send none."""
    linked = (Event.id.in_(ids), or_(Event.link_hash.is_not(None), Event.not_me_hash.is_not(None)))
    return changed(session.execute(update(Event).where(*linked).values(link_hash=None, not_me_hash=None)))


def _drop_removed(session: Session, ids: Sequence[int]) -> int:
    """None comes back: its owner may have brought it back since, and removed it for good."""
    return changed(session.execute(delete(RemovedFactor).where(RemovedFactor.id.in_(ids))))


def _stop_recoveries(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Each may have been stopped since, so each begins anew. The owners of those whose wait had begun are told."""
    owners = select(Recovery.id, User.id, User.email).join(User, User.id == Recovery.user_id)
    stopped = 0
    for id, user_id, email in session.execute(owners.where(Recovery.id.in_(ids), *open_recoveries.OPEN)).all():
        lock_user(session, user_id)
        actor = Actor(user_id, email, NOWHERE)
        stopped += open_recoveries.stop(session, actor, open_recoveries.RESTORED, now, Recovery.id == id)
    return stopped


def _empty_sets(session: Session, ids: Sequence[int]) -> int:
    """Take the codes away and leave the set unfinished: after the next sign-in its owner makes a new one (R5)."""
    session.execute(update(RecoverySet).where(RecoverySet.id.in_(ids)).values(saved_at=None))
    return changed(session.execute(delete(RecoveryCode).where(RecoveryCode.set_id.in_(ids))))


def _spend_steps(session: Session, ids: Sequence[int], now: datetime) -> int:
    """No code of an app that could have been typed until now is good: an app's next code is, a minute later at most.

    Set, not raised: a step further ahead would count as one from a clock set back, and refuse nothing.
    """
    newest = int(now.timestamp()) // limits.STEP + limits.STEPS_ASIDE
    apps = (Factor.id.in_(ids), Factor.secret.is_not(None))
    return changed(session.execute(update(Factor).where(*apps).values(last_step=newest)))


def _without_password() -> tuple[ColumnElement[bool], ...]:
    """Users of the operator's who have not used the link to choose a password."""
    link = (ResetLink.email_key == User.email_key, ResetLink.purpose.in_((FIRST, STAFF)), ResetLink.used_at.is_(None))
    return exists().where(*link), ~exists().where(SignIn.user_id == User.id)


def _shut_out() -> tuple[ColumnElement[bool], ...]:
    """Users whose every method is closed (wrong codes in a row) or in a mailbox that doesn't count (R12)."""
    mine = and_(Factor.user_id == User.id, Factor.confirmed_at.is_not(None))
    in_mailbox = [name for name in methods.REGISTRY if methods.method(name).in_mailbox]
    counts = or_(User.mailed_reset_at.is_(None), Factor.kind.not_in(in_mailbox))
    usable = exists().where(mine, Factor.wrong_codes < limits.CODES_IN_A_ROW, counts)
    return exists().where(mine), ~usable


def _addresses(which: tuple[ColumnElement[bool], ...]) -> list[str]:
    return list(db.session.scalars(select(User.email).where(*which).order_by(User.email_key)))
