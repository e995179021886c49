"""Methods that come back, and go, when their owner says "This wasn't me". Callers hold the user's row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from portal import methods
from portal.access import factors, limits
from portal.models import Factor, RemovedFactor

Method = tuple[str, str]  # its kind, and its name where there may be several
_NAMES = [column.key for column in factors.KEPT]
_KEPT = [RemovedFactor.__table__.c[name] for name in _NAMES]


@dataclass(frozen=True)
class Undone:
    """What came back, what is gone for good, and whether a method that was added `stays`, for want of another."""

    back: Sequence[Method]
    gone: Sequence[Method]
    stays: bool


def undo(session: Session, user_id: int, now: datetime, *, added_since: datetime | None) -> Undone:
    """Bring back what was removed within the last three days; with `added_since`, take away for good what was added
    then or later.

    Something always stays (R2): without a method, the mailbox would be all that is left (R15).
    """
    returning = _returning(session, user_id, now, added_since)
    gone: Sequence[Method] = ()
    stays = False
    if added_since is not None:
        strange = (Factor.user_id == user_id, Factor.confirmed_at >= added_since)
        older = exists().where(Factor.user_id == user_id, Factor.confirmed_at < added_since)
        stays = not returning and not session.scalar(select(older))
        if not stays:
            taken = session.execute(delete(Factor).where(*strange).returning(Factor.kind, Factor.name))
            gone = [(kind, name) for kind, name in taken]
    back = [(row["kind"], row["name"]) for row in returning if _put_back(session, row)]
    factors.hand_on_primary(session, user_id)
    return Undone(back, gone, stays)


def _returning(session: Session, user_id: int, now: datetime, added_since: datetime | None) -> list[RowMapping]:
    """What may come back, the newest removed first; what a stranger added and removed again is deleted."""
    mine = RemovedFactor.user_id == user_id
    if added_since is not None:
        session.execute(delete(RemovedFactor).where(mine, RemovedFactor.confirmed_at >= added_since))
    lately = (mine, RemovedFactor.removed_at > now - limits.NOT_ME_LIFE)
    rows = select(RemovedFactor.id, *_KEPT).where(*lately).order_by(RemovedFactor.removed_at.desc(), RemovedFactor.id)
    return list(session.execute(rows).mappings())


def _put_back(session: Session, row: RowMapping) -> bool:
    """Whether there was room; else it waits. Wrong codes in a row stand on each factor of a kind alike: none is
    forgotten. Its name may be another's by now."""
    user_id, kind = row["user_id"], row["kind"]
    taken = factors.slots(session, user_id, kind)
    if len(taken) >= methods.method(kind).most:
        return False
    wrong = max(row["wrong_codes"], factors.wrong_codes(session, user_id, kind))
    slot = min(set(range(1, len(taken) + 2)) - taken)
    session.execute(delete(RemovedFactor).where(RemovedFactor.id == row["id"]))
    mine = (Factor.user_id == user_id, Factor.kind == kind, Factor.confirmed_at.is_not(None))
    named = session.scalar(select(Factor.id).where(*mine, Factor.name == row["name"]))
    kept = {name: row[name] for name in _NAMES} | ({"name": factors.first_name(kind, slot)} if named else {})
    session.execute(insert(Factor).values(**kept, slot=slot))
    session.execute(update(Factor).where(*mine).values(wrong_codes=wrong))
    return True
