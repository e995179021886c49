"""What the owner is told while somebody waits who has lost everything: the worker's chore.

When the wait ends doesn't depend on it. Each notice holds a link by which the wait is stopped.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import events, limits, open_recoveries
from portal.access.events import Actor
from portal.access.open_recoveries import OPEN
from portal.access.sign_ins import lock_user
from portal.access.where import NOWHERE
from portal.crypto import new_token
from portal.database import changed, write
from portal.extensions import db
from portal.models import Recovery, User

BATCH = 100  # cases told of in one round of the worker's chores


def tell(now: datetime) -> int:
    """Tell the owners of every wait of which a notice is due. How many were told."""
    told = 0
    due = select(Recovery.id, Recovery.user_id, User.email).join(User, User.id == Recovery.user_id)
    for id, user_id, email in db.session.execute(due.where(Recovery.notice_at <= now, *OPEN).limit(BATCH)).all():
        with write() as session:
            lock_user(session, user_id)
            told += _tell(session, id, Actor(user_id, email, NOWHERE), now)
    return told


def next_notice(begun_at: datetime, due_at: datetime, lapses_at: datetime, now: datetime) -> datetime | None:
    """When the owner is told next: once a day, an hour before the wait ends, when it ends, and when nobody used it.

    What a worker missed while it was away is told once, not as often as it was missed.
    """
    last = due_at - limits.RECOVERY_LAST_REMINDER
    days = (last - begun_at) // limits.RECOVERY_REMINDERS
    daily = (begun_at + n * limits.RECOVERY_REMINDERS for n in range(1, days + 1))
    return next((moment for moment in (*daily, last, due_at, lapses_at) if moment > now), None)


def _tell(session: Session, id: int, actor: Actor, now: datetime) -> bool:
    """Tell of one case. False when another worker has, or when it was stopped meanwhile."""
    if open_recoveries.stop(
        session, actor, open_recoveries.LAPSED, now, Recovery.id == id, open_recoveries.lapsed(now)
    ):
        return True
    times = select(Recovery.confirmed_at, Recovery.due_at, Recovery.lapses_at).where(Recovery.id == id)
    row: Any = session.execute(times).one()
    begun_at, due_at, lapses_at = row  # what was not begun has no notice but its end
    mine = (Recovery.id == id, Recovery.notice_at <= now, *OPEN)
    later = next_notice(begun_at, due_at, lapses_at, now)
    if changed(session.execute(update(Recovery).where(*mine).values(notice_at=later))) != 1:
        return False
    if now >= due_at:
        events.record(session, events.RECOVERY_OVER, actor, now, link=new_token(), lapses_at=lapses_at.isoformat())
    else:
        events.record(session, events.RECOVERY_WAITING, actor, now, link=new_token(), ends_at=due_at.isoformat())
    return True
