"""A new password for somebody who knows the old one."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.access import devices, events, open_recoveries, passwords
from portal.access.password_resets import end_links
from portal.access.sign_ins import end_others, renew_token
from portal.access.standing import Standing
from portal.extensions import hasher, settings
from portal.models import User

BECAUSE = "password_changed"


def prepare(standing: Standing, password: str) -> str:
    """Check a new password and hash it, before a transaction is open. Raises a `Problem` or `Busy`."""
    passwords.check_new(password, settings().password_length, (standing.name, standing.email, settings().company))
    return hasher().hash(password)


def put(session: Session, standing: Standing, hashed: str, now: datetime) -> str:
    """Put the new password in place: every other sign-in ends, every link to reset it too, and every device is
    forgotten, this one as well. The new token. The caller holds the user's row."""
    session.execute(update(User).where(User.id == standing.user_id).values(password_hash=hashed))
    end_links(session, standing.email_key, now)
    open_recoveries.stop(session, standing.actor, open_recoveries.PASSWORD, now)
    end_others(session, standing, BECAUSE, now)
    devices.forget_all(session, standing.actor, BECAUSE, now)
    events.record(session, events.PASSWORD_CHANGED, standing.actor, now)
    return renew_token(session, standing)
