"""A case of somebody who has lost everything, as long as it is open: where it stands, and how it is stopped.

Where it stands is computed from its times, whether or not a worker has told of it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.orm import Session

from portal.access import events
from portal.access.events import Actor
from portal.models import Recovery

OPEN = (Recovery.cancelled_at.is_(None), Recovery.done_at.is_(None))
COLUMNS = (
    Recovery.id,
    Recovery.kind,
    Recovery.link_ends_at,
    Recovery.confirmed_at,
    Recovery.due_at,
    Recovery.lapses_at,
)

# Why one was stopped; `templates/email/notices.txt` has the words.
LINK, INSIDE, SIGNED_IN, PASSWORD, METHODS = "link", "inside", "signed_in", "password", "methods"
OPERATOR, RESTORED, LAPSED, NOT_ME, SUPPORT = "operator", "restored", "lapsed", "not_me", "support"

BY_SUPPORT = "support"  # the kind of a case that support opened


@dataclass(frozen=True)
class OpenRecovery:
    """One user's open case. Until the mailed link is used, or support's second person agrees, it has begun nothing."""

    id: int
    kind: str
    link_ends_at: datetime
    confirmed_at: datetime | None
    due_at: datetime | None
    lapses_at: datetime | None

    def asked(self, now: datetime) -> bool:
        """The link is under way, and can be used; of support's, the second person can agree."""
        return self.confirmed_at is None and now < self.link_ends_at

    @property
    def by_support(self) -> bool:
        return self.kind == BY_SUPPORT

    def begun(self, now: datetime) -> bool:
        """The wait has begun, and what it leads to is not too old."""
        return self.lapses_at is not None and now < self.lapses_at

    def over(self, now: datetime) -> bool:
        """The wait is over: the methods can be set up anew."""
        return self.begun(now) and self.due_at is not None and self.due_at <= now


def lapsed(now: datetime) -> ColumnElement[bool]:
    """The condition of a case that nobody used in time, or that support's second person never agreed to."""
    unapproved = and_(Recovery.kind == BY_SUPPORT, Recovery.confirmed_at.is_(None), Recovery.link_ends_at <= now)
    return or_(Recovery.lapses_at <= now, unapproved)


def stop(session: Session, actor: Actor, because: str, now: datetime, *which: ColumnElement[bool]) -> bool:
    """Stop the case that the user has open, whatever its state. The owner is told if they had been told of it.

    The caller holds the user's row (`lock_user`). False when there is none.
    """
    mine = (Recovery.user_id == actor.user_id, *OPEN, *which)
    values = {"cancelled_at": now, "cancelled_because": because, "notice_at": None}
    stopped = session.execute(
        update(Recovery).where(*mine).values(**values).returning(Recovery.confirmed_at, Recovery.kind)
    )
    row = stopped.one_or_none()
    if row is not None and (row.confirmed_at is not None or row.kind == BY_SUPPORT):
        events.record(session, events.RECOVERY_STOPPED, actor, now, because=because)
    return row is not None
