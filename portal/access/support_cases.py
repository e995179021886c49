"""A recovery that support opens for somebody who has lost everything (S0.11).

One member of the desk opens it with a reason, another one agrees; with a one-person desk a longer wait takes the
second's place. From there on it is the wait of `recoveries`: the owner hears of it at every step, and stops it by a
link or by any second factor. At its end only the wizard opens, to the password and a code from the mailbox.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session, aliased

from portal.access import by_operator, counting, desk, events, limits, open_recoveries, recoveries, sign_ins
from portal.access.events import Actor
from portal.access.limit_sentences import Hit
from portal.access.open_recoveries import COLUMNS, OPEN, OpenRecovery
from portal.access.problems import (
    CaseOpen,
    CasesUsedUp,
    Gone,
    NameMissing,
    NameTooLong,
    ReasonMissing,
    ReasonTooLong,
    WrongRole,
)
from portal.access.roles import ADMIN, APPROVERS
from portal.access.sign_ins import lock_user
from portal.access.standing import Standing
from portal.access.where import NOWHERE
from portal.crypto import new_token, token_hash
from portal.database import write
from portal.extensions import db, settings
from portal.models import Factor, Recovery, SupportCase, User

SIGNED_OUT = "support"


@dataclass(frozen=True)
class Case:
    """An open case as the desk sees it: whose, why, by whom, and where it stands."""

    user_id: int
    email: str
    reason: str
    opened_at: datetime
    opened_by: int
    opener: str
    approver: str | None
    open: OpenRecovery

    @property
    def masked(self) -> str:
        return desk.mask(self.email)

    @property
    def id(self) -> int:
        return self.open.id


def read_reason(answer: str) -> str:
    """A reason in one line, which the customer reads. Raises a `Problem`."""
    try:
        return by_operator.read_reason(answer)
    except NameMissing:
        raise ReasonMissing from None
    except NameTooLong as problem:
        raise ReasonTooLong(problem.most) from None


def open_case(staff: Standing, customer: tuple[int, str], reason: str, now: datetime) -> int:
    """Open a case, which waits for a second person. Its number.

    Raises a `Problem`: about the reason, `CaseOpen`, or `CasesUsedUp`; `Gone` for somebody without a method, to whom
    the wizard is open anyway.
    """
    reason, (user_id, email) = read_reason(reason), customer
    actor = Actor(user_id, email, NOWHERE)
    with write() as session:
        lock_user(session, user_id)
        _make_room(session, actor, now)
        kinds, _ = _protects(session, user_id)
        if not kinds:
            raise Gone
        if not counting.allows(session, Hit(limits.SUPPORT_CASES, f"user {user_id}"), now) and staff.role != ADMIN:
            raise CasesUsedUp
        row = _add(session, staff, user_id, reason, now)
        if settings().desk_approvals == "one":
            _begin(session, staff, actor, row.id, reason, limits.RECOVERY_WAIT_BY_MAILBOX, now)
        else:
            facts = {"reason": reason, **desk.by(staff)}
            events.record(session, events.SUPPORT_OPENED, actor, now, link=new_token(), **facts)
        return row.id


def approve(staff: Standing, case: Case, now: datetime) -> None:
    """Agree to a case that somebody else opened: the wait begins.

    Raises `WrongRole` unless this is an approver who didn't open it, `Gone` when it waits for nobody any more.
    """
    if staff.role not in APPROVERS or case.opened_by == staff.user_id:
        raise WrongRole
    by_another = exists().where(SupportCase.recovery_id == Recovery.id, SupportCase.opened_by != staff.user_id)
    actor = Actor(case.user_id, case.email, NOWHERE)
    with write() as session:
        lock_user(session, case.user_id)
        kinds, mailbox_spent = _protects(session, case.user_id)
        wait = limits.RECOVERY_WAIT_BY_MAILBOX if mailbox_spent else recoveries.wait(kinds)
        _begin(session, staff, actor, case.id, case.reason, wait, now, by_another, Recovery.link_ends_at > now)
        mine = update(SupportCase).where(SupportCase.recovery_id == case.id)
        session.execute(mine.values(approved_by=staff.user_id))


def stop(staff: Standing, case: Case, now: datetime) -> None:
    """Stop a case. Raises `Gone` when it is over already."""
    actor = Actor(case.user_id, case.email, NOWHERE)
    with write() as session:
        lock_user(session, case.user_id)
        if not open_recoveries.stop(session, actor, open_recoveries.SUPPORT, now, Recovery.id == case.id):
            raise Gone
        events.record(session, events.SUPPORT_STOPPED, actor, now, **desk.by(staff))


def sign_out(staff: Standing, customer: tuple[int, str], reason: str, now: datetime) -> None:
    """End every sign-in of a customer. They are told why. Raises a `Problem` about the reason."""
    reason, (user_id, email) = read_reason(reason), customer
    with write() as session:
        lock_user(session, user_id)
        sign_ins.end_all(session, user_id, SIGNED_OUT, now)
        actor, facts = Actor(user_id, email, NOWHERE), {"reason": reason, **desk.by(staff)}
        events.record(session, events.SUPPORT_SIGNED_OUT, actor, now, **facts)


def open_cases(staff: Standing) -> list[Case]:
    """The open cases, the oldest first: an approver's are all, anybody else's those that they opened."""
    return _cases(staff)


def find(staff: Standing, case_id: int) -> Case:
    """One of them. Raises `Gone`."""
    found = _cases(staff, Recovery.id == case_id)
    if not found:
        raise Gone
    return found[0]


def _cases(staff: Standing, *which: ColumnElement[bool]) -> list[Case]:
    opener, approver = aliased(User), aliased(User)
    columns = (User.id, User.email, SupportCase.reason, Recovery.opened_at, SupportCase.opened_by)
    mine = () if staff.role in APPROVERS else (SupportCase.opened_by == staff.user_id,)
    rows = (
        select(*columns, opener.email, approver.email, *COLUMNS)
        .select_from(SupportCase)
        .join(Recovery, Recovery.id == SupportCase.recovery_id)
        .join(User, User.id == Recovery.user_id)
        .join(opener, opener.id == SupportCase.opened_by)
        .outerjoin(approver, approver.id == SupportCase.approved_by)
        .where(*OPEN, *mine, *which)
        .order_by(Recovery.id)
    )
    found: Iterable[tuple[Any, ...]] = (
        (*row[:7], OpenRecovery(*row[7:])) for row in map(tuple, db.session.execute(rows))
    )
    return [Case(*facts) for facts in found]


def _make_room(session: Session, actor: Actor, now: datetime) -> None:
    """Of what is open already, a case that lapsed and a link that was only asked for give way. Raises `CaseOpen`."""
    open_recoveries.stop(session, actor, open_recoveries.LAPSED, now, open_recoveries.lapsed(now))
    asked = (Recovery.kind == recoveries.CUSTOMER, Recovery.confirmed_at.is_(None))
    open_recoveries.stop(session, actor, open_recoveries.SUPPORT, now, *asked)
    if session.scalar(select(Recovery.id).where(Recovery.user_id == actor.user_id, *OPEN)):
        raise CaseOpen


def _protects(session: Session, user_id: int) -> tuple[Sequence[str], bool]:
    """The kinds of the customer's methods, and whether the mailbox alone has proved who they are of late (R12)."""
    rows = select(Factor.kind).where(Factor.user_id == user_id, Factor.confirmed_at.is_not(None)).distinct()
    spent = select(User.mailed_reset_at.is_not(None)).where(User.id == user_id)
    return session.scalars(rows).all(), session.scalar(spent) is True


def _add(session: Session, staff: Standing, user_id: int, reason: str, now: datetime) -> Recovery:
    row = Recovery(
        user_id=user_id,
        kind=open_recoveries.BY_SUPPORT,
        opened_at=now,
        link_hash=token_hash(new_token()),
        link_ends_at=now + limits.APPROVAL_LIFE,
        notice_at=now + limits.APPROVAL_LIFE,
    )
    session.add(row)
    session.flush()
    session.add(SupportCase(recovery_id=row.id, opened_by=staff.user_id, reason=reason))
    session.flush()
    return row


def _begin(
    session: Session,
    staff: Standing,
    actor: Actor,
    case_id: int,
    reason: str,
    wait: timedelta,
    now: datetime,
    *which: ColumnElement[bool],
) -> None:
    """The wait begins, once. Raises `Gone`."""
    waits = (Recovery.id == case_id, Recovery.kind == open_recoveries.BY_SUPPORT, *OPEN)
    ends_at = recoveries.begin_wait(session, wait, now, *waits, Recovery.confirmed_at.is_(None), *which)
    facts = {"reason": reason, "ends_at": ends_at.isoformat(), **desk.by(staff)}
    events.record(session, events.SUPPORT_BEGUN, actor, now, link=new_token(), **facts)
