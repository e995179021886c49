"""How long rows are kept. The worker purges once a minute; doing it twice does no harm."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from portal.database import write
from portal.models import Code, Counter, DemoMail, Factor, Message, RecoverySet, Registration, ResetLink, SignIn

CODES = timedelta(hours=24)  # after their end
RESET_LINKS = timedelta(hours=24)  # after their end
REGISTRATIONS = timedelta(hours=24)  # from their beginning, when they have ended
COUNTERS = timedelta(hours=48)  # after their window
MESSAGES = timedelta(hours=24)  # after they were done; their body is gone already
DEMO_MAILS = timedelta(hours=24)


def purge(now: datetime) -> None:
    """Delete what has been kept long enough; erase the recovery codes that no sign-in may show again (R5)."""
    old_registration = (Registration.expires_at <= now, Registration.created_at <= now - REGISTRATIONS)
    alive = select(SignIn.id).where(SignIn.ended_at.is_(None), SignIn.idle_ends_at > now, SignIn.ends_at > now)
    unreadable = or_(RecoverySet.sign_in_id.is_(None), RecoverySet.sign_in_id.not_in(alive))
    with write() as session:
        session.execute(delete(Factor).where(Factor.confirmed_at.is_(None), Factor.expires_at <= now))
        session.execute(delete(Code).where(Code.expires_at <= now - CODES))
        session.execute(delete(ResetLink).where(ResetLink.expires_at <= now - RESET_LINKS))
        session.execute(delete(Registration).where(*old_registration))
        session.execute(delete(Counter).where(Counter.resets_at <= now - COUNTERS))
        session.execute(delete(Message).where(Message.done_at <= now - MESSAGES))
        session.execute(delete(DemoMail).where(DemoMail.sent_at <= now - DEMO_MAILS))
        erase = update(RecoverySet).where(RecoverySet.sealed.is_not(None), unreadable)
        session.execute(erase.values(sealed=None))
