"""Coming back after losing everything but the password and the mailbox (S0.11).

Whoever has typed the right password is mailed a link; by it the wait begins, and the owner is told at once and again
and again. Whoever proves a second factor stops it, so does the link in every one of those mails, and so does a mailed
reset of the password: it must be one that was known before. After the wait, password and mailbox together take the
methods away, and the wizard is next.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session

from portal import methods
from portal.access import counting, devices, events, factors, limits, mailed_links, open_recoveries, password_resets
from portal.access.events import Actor
from portal.access.limit_sentences import Hit
from portal.access.open_recoveries import OPEN, OpenRecovery
from portal.access.problems import Gone, LimitReached, MailboxSpent
from portal.access.sign_ins import end_others, lock_user
from portal.access.standing import Standing
from portal.access.where import Where
from portal.crypto import new_token, token_hash
from portal.database import changed, write
from portal.delivery import outbox
from portal.extensions import db, keys
from portal.models import Event, Factor, Recovery, SignIn, User

CUSTOMER = "customer"  # who opened the case
WITH_LINK = [kind.name for kind in events.KINDS.values() if kind.leads_to == mailed_links.STOP_RECOVERY]


@dataclass(frozen=True)
class Case:
    """What a mailed link is about: whose case, where it stands, and how long its wait is to last."""

    user_id: int
    email: str
    open: OpenRecovery
    wait: timedelta


def wait(kinds: Collection[str]) -> timedelta:
    """How long somebody with these methods waits: longer where a mailbox is all that protects them."""
    return limits.RECOVERY_WAIT_BY_MAILBOX if in_mailbox(kinds) else limits.RECOVERY_WAIT


def only_support(kinds: Collection[str], *, mailbox_spent: bool) -> bool:
    """Whether the mailbox would be everything: the password came by mail, and there are methods beside it (R12)."""
    return mailbox_spent and not in_mailbox(kinds)


def ask(standing: Standing, now: datetime) -> None:
    """Mail the link that begins the wait; a newer one takes the place of the one before. Nothing while a wait is under
    way. Raises `LimitReached`, `MailboxSpent`, or `Gone` when the sign-in has ended."""
    if only_support(standing.kinds, mailbox_spent=standing.mailbox_spent):
        raise MailboxSpent
    if standing.recovery and standing.recovery.begun(now):
        return
    _refuse_a_third(standing.user_id, now)
    counting.take((Hit(limits.RECOVERY_LINKS, f"user {standing.user_id}"),), now)
    with write() as session:
        lock_user(session, standing.user_id)
        if session.scalar(select(SignIn.ended_at.is_(None)).where(SignIn.id == standing.sign_in_id)) is not True:
            raise Gone
        token = _open(session, standing, now)
        if token:
            _mail(session, standing, token, now)


def find(token: str, now: datetime) -> Case | None:
    """The case that a mailed link begins, or has begun; None when it can't be used (any more). Looking spends
    nothing."""
    return _case(Recovery.link_hash == token_hash(token), now)


def begin(token: str, where: Where, now: datetime) -> None:
    """Begin the wait by the mailed link. The owner is told, with a link by which it is stopped.

    Raises `Gone` when the link is used, replaced or too old, `LimitReached` when there were too many waits.
    """
    case = find(token, now)
    if case is None:
        raise Gone
    _refuse_a_third(case.user_id, now)
    asked = (Recovery.link_hash == token_hash(token), *OPEN, Recovery.link_ends_at > now)
    with write() as session:
        lock_user(session, case.user_id)
        ends_at = begin_wait(session, case.wait, now, *asked, Recovery.confirmed_at.is_(None))
        if not counting.allows(session, _waits(case.user_id), now):
            raise Gone
        actor = Actor(case.user_id, case.email, where)
        facts = {"ends_at": ends_at.isoformat()}
        events.record(session, events.RECOVERY_BEGUN, actor, now, link=new_token(), **facts)


def begin_wait(session: Session, wait: timedelta, now: datetime, *which: ColumnElement[bool]) -> datetime:
    """Begin the wait of one case. When it ends. Raises `Gone` when there is no such case.

    The caller holds the user's row, and tells the owner.
    """
    ends_at = now + wait
    values = {
        "confirmed_at": now,
        "due_at": ends_at,
        "lapses_at": ends_at + limits.RECOVERY_LIFE,
        "notice_at": now + limits.RECOVERY_REMINDERS,
    }
    if changed(session.execute(update(Recovery).where(*which).values(**values))) != 1:
        raise Gone
    return ends_at


def find_to_stop(token: str, now: datetime) -> Case | None:
    """The case that the link in a notice of it stops."""
    told = exists().where(Event.link_hash == token_hash(token), Event.kind.in_(WITH_LINK))
    return _case(told.where(Event.user_id == Recovery.user_id, Event.at >= Recovery.opened_at), now)


def stop_by_link(token: str, where: Where, now: datetime) -> None:
    """Stop a case by the link in a notice of it. Raises `Gone` when it is over already."""
    case = find_to_stop(token, now)
    if case is None:
        raise Gone
    stop(Actor(case.user_id, case.email, where), open_recoveries.LINK, now, Recovery.id == case.open.id)


def stop(actor: Actor, because: str, now: datetime, *which: ColumnElement[bool]) -> None:
    """Stop the open case of a user. Raises `Gone` when there is none."""
    assert actor.user_id is not None  # noqa: S101  nobody's address has no case
    with write() as session:
        lock_user(session, actor.user_id)
        if not open_recoveries.stop(session, actor, because, now, *which):
            raise Gone


def finish(session: Session, standing: Standing, now: datetime) -> None:
    """Take the methods away once the wait is over, in the transaction that proves the mailbox.

    The password came before the wait, so a mailed reset is forgotten, and the next one shuts the wizard (R15). Raises
    `Gone` when the case was stopped meanwhile.
    """
    lock_user(session, standing.user_id)
    over = (Recovery.user_id == standing.user_id, *OPEN, Recovery.due_at <= now, Recovery.lapses_at > now)
    if changed(session.execute(update(Recovery).where(*over).values(done_at=now, notice_at=None))) != 1:
        raise Gone
    end_others(session, standing, factors.METHODS_CHANGED, now)  # before the factors, as a code that is proved does
    devices.forget_all(session, standing.actor, factors.METHODS_CHANGED, now)
    factors.take_all(session, standing.user_id, now)
    session.execute(update(User).where(User.id == standing.user_id).values(mailed_reset_at=None))
    password_resets.end_links(session, standing.email_key, now)
    events.record(session, events.RECOVERY_DONE, standing.actor, now)


def _open(session: Session, standing: Standing, now: datetime) -> str | None:
    """Open a case, or give the one that waits for its link a new one: the link's token. None: its wait has begun."""
    token, user = new_token(), standing.user_id
    link = {"link_hash": token_hash(token), "link_ends_at": now + limits.RECOVERY_LINK_LIFE}
    open_recoveries.stop(session, standing.actor, open_recoveries.LAPSED, now, open_recoveries.lapsed(now))
    mine = update(Recovery).where(Recovery.user_id == user, *OPEN, Recovery.confirmed_at.is_(None))
    mine = mine.where(Recovery.kind == CUSTOMER)
    if changed(session.execute(mine.values(**link))) == 1:
        return token
    if session.scalar(select(Recovery.id).where(Recovery.user_id == user, *OPEN)):
        return None
    session.add(Recovery(user_id=user, kind=CUSTOMER, opened_at=now, **link))
    session.flush()
    return token


