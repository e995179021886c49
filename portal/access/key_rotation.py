"""Putting the newest data key in the place of older ones, while the portal runs.

What is encrypted is encrypted anew, a batch at a time, each row by a statement that does nothing if the row was changed
or is gone meanwhile. Keyed hashes can't be made anew: a code lives for minutes, and counts
stand under the last of the keys.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from portal.access import factors, recovery_codes
from portal.access.limits import CODE_LIFE
from portal.crypto import KEY_ID, Unreadable
from portal.database import changed, write
from portal.delivery import outbox
from portal.extensions import db, keys
from portal.models import Code, Factor, Message, RecoverySet, RemovedFactor

BATCH = 100  # rows in one transaction
# From asking for a code to its end: as long as its mail may wait, and as long as it lives from then on.
CODE_MOST = 2 * CODE_LIFE


@dataclass(frozen=True)
class Sealed:
    """A column that holds encrypted values; `bound_to` is what of its row `row_name` makes a name of."""

    name: str
    id: InstrumentedAttribute[int]
    column: InstrumentedAttribute[bytes | None]
    bound_to: tuple[InstrumentedAttribute[Any], ...]
    row_name: Callable[..., str]

    @property
    def key(self) -> ColumnElement[bytes]:
        """How the value begins: which key it was made with."""
        return func.substr(self.column, 1, KEY_ID)


SEALED = (
    Sealed("factors", Factor.id, Factor.secret, (Factor.user_id, Factor.kind), factors.row_name),
    Sealed(
        "removed factors",
        RemovedFactor.id,
        RemovedFactor.secret,
        (RemovedFactor.user_id, RemovedFactor.kind),
        factors.row_name,
    ),
    Sealed("messages", Message.id, Message.sealed, (Message.id, Message.address), outbox.row_name),
    Sealed("recovery sets", RecoverySet.id, RecoverySet.sealed, (RecoverySet.user_id,), recovery_codes.row_name),
)


@dataclass(frozen=True)
class Rotated:
    """What a rotation did. `older` rows still need an older key, and `lost` ones a key that isn't there (any more).
    Until `codes_until` codes may be typed that were made with an older key."""

    renewed: dict[str, int]
    older: int
    lost: int
    codes_until: datetime | None


def rotate(now: datetime) -> Rotated:
    """Encrypt everything anew that an older key encrypted. Doing it twice does no harm."""
    renewed = {sealed.name: _renew_all(sealed) for sealed in SEALED}
    waiting = sum(_count(sealed, sealed.key != keys().newest) for sealed in SEALED)
    lost = sum(count_lost().values())
    return Rotated(renewed, waiting - lost, lost, _codes_until(now))


def count_lost() -> dict[str, int]:
    """How many rows of each kind were encrypted with a key that isn't among the data keys."""
    return {sealed.name: _count(sealed, sealed.key.not_in(sorted(keys().known))) for sealed in SEALED}


def count_older() -> int:
    """How many rows need an older key that is there."""
    older = sorted(keys().known - {keys().newest})
    return sum(_count(sealed, sealed.key.in_(older)) for sealed in SEALED)


def _renew_all(sealed: Sealed) -> int:
    renewed, last = 0, 0
    while rows := _older(sealed, last):
        last = rows[-1][0]
        renewed += _renew(sealed, rows)
    return renewed


def _older(sealed: Sealed, last: int) -> list[tuple[Any, ...]]:
    """The next rows that a known key but the newest has encrypted."""
    readable = sealed.key.in_(sorted(keys().known - {keys().newest}))
    which = (sealed.id > last, sealed.column.is_not(None), readable)
    rows = select(sealed.id, sealed.column, *sealed.bound_to).where(*which).order_by(sealed.id).limit(BATCH)
    return [tuple(row) for row in db.session.execute(rows)]


def _renew(sealed: Sealed, rows: list[tuple[Any, ...]]) -> int:
    renewed = 0
    with write() as session:
        for number, old, *bound_to in rows:
            name = sealed.row_name(*bound_to)
            try:
                plain = keys().decrypt(old, name)
            except Unreadable:  # altered, or moved from another row: nothing can be done for it
                continue
            same = (sealed.id == number, sealed.column == old)
            anew = {sealed.column.key: keys().encrypt(plain, name)}
            renewed += changed(session.execute(update(sealed.id.class_).where(*same).values(anew)))
    return renewed


def _count(sealed: Sealed, which: ColumnElement[bool]) -> int:
    return db.session.scalars(select(func.count(sealed.id)).where(sealed.column.is_not(None), which)).one()


def _codes_until(now: datetime) -> datetime | None:
    """When the last code ends that an older key has made."""
    older = func.substr(Code.mac, 1, KEY_ID) != keys().newest
    unused = (Code.used_at.is_(None), Code.created_at > now - CODE_MOST)
    newest: datetime | None = db.session.scalar(select(func.max(Code.created_at)).where(older, *unused))
    return newest + CODE_MOST if newest else None
