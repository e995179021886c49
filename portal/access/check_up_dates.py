"""When "Could you still get in?" is asked again: half a year after it was read, a month after it was put off."""

from datetime import datetime

from sqlalchemy import update

from portal.access import limits
from portal.database import write
from portal.models import User


def due(at: datetime | None, now: datetime) -> bool:
    """Whether it is time; who was never asked is asked at once."""
    return at is None or at <= now


def note_read(user_id: int, now: datetime) -> None:
    """The owner has read the page to its end."""
    _ask_at(user_id, now + limits.CHECK_UP_EVERY)


def put_off(user_id: int, now: datetime) -> None:
    """Not now."""
    _ask_at(user_id, now + limits.CHECK_UP_PUT_OFF)


def _ask_at(user_id: int, at: datetime) -> None:
    with write() as session:
        session.execute(update(User).where(User.id == user_id).values(check_up_at=at))
