"""What the overview tells beside what every page knows, by one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from portal.access.recovery_codes import Remaining
from portal.access.standing import Standing
from portal.database import read
from portal.models import RecoveryCode, RecoverySet, SignIn, User


@dataclass(frozen=True)
class LastSignIn:
    """The newest finished sign-in that began before this one."""

    raised_at: datetime
    raised_by: str | None
    ip: str
    agent: str


@dataclass(frozen=True)
class Overview:
    """The user's recovery codes and their last sign-in, where there are any, and when they are to check what is left
    if something is lost."""

    recovery: Remaining | None
    last: LastSignIn | None
    check_up_at: datetime | None


_COUNT = select(func.count(RecoveryCode.id)).where(RecoveryCode.set_id == RecoverySet.id)
_BEFORE = (
    select(SignIn.id)
    .where(SignIn.user_id == User.id, SignIn.raised_at.is_not(None), SignIn.id < bindparam("sign_in"))
    .order_by(SignIn.raised_at.desc())
    .limit(1)
    .correlate(User)
)
_OVERVIEW = (
    select(
        RecoverySet.number,
        RecoverySet.created_at,
        _COUNT.where(RecoveryCode.used_at.is_(None)).scalar_subquery(),
        _COUNT.scalar_subquery(),
        SignIn.raised_at,
        SignIn.raised_by,
        SignIn.ip,
        SignIn.agent,
        User.check_up_at,
    )
    .select_from(User)
    .outerjoin(RecoverySet, RecoverySet.user_id == User.id)
    .outerjoin(SignIn, SignIn.id == _BEFORE.scalar_subquery())
    .where(User.id == bindparam("user"))
)


def read_overview(standing: Standing) -> Overview:
    """The overview of whoever is in."""
    row: tuple[Any, ...] = tuple(read(_OVERVIEW, {"user": standing.user_id, "sign_in": standing.sign_in_id}).one())
    codes, last, check_up_at = row[:4], row[4:8], row[8]
    return Overview(
        Remaining(*codes) if codes[0] is not None else None,
        LastSignIn(*last) if last[0] is not None else None,
        check_up_at,
    )
