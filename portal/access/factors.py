"""A user's enrolled methods: setting one up, naming, removing, which is primary. Never fewer than one."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from portal import methods
from portal.access import devices, events, limits, open_recoveries
from portal.access.problems import Gone, LastMethod
from portal.access.sign_ins import end_others, lock_user
from portal.access.standing import Enrolment, Standing
from portal.database import changed, write
from portal.extensions import db, keys
from portal.methods.base import Enrolled
from portal.models import Factor, RecoverySet, RemovedFactor, User

METHODS_CHANGED = "methods_changed"
# What a factor takes along when it is removed, and brings back.
KEPT = (
    *(Factor.user_id, Factor.kind, Factor.name, Factor.secret, Factor.last_step, Factor.wrong_codes),
    *(Factor.created_at, Factor.confirmed_at, Factor.used_at),
)

Row = Factor | Enrolment
Rows = Iterable[Row]


def closed(factor: Row) -> bool:
    """Whether the method refuses after too many wrong codes in a row."""
    return factor.wrong_codes >= limits.CODES_IN_A_ROW


def pending(standing: Standing, kind: str, now: datetime) -> Factor | None:
    """The method of that kind that this sign-in is setting up: the same key in every tab, until it expires."""
    return db.session.scalar(
        select(Factor)
        .where(Factor.sign_in_id == standing.sign_in_id, Factor.kind == kind, Factor.expires_at > now)
        .execution_options(populate_existing=True)
    )


def begin(session: Session, standing: Standing, kind: str, now: datetime) -> None:
    """Begin to set up a method, in the transaction that confirms the password for it.

    An expired try of this sign-in gives way; a second tab's `begin` finds the first one's row. Raises `Gone` when the
    user has as many of the kind as may be.
    """
    lock_user(session, standing.user_id)
    mine = (Factor.sign_in_id == standing.sign_in_id, Factor.kind == kind)
    session.execute(delete(Factor).where(*mine, Factor.expires_at <= now))
    if session.scalar(select(Factor.id).where(*mine)):
        return
    method = methods.method(kind)
    if len(slots(session, standing.user_id, kind)) >= method.most:
        raise Gone
    secret = method.new_secret()
    session.add(
        Factor(
            user_id=standing.user_id,
            kind=kind,
            name="",
            secret=keys().encrypt(secret, row_name(standing.user_id, kind)) if secret else None,
            created_at=now,
            sign_in_id=standing.sign_in_id,
            expires_at=now + limits.SET_UP_LIFE,
        )
    )


def cancel(standing: Standing, kind: str) -> None:
    """Leave off setting a method up; its key is gone."""
    with write() as session:
        session.execute(
            delete(Factor).where(
                Factor.sign_in_id == standing.sign_in_id, Factor.kind == kind, Factor.confirmed_at.is_(None)
            )
        )


def secret(factor: Row) -> bytes | None:
    """A factor's decrypted secret."""
    return keys().decrypt(factor.secret, row_name(factor.user_id, factor.kind)) if factor.secret else None


def evidence(rows: Rows) -> tuple[Enrolled, ...]:
    """Factors as a method judges them."""
    return tuple(Enrolled(row.id, secret(row), row.last_step) for row in rows)


def finish(session: Session, standing: Standing, factor: Factor, now: datetime) -> None:
    """A set-up proved right: the method is on, every other sign-in ends and every other device is forgotten (R13), the
    first one is primary.

    The caller holds the user's row (`lock_user`). Raises `Gone` when the set-up was cancelled, expired or finished by
    another tab meanwhile.
    """
    end_others(session, standing, METHODS_CHANGED, now)  # before the factors, as a code that is proved does
    devices.forget_others(session, standing, METHODS_CHANGED, now)
    taken = slots(session, standing.user_id, factor.kind)
    slot = next(i for i in range(1, len(taken) + 2) if i not in taken)
    name = first_name(factor.kind, slot)
    finished = session.execute(
        update(Factor)
        .where(Factor.id == factor.id, Factor.confirmed_at.is_(None), Factor.expires_at > now)
        .values(
            confirmed_at=now,
            slot=slot,
            name=name,
            wrong_codes=wrong_codes(session, standing.user_id, factor.kind),
            sign_in_id=None,
            expires_at=None,
        )
    )
    if changed(finished) != 1 or slot > methods.method(factor.kind).most:
        raise Gone
    session.execute(
        update(User)
        .where(User.id == standing.user_id, User.primary_method.is_(None))
        .values(primary_method=factor.kind, methods_reset_at=None)
    )
    open_recoveries.stop(session, standing.actor, open_recoveries.METHODS, now)
    events.record(session, events.METHOD_ADDED, standing.actor, now, method=factor.kind, name=name)


