"""How long rows are kept. The worker purges once a minute; doing it twice does no harm."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, literal_column, or_, select, update
from sqlalchemy.orm import aliased

from portal.access.limits import NOT_ME_LIFE
from portal.database import changed, write
from portal.models import (
    Code,
    Counter,
    DemoMail,
    Device,
    Event,
    Factor,
    Message,
    Recovery,
    RecoverySet,
    Registration,
    RemovedFactor,
    ResetLink,
    SignIn,
)

CODES = timedelta(hours=24)  # after their end
LINKS = timedelta(hours=24)  # after their end, and after the end of every link they took the place of
REGISTRATIONS = timedelta(hours=24)  # from their beginning, when they have ended
COUNTERS = timedelta(hours=48)  # after their window
MESSAGES = timedelta(hours=24)  # after they were done; their body is gone already
DEMO_MAILS = timedelta(hours=24)
SIGN_INS = timedelta(days=365)  # after their end
RECOVERIES = timedelta(days=365)  # from their opening: none lasts longer than a week
EVENTS = timedelta(days=365)
EVENTS_OF_NOBODY = timedelta(hours=48)  # wrong passwords for addresses nobody has
NETWORK_ADDRESSES = timedelta(days=90)

EMPTY: ColumnElement[str] = literal_column("''")  # as the indexes say it, which no bound value would match


def purge(now: datetime) -> dict[str, int]:
    """Delete what has been kept long enough; erase the recovery codes that no sign-in may show again (R5).

    Says how many rows of each kind that were.
    """
    old_registration = (Registration.expires_at <= now, Registration.created_at <= now - REGISTRATIONS)
    alive = select(SignIn.id).where(SignIn.ended_at.is_(None), SignIn.idle_ends_at > now, SignIn.ends_at > now)
    unreadable = or_(RecoverySet.sign_in_id.is_(None), RecoverySet.sign_in_id.not_in(alive))
    older = aliased(ResetLink)
    replaces = exists().where(
        older.email_key == ResetLink.email_key, older.id < ResetLink.id, older.expires_at > now - LINKS
    )
    statements = {
        "unfinished set-ups": delete(Factor).where(Factor.confirmed_at.is_(None), Factor.expires_at <= now),
        "removed methods": delete(RemovedFactor).where(RemovedFactor.removed_at <= now - NOT_ME_LIFE),
        "codes": delete(Code).where(Code.expires_at <= now - CODES),
        "links": delete(ResetLink).where(ResetLink.expires_at <= now - LINKS, ~replaces),
        "registrations": delete(Registration).where(*old_registration),
        "counters": delete(Counter).where(Counter.resets_at <= now - COUNTERS),
        "messages": delete(Message).where(Message.done_at <= now - MESSAGES),
        "lost accesses": delete(Recovery).where(Recovery.opened_at <= now - RECOVERIES),
        "sign-ins": delete(SignIn).where(SignIn.ends_at <= now - SIGN_INS),
        "remembered devices": delete(Device).where(Device.expires_at <= now),
        "events": delete(Event).where(Event.at <= now - EVENTS),
        "events of nobody": delete(Event).where(Event.user_id.is_(None), Event.at <= now - EVENTS_OF_NOBODY),
        "network addresses of sign-ins": update(SignIn)
        .where(SignIn.ip != EMPTY, SignIn.created_at <= now - NETWORK_ADDRESSES)
        .values(ip=""),
        "network addresses of events": update(Event)
        .where(Event.ip != EMPTY, Event.at <= now - NETWORK_ADDRESSES)
        .values(ip=""),
        "demo mails": delete(DemoMail).where(DemoMail.sent_at <= now - DEMO_MAILS),
        "readable recovery codes": update(RecoverySet)
        .where(RecoverySet.sealed.is_not(None), unreadable)
        .values(sealed=None),
    }
    with write() as session:
        return {name: changed(session.execute(statement)) for name, statement in statements.items()}
