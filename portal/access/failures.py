"""Second steps that fail after a right password: what is noted, and when the owner is told that somebody knows it."""

from datetime import datetime

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session, aliased

from portal.access import closed_methods, events, limits
from portal.access.events import Actor
from portal.access.limit_sentences import span
from portal.access.standing import Standing
from portal.access.where import Where
from portal.database import Moment, changed, write
from portal.extensions import db
from portal.models import Code, Factor, SignIn, User

BATCH = 100  # sign-ins told of in one round of the worker's chores
LONG_AGO = span("1 day")  # older ones are of no use to anybody, as after a night without a worker


def note_wrong_code(standing: Standing, kind: str, now: datetime, *, closed: bool) -> None:
    """A wrong code of a method, or a wrong recovery code. `closed`: it was the last that the method takes."""
    with write() as session:
        if standing.raised_at is None:
            mine = update(SignIn).where(SignIn.id == standing.sign_in_id).values(wrong_codes=SignIn.wrong_codes + 1)
            wrong = session.scalar(mine.returning(SignIn.wrong_codes))
            if wrong == limits.WRONG_CODES_TOLD and _to_tell(session, standing.sign_in_id, now):
                events.record(session, events.SECOND_STEP_FAILED, standing.actor, now, wrong=wrong)
        events.record(session, events.CODE_WRONG, standing.actor, now, method=kind)
        if closed:
            closed_methods.note_closed(session, standing, kind, now)


def tell_of_abandoned(now: datetime) -> int:
    """Tell the owners of sign-ins whose password was right and whose second step nobody finished. How many were told.

    Not of those that were begun again and finished in the same browser.
    """
    told = 0
    for row in db.session.execute(_ABANDONED, {"before": now - limits.ABANDONED, "after": now - LONG_AGO}):
        actor = Actor(row.user_id, row.email, Where(row.ip, row.agent, row.device_hash))
        with write() as session:
            if _to_tell(session, row.id, now) and not row.finished:
                events.record(session, events.SECOND_STEP_FAILED, actor, now, wrong=row.wrong_codes)
                told += 1
    return told


def _to_tell(session: Session, sign_in_id: int, now: datetime) -> bool:
    """Whether nobody has told of this sign-in; from now on somebody has."""
    untold = (SignIn.id == sign_in_id, SignIn.told_at.is_(None), SignIn.raised_at.is_(None))
    return changed(session.execute(update(SignIn).where(*untold).values(told_at=now))) == 1


_later = aliased(SignIn)
_BEFORE, _AFTER = (bindparam(name, type_=Moment) for name in ("before", "after"))
_ABANDONED = (
    select(
        SignIn.id,
        SignIn.user_id,
        User.email,
        SignIn.ip,
        SignIn.agent,
        SignIn.device_hash,
        SignIn.wrong_codes,
        exists()
        .where(_later.user_id == SignIn.user_id, _later.device_hash == SignIn.device_hash)
        .where(_later.raised_at >= SignIn.created_at)
        .label("finished"),
    )
    .join(User, User.id == SignIn.user_id)
    .where(SignIn.raised_at.is_(None), SignIn.told_at.is_(None), SignIn.created_at.between(_AFTER, _BEFORE))
    .where(exists().where(Factor.user_id == SignIn.user_id, Factor.confirmed_at <= SignIn.created_at))
    .where(~exists().where(Code.sign_in_id == SignIn.id, Code.created_at > _BEFORE))
    .limit(BATCH)
)
