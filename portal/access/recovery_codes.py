"""Recovery codes: ten, each good for one sign-in in place of the second factor. They are no method (R2, R5)."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from portal.access import devices, events, failures, limits, tries
from portal.access.answers import CROCKFORD, RECOVERY_CHARACTERS, read_recovery_code
from portal.access.limit_sentences import Hit, network
from portal.access.problems import Gone, RecoveryCodeUsed, RecoveryCodeWrong
from portal.access.sign_ins import lock_user, raise_sign_in
from portal.access.standing import Standing
from portal.database import changed, write
from portal.extensions import db, hasher, keys
from portal.models import RecoveryCode, RecoverySet

SALT = 16  # bytes: RFC 9106, 3.1
RAISED_BY = "recovery_code"


@dataclass(frozen=True)
class Prepared:
    """Codes and their digests, worked out before a transaction is open."""

    codes: tuple[str, ...]
    salt: bytes
    digests: tuple[bytes, ...]


@dataclass(frozen=True)
class Unsaved:
    """A set that its maker may still read."""

    codes: tuple[str, ...]
    number: int
    made_at: datetime


@dataclass(frozen=True)
class Remaining:
    """What the owner sees of a set later: never a code."""

    number: int
    made_at: datetime
    unused: int
    total: int


def prepare() -> Prepared:
    """Make ten codes of 80 random bits and hash them. Raises `Busy`."""
    codes = tuple(_new() for _ in range(limits.RECOVERY_CODES))
    salt = secrets.token_bytes(SALT)
    return Prepared(codes, salt, tuple(hasher().digest(code, salt) for code in codes))


def store(session: Session, standing: Standing, made: Prepared, now: datetime) -> None:
    """Put a new set in the old one's place. A copy stays readable to this sign-in until it finishes.

    The caller holds the user's row (`lock_user`), for the old set's number and the new one's belong together.
    """
    mine = RecoverySet.user_id == standing.user_id
    number = (session.scalar(select(RecoverySet.number).where(mine)) or 0) + 1
    session.execute(delete(RecoverySet).where(mine))
    row = RecoverySet(
        user_id=standing.user_id,
        number=number,
        salt=made.salt,
        created_at=now,
        sign_in_id=standing.sign_in_id,
        sealed=keys().encrypt("\n".join(made.codes).encode(), row_name(standing.user_id)),
    )
    session.add(row)
    session.flush()
    session.add_all(RecoveryCode(set_id=row.id, digest=digest) for digest in made.digests)
    events.record(session, events.RECOVERY_CODES_MADE, standing.actor, now, number=number)


def replace(standing: Standing, made: Prepared, now: datetime) -> None:
    """Put a new set in place of one that its maker never finished (R5) or that is used up, unless a second tab or
    another sign-in has done so."""
    mine = and_(RecoverySet.sign_in_id == standing.sign_in_id, RecoverySet.sealed.is_not(None))
    unused = exists().where(RecoveryCode.set_id == RecoverySet.id, RecoveryCode.used_at.is_(None))
    good = or_(mine, and_(RecoverySet.saved_at.is_not(None), unused))
    with write() as session:
        lock_user(session, standing.user_id)
        if session.scalar(select(RecoverySet.id).where(RecoverySet.user_id == standing.user_id, good)) is None:
            store(session, standing, made, now)


def has_set(session: Session, user_id: int) -> bool:
    return session.scalar(select(RecoverySet.id).where(RecoverySet.user_id == user_id)) is not None


def unsaved(standing: Standing) -> Unsaved | None:
    """The codes, for the sign-in that made them and hasn't finished; None for everybody else."""
    row = db.session.scalar(
        select(RecoverySet).where(
            RecoverySet.user_id == standing.user_id,
            RecoverySet.sign_in_id == standing.sign_in_id,
            RecoverySet.sealed.is_not(None),
        )
    )
    if row is None or row.sealed is None:
        return None
    plain = keys().decrypt(row.sealed, row_name(standing.user_id)).decode().split("\n")
    return Unsaved(tuple(map(_grouped, plain)), row.number, row.created_at)


def finish(standing: Standing, now: datetime) -> bool:
    """The codes are saved: the readable copy is erased. Only what this sign-in has seen can be finished.

    Returns whether it was the user's first set.
    """
    with write() as session:
        number = session.scalar(
            update(RecoverySet)
            .where(
                RecoverySet.user_id == standing.user_id,
                RecoverySet.sign_in_id == standing.sign_in_id,
                RecoverySet.saved_at.is_(None),
                RecoverySet.sealed.is_not(None),
            )
            .values(saved_at=now, sealed=None)
            .returning(RecoverySet.number)
        )
    return number == 1


def remaining(user_id: int) -> Remaining | None:
    """How many of the user's codes are unused; None when there is no set."""
    row = db.session.execute(
        select(
            RecoverySet.number,
            RecoverySet.created_at,
            func.count(RecoveryCode.id).filter(RecoveryCode.used_at.is_(None)),
            func.count(RecoveryCode.id),
        )
        .join(RecoveryCode, RecoveryCode.set_id == RecoverySet.id)
        .where(RecoverySet.user_id == user_id)
        .group_by(RecoverySet.id)
    ).one_or_none()
    return Remaining(*row) if row else None


def use(standing: Standing, answer: str, now: datetime) -> str:
    """Let the sign-in in by a recovery code. Returns its new token. Every device is forgotten.

    One hash a try, whatever the answer. Raises a `Problem`, `LimitReached`, `Busy`, or `Gone` when the sign-in ended.
    """
    code = read_recovery_code(answer)
    hits = (
        Hit(limits.RECOVERY_BY_SIGN_IN, f"sign-in {standing.sign_in_id}"),
        Hit(limits.RECOVERY_BY_NETWORK, f"network {network(standing.where.ip)}"),
    )
    with tries.counted(hits, now):
        try:
            return _spend(standing, code, hits, now)
        except RecoveryCodeWrong:
            failures.note_wrong_code(standing, RAISED_BY, now, closed=False)
            raise


def _spend(standing: Standing, code: str, hits: tuple[Hit, ...], now: datetime) -> str:
    set_id, salt = _salt(standing.user_id)
    digest = hasher().digest(code, salt)
    with write() as session:
        lock_user(session, standing.user_id)
        mine = (RecoveryCode.set_id == set_id, RecoveryCode.digest == digest)
        used = session.execute(update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=now))
        if changed(used) != 1:
            known = session.scalar(select(RecoveryCode.id).where(*mine))
            raise RecoveryCodeUsed if known else RecoveryCodeWrong
        unused = select(func.count(RecoveryCode.id)).where(
            RecoveryCode.set_id == set_id, RecoveryCode.used_at.is_(None)
        )
        token = raise_sign_in(session, standing, RAISED_BY, now, back=hits)
        devices.forget_all(session, standing.actor, RAISED_BY, now)
        left = session.scalar(unused) or 0
        events.record(session, events.RECOVERY_CODE_USED, standing.actor, now, left=left)
        return token


def _salt(user_id: int) -> tuple[int, bytes]:
    row = db.session.execute(
        select(RecoverySet.id, RecoverySet.salt).where(RecoverySet.user_id == user_id)
    ).one_or_none()
    if row is None:
        raise Gone
    return row.id, row.salt


def _new() -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(RECOVERY_CHARACTERS))


def _grouped(code: str) -> str:
    """Four by four, as it is written down."""
    return "-".join(code[i : i + 4] for i in range(0, RECOVERY_CHARACTERS, 4))


def row_name(user_id: int) -> str:
    """What the readable copy is sealed for: nobody else's."""
    return f"recovery set {user_id}"