def _mail(session: Session, standing: Standing, token: str, now: datetime) -> None:
    events.record(session, events.RECOVERY_ASKED, standing.actor, now)
    hours = wait(standing.kinds) // timedelta(hours=1)
    link = mailed_links.url(mailed_links.BEGIN_RECOVERY, token)
    outbox.put(
        session,
        keys(),
        template="lost_access",
        address=standing.email,
        facts={"link": link, "hours": hours, "ip": standing.where.ip, "agent": standing.where.agent},
        now=now,
        expires_at=now + limits.RECOVERY_LINK_LIFE,
    )


def in_mailbox(kinds: Collection[str]) -> bool:
    """Whether whoever reads the mailbox can prove every one of these methods."""
    return all(methods.method(kind).in_mailbox for kind in kinds)


def _refuse_a_third(user_id: int, now: datetime) -> None:
    if until := counting.free_from((_waits(user_id),), now):
        raise LimitReached(limits.RECOVERIES.what, until)


def _waits(user_id: int) -> Hit:
    return Hit(limits.RECOVERIES, f"user {user_id}")


def _case(which: ColumnElement[bool], now: datetime) -> Case | None:
    columns = (User.id, User.email, *open_recoveries.COLUMNS)
    row = db.session.execute(select(*columns).join(User, User.id == Recovery.user_id).where(which, *OPEN)).one_or_none()
    if row is None:
        return None
    user_id, email = row[:2]
    found = OpenRecovery(*row[2:])
    if not (found.asked(now) or found.begun(now)):
        return None
    kinds = db.session.scalars(
        select(Factor.kind).where(Factor.user_id == user_id, Factor.confirmed_at.is_not(None)).distinct()
    ).all()
    return Case(user_id, email, found, wait(kinds))