def first_name(kind: str, slot: int) -> str:
    """What one of several is called until its owner names it."""
    return f"App {slot}" if methods.method(kind).most > 1 else ""


def rename(user_id: int, factor_id: int, name: str) -> None:
    """Name one of several. Raises `Gone` unless it is this user's."""
    with write() as session:
        renamed = session.execute(
            update(Factor)
            .where(Factor.id == factor_id, Factor.user_id == user_id, Factor.confirmed_at.is_not(None))
            .values(name=name)
        )
    if changed(renamed) != 1:
        raise Gone


def remove(session: Session, standing: Standing, kind: str, now: datetime, *, factor_id: int | None = None) -> None:
    """Switch a whole method off, or remove one of several. Every other sign-in ends, every other device is forgotten.
    What is removed stays for a while, where it proves nothing, for "This wasn't me" to bring back.

    Raises `LastMethod` when nothing would be left (R2), `Gone` when there is nothing to remove. Two tabs that remove
    the last two methods wait for each other at the user's row.
    """
    lock_user(session, standing.user_id)
    end_others(session, standing, METHODS_CHANGED, now)
    devices.forget_others(session, standing, METHODS_CHANGED, now)
    which = [Factor.user_id == standing.user_id, Factor.kind == kind, Factor.confirmed_at.is_not(None)]
    if factor_id is not None:
        which.append(Factor.id == factor_id)
    gone = session.execute(delete(Factor).where(*which).returning(*KEPT)).mappings().all()
    if not gone:
        raise Gone
    if not hand_on_primary(session, standing.user_id):
        raise LastMethod
    session.execute(insert(RemovedFactor), [{**row, "removed_at": now} for row in gone])
    name = "" if factor_id is None else str(gone[0]["name"])
    open_recoveries.stop(session, standing.actor, open_recoveries.METHODS, now)
    events.record(session, events.METHOD_REMOVED, standing.actor, now, method=kind, name=name)


def take_all(session: Session, user_id: int, now: datetime) -> None:
    """Take every method and the recovery codes away. Until a method is set up again, a password that comes by mail
    shuts the wizard (R15).

    The caller holds the user's row, and has ended their sign-ins.
    """
    session.execute(delete(Factor).where(Factor.user_id == user_id))
    session.execute(delete(RemovedFactor).where(RemovedFactor.user_id == user_id))  # nothing of it comes back
    session.execute(delete(RecoverySet).where(RecoverySet.user_id == user_id))
    values = {"primary_method": None, "methods_reset_at": now}
    session.execute(update(User).where(User.id == user_id).values(**values))


def hand_on_primary(session: Session, user_id: int) -> bool:
    """After methods went or came: a primary one that isn't on gives way to the oldest. Whether any is on."""
    mine = (Factor.user_id == user_id, Factor.confirmed_at.is_not(None))
    left = session.scalars(select(Factor.kind).where(*mine).order_by(Factor.confirmed_at)).all()
    if left:
        replaced = (User.id == user_id, or_(User.primary_method.is_(None), User.primary_method.not_in(left)))
        session.execute(update(User).where(*replaced).values(primary_method=left[0]))
    return bool(left)


def set_primary(standing: Standing, kind: str, now: datetime) -> None:
    """Ask this method first at sign-in. Raises `Gone` unless it is on."""
    user = standing.user_id
    on = select(Factor.id).where(Factor.user_id == user, Factor.kind == kind, Factor.confirmed_at.is_not(None))
    with write() as session:
        chosen = session.execute(update(User).where(User.id == user, on.exists()).values(primary_method=kind))
        if changed(chosen) != 1:
            raise Gone
        events.record(session, events.PRIMARY_CHOSEN, standing.actor, now, method=kind)


def slots(session: Session, user_id: int, kind: str) -> set[int]:
    """Which numbers the user's finished factors of a kind have."""
    taken = session.scalars(
        select(Factor.slot).where(Factor.user_id == user_id, Factor.kind == kind, Factor.confirmed_at.is_not(None))
    )
    return {slot for slot in taken if slot is not None}


def wrong_codes(session: Session, user_id: int, kind: str) -> int:
    """A method's wrong codes in a row stand on each of its factors alike; one more factor takes them over."""
    mine = (Factor.user_id == user_id, Factor.kind == kind, Factor.confirmed_at.is_not(None))
    return session.scalar(select(func.max(Factor.wrong_codes)).where(*mine)) or 0


def row_name(user_id: int, kind: str) -> str:
    """Which row a secret belongs to: nobody else's, and no other method's."""
    return f"factor {user_id} {kind}"
